package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Elections where no replica that is alive is known to hold everything committed: the longest log leads, and what it lacks is lost (KIP-966,
 * unclean recovery). A log with a batch of a newer epoch has everything that was committed before; of two that end in the same epoch the longer
 * has all of the other.
 *
 * <p>There are three occasions: everybody who held everything stopped uncleanly; the topic allows it; somebody asked for it.
 */
public final class UncleanElections {
    private final EffectiveSettings settings;

    public UncleanElections(TopicDefaults defaults) {
        this.settings = new EffectiveSettings(defaults);
    }

    /**
     * Where a replica's log ends. The greatest is the longest.
     *
     * @param epoch of its last batch, -1: there is none
     */
    public record LogEnd(int epoch, long offset) implements Comparable<LogEnd> {
        private static final Comparator<LogEnd> ORDER =
                Comparator.comparingInt(LogEnd::epoch).thenComparingLong(LogEnd::offset);

        @Override
        public int compareTo(LogEnd other) {
            return ORDER.compare(this, other);
        }
    }

    /** What brokers have said of their logs, each in its present registration and for the partition's present leader epoch. */
    @FunctionalInterface
    public interface LogEnds {
        Optional<LogEnd> of(int brokerId, PartitionId partition, PartitionState state);
    }

    /** Under which circumstances an election is held. */
    public interface Occasion {
        /** Somebody asked for it. */
        boolean isWanted(PartitionId partition);

        /** Those who have not said where their logs end have had time enough. */
        boolean isOverdue(PartitionId partition);
    }

    /** The partitions of which it is to be found out where their logs end. */
    public List<PartitionId> candidates(MetadataImage image, Predicate<PartitionId> wanted) {
        return image.leaderless().stream()
                .filter(id -> {
                    PartitionState state = image.partition(id).orElseThrow();
                    return state.isr().isEmpty() || isAllowed(image, id) || wanted.test(id);
                })
                .toList();
    }

    /** The reply names the partitions that have a leader now. */
    public Decision<List<PartitionId>> elect(
            MetadataImage image, List<PartitionId> partitions, ReplicaHealth health, LogEnds ends, Occasion occasion) {
        List<MetadataRecord> records = new ArrayList<>();
        List<PartitionId> elected = new ArrayList<>();
        Elections.Candidates alive = Elections.alive(image, health);
        for (PartitionId id : partitions) {
            Optional<PartitionState> state = image.partition(id).filter(p -> !p.hasLeader());
            if (state.isEmpty()) continue;
            boolean anyway = occasion.isWanted(id) || isAllowed(image, id);
            List<Integer> online = state.get().replicas().stream()
                    .filter(replica -> alive.mayLead(replica, id))
                    .toList();
            if (!isTime(id, state.get(), online, anyway, occasion, ends)) continue;
            longest(id, state.get(), online, ends).ifPresent(leader -> {
                records.add(record(id, state.get(), leader));
                elected.add(id);
            });
        }
        return Decision.of(records, elected);
    }

    private static boolean isTime(
            PartitionId id,
            PartitionState state,
            List<Integer> online,
            boolean anyway,
            Occasion occasion,
            LogEnds ends) {
        Predicate<Integer> said = replica ->
                online.contains(replica) && ends.of(replica, id, state).isPresent();
        boolean allOnlineSaid = online.stream().allMatch(said) || occasion.isOverdue(id);
        if (anyway) return allOnlineSaid;
        if (!state.isr().isEmpty()) return false;
        List<Integer> last = state.lastKnownEligible();
        boolean missingOnesMayCome = !occasion.isOverdue(id) && !last.stream().allMatch(said);
        return allOnlineSaid && !missingOnesMayCome && last.stream().anyMatch(said);
    }

    private static Optional<Integer> longest(PartitionId id, PartitionState state, List<Integer> online, LogEnds ends) {
        Optional<Integer> best = Optional.empty();
        LogEnd end = new LogEnd(Integer.MIN_VALUE, -1);
        for (int replica : online) {
            Optional<LogEnd> its = ends.of(replica, id, state);
            if (its.isEmpty() || its.get().compareTo(end) <= 0) continue;
            best = Optional.of(replica);
            end = its.get();
        }
        return best;
    }

    private static MetadataRecord record(PartitionId id, PartitionState state, int leader) {
        Cause cause = new Cause(
                CauseKind.LONGEST_LOG,
                "unclean election: broker " + leader + " has the longest log, and nobody alive is known to have all");
        return Records.record(Elections.changed(id, CompleteReplicas.of(state), CompleteReplicas.madeOf(leader), cause)
                .setLeader(leader));
    }

    private boolean isAllowed(MetadataImage image, PartitionId id) {
        Topic topic = image.topic(id.topicId()).orElseThrow();
        return settings.uncleanElections(image, topic);
    }
}
