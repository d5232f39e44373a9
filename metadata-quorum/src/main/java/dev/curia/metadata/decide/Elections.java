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
import java.util.function.IntPredicate;

/**
 * Who leads a partition: an in-sync replica that is alive, in the order of assignment. Elections from eligible leaders outside the
 * ISR (KIP-966) belong here too.
 */
final class Elections {
    private Elections() {}

    /** Called with each partition of the cluster. */
    private interface Visitor {
        Optional<MetadataRecord> visit(PartitionId id, PartitionState state);
    }

    /** The first in-sync replica, in assignment order, that {@code mayLead}; {@link PartitionState#NO_LEADER} if none. */
    static int elect(PartitionState state, IntPredicate mayLead) {
        for (int replica : state.replicas()) {
            if (state.isr().contains(replica) && mayLead.test(replica)) return replica;
        }
        return PartitionState.NO_LEADER;
    }

    /**
     * Takes a broker out of every ISR and gives its leaderships to others. The last member of an ISR stays in it, without leading:
     * nobody else is known to hold what was acknowledged.
     */
    static List<MetadataRecord> withdraw(MetadataImage image, int broker, String cause) {
        return visit(image, (id, state) -> {
            if (!state.isr().contains(broker)) return Optional.empty();
            PartitionChangeRecord.Builder change = Records.change(id, cause);
            boolean last = state.isr().size() == 1;
            if (last && state.leader() != broker) return Optional.empty();
            if (!last) change.setIsr(Records.brokers(without(state.isr(), broker)));
            if (state.leader() == broker) {
                change.setLeader(elect(state, replica -> replica != broker && image.isAlive(replica)));
            }
            return Optional.of(Records.record(change));
        });
    }

    /** Elects a leader wherever there is none but an in-sync replica {@code mayLead}. */
    static List<MetadataRecord> fillVacancies(MetadataImage image, IntPredicate mayLead, String cause) {
        return visit(image, (id, state) -> {
            if (state.hasLeader()) return Optional.empty();
            int leader = elect(state, mayLead);
            if (leader == PartitionState.NO_LEADER) return Optional.empty();
            return Optional.of(Records.record(Records.change(id, cause).setLeader(leader)));
        });
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
