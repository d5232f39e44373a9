package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.PartitionChangeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who leads a partition: an in-sync replica that is alive and online, in the order of assignment. Elections from eligible leaders outside the
 * ISR (KIP-966) belong here too.
 */
final class Elections {
    private Elections() {}

    /** Called with each partition of the cluster. */
    private interface Visitor {
        Optional<MetadataRecord> visit(PartitionId id, PartitionState state);
    }

    /** Who may lead a partition. */
    interface Candidates {
        boolean mayLead(int broker, PartitionId partition);
    }

    /** The first in-sync replica, in assignment order, that may lead; {@link PartitionState#NO_LEADER} if none. */
    static int elect(PartitionId id, PartitionState state, Candidates candidates) {
        for (int replica : state.replicas()) {
            if (state.isr().contains(replica) && candidates.mayLead(replica, id)) return replica;
        }
        return PartitionState.NO_LEADER;
    }

    /** Takes a broker out of every ISR and gives its leaderships to others; see {@link #withdraw(PartitionId, PartitionState, int, Candidates, String)}. */
    static List<MetadataRecord> withdrawAll(MetadataImage image, int broker, OnlineReplicas online, String cause) {
        Candidates others = alive(image, online);
        return visit(image, (id, state) -> withdraw(id, state, broker, others, cause));
    }

    /**
     * Takes a broker out of a partition's ISR, and gives its leadership to another. The last member of an ISR stays in it, without leading:
     * nobody else is known to hold what was acknowledged.
     */
    static Optional<MetadataRecord> withdraw(
            PartitionId id, PartitionState state, int broker, Candidates candidates, String cause) {
        if (!state.isr().contains(broker)) return Optional.empty();
        PartitionChangeRecord.Builder change = Records.change(id, cause);
        boolean last = state.isr().size() == 1;
        if (last && state.leader() != broker) return Optional.empty();
        if (!last) change.setIsr(Records.brokers(without(state.isr(), broker)));
        if (state.leader() == broker) {
            change.setLeader(elect(id, state, (replica, p) -> replica != broker && candidates.mayLead(replica, p)));
        }
        return Optional.of(Records.record(change));
    }

    /** Elects a leader wherever there is none but an in-sync replica that may lead. */
    static List<MetadataRecord> fillVacancies(MetadataImage image, Candidates candidates, String cause) {
        return visit(image, (id, state) -> {
            if (state.hasLeader()) return Optional.empty();
            int leader = elect(id, state, candidates);
            if (leader == PartitionState.NO_LEADER) return Optional.empty();
            return Optional.of(Records.record(Records.change(id, cause).setLeader(leader)));
        });
    }

    /** Unfenced brokers whose replica is online. */
    static Candidates alive(MetadataImage image, OnlineReplicas online) {
        return (broker, partition) -> image.isAlive(broker) && online.isOnline(broker, partition);
    }

    private static List<MetadataRecord> visit(MetadataImage image, Visitor visitor) {
        List<MetadataRecord> records = new ArrayList<>();
        for (Topic topic : image.topics()) {
            int index = 0;
            for (PartitionState state : topic.partitions()) {
                visitor.visit(new PartitionId(topic.id(), index++), state).ifPresent(records::add);
            }
        }
        return records;
    }

    private static List<Integer> without(List<Integer> ids, int id) {
        return ids.stream().filter(other -> other != id).toList();
    }
}
