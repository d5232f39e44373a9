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
    static List<MetadataRecord> withdrawAll(MetadataImage image, int broker, ReplicaHealth health, String cause) {
        Candidates others = alive(image, health);
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

    /**
     * Takes replicas whose disk is full out of the ISR where another member can go on without them, and gives that the leadership. Where none
     * can, nothing changes: whoever leads goes on when there is room.
     */
    static List<MetadataRecord> relieveFull(MetadataImage image, ReplicaHealth health) {
        if (!health.anyFull()) return List.of();
        Candidates alive = alive(image, health);
        return visit(image, (id, state) -> {
            List<Integer> full = state.isr().stream()
                    .filter(member -> health.isFull(member, id))
                    .toList();
            if (full.isEmpty() || !state.hasLeader()) return Optional.empty();
            List<Integer> rest = state.isr().stream()
                    .filter(member -> !full.contains(member))
                    .toList();
            if (rest.stream().noneMatch(member -> alive.mayLead(member, id))) return Optional.empty();
            PartitionChangeRecord.Builder change = Records.change(id, "the disks of brokers " + full + " are full")
                    .setIsr(Records.brokers(rest));
            if (full.contains(state.leader())) {
                change.setLeader(
                        elect(id, state, (replica, p) -> !full.contains(replica) && alive.mayLead(replica, p)));
            }
            return Optional.of(Records.record(change));
        });
    }

    /** Unfenced brokers whose replica is online. */
    static Candidates alive(MetadataImage image, ReplicaHealth health) {
        return (broker, partition) -> image.isAlive(broker) && health.isOnline(broker, partition);
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
