package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Standing;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.DescribeDrainResponse;
import dev.curia.proto.admin.v1.DrainStep;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Does, step by step, what administrators want of brokers: takes leaderships from those in maintenance, replicas from those that drain, and
 * forgets those that are decommissioned, empty and stopped. Replicas of brokers that are away for long are made anew on others.
 */
public final class Upkeep {
    /** So many at a time: clients that follow a leadership should not all do so in one moment. */
    static final int LEADERS_AT_ONCE = 1000;

    private final Evacuation evacuation;

    public Upkeep(TopicDefaults defaults, int movesPerBroker) {
        this.evacuation = new Evacuation(defaults, movesPerBroker);
    }

    /** What a step did. */
    public record Done(int leadersMoved, int movesBegun, List<Integer> unregistered) {
        static final Done NOTHING = new Done(0, 0, List.of());
    }

    /**
     * The next step.
     *
     * @param absent away for so long that their replicas are made anew elsewhere
     * @param stopped away, and not just starting again
     */
    public Decision<Done> next(MetadataImage image, Set<Integer> absent, Set<Integer> stopped, ReplicaHealth health) {
        Set<Integer> leaving = new HashSet<>(absent);
        boolean maintenance = false;
        for (BrokerRegistration broker : image.brokers()) {
            if (broker.standing().leaves()) leaving.add(broker.id());
            maintenance |= broker.standing() == Standing.MAINTENANCE;
        }
        if (leaving.isEmpty() && !maintenance) return Decision.answer(Done.NOTHING);
        List<MetadataRecord> records = new ArrayList<>(maintenance ? leadersOff(image, health) : List.of());
        int leaders = records.size();
        MetadataImage after = image.apply(image.index(), records).image();
        records.addAll(evacuation.begin(after, leaving, health).records());
        int moves = records.size() - leaders;
        List<Integer> unregistered = new ArrayList<>();
        for (BrokerRegistration broker : image.brokers()) {
            if (broker.standing() != Standing.DECOMMISSIONING || !stopped.contains(broker.id())) continue;
            List<MetadataRecord> gone =
                    BrokerDecisions.unregister(image, broker.id()).records();
            if (!gone.isEmpty()) unregistered.add(broker.id());
            records.addAll(gone);
        }
        return Decision.of(records, new Done(leaders, moves, unregistered));
    }

    /** What is left of a broker's drain, or what one would do. */
    public Decision<DescribeDrainResponse> describe(MetadataImage image, int brokerId, ReplicaHealth health) {
        Optional<BrokerRegistration> broker = image.broker(brokerId);
        if (broker.isEmpty()) {
            return Decision.answer(DescribeDrainResponse.newBuilder()
                    .setStatus(Statuses.error(
                            ErrorCode.BROKER_ID_NOT_REGISTERED,
                            "Broker " + brokerId + " is not registered; 'curia brokers list' shows those that are."))
                    .build());
        }
        Set<Integer> leaving = new HashSet<>(Set.of(brokerId));
        image.brokers().stream().filter(b -> b.standing().leaves()).forEach(b -> leaving.add(b.id()));
        DescribeDrainResponse.Builder response = DescribeDrainResponse.newBuilder()
                .setStatus(Statuses.OK)
                .setStanding(broker.get().standing().proto())
                .setAlive(!broker.get().fenced());
        for (Evacuation.Step step : evacuation.plan(image, leaving, health)) {
            if (!step.state().replicas().contains(brokerId)) continue;
            response.addPartitions(DrainStep.newBuilder()
                    .setTopic(step.topic())
                    .setPartition(step.id().partition())
                    .setStage(step.stage())
                    .addAllReplicas(step.state().replicas())
                    .addAllTarget(step.target())
                    .setReason(step.reason()));
        }
        return new Decision<>(List.of(), index -> response.setIndex(index).build());
    }

    /** Gives what brokers in maintenance lead to the first of the others that can. */
    private static List<MetadataRecord> leadersOff(MetadataImage image, ReplicaHealth health) {
        List<MetadataRecord> records = new ArrayList<>();
        for (Topic topic : image.topics()) {
            for (int p = 0; p < topic.partitions().size() && records.size() < LEADERS_AT_ONCE; p++) {
                PartitionState state = topic.partitions().get(p);
                if (!state.hasLeader() || BrokerStandings.of(image, state.leader()) != Standing.MAINTENANCE) continue;
                PartitionId id = new PartitionId(topic.id(), p);
                Cause cause = new Cause(CauseKind.MAINTENANCE, "broker " + state.leader() + " is in maintenance");
                state.replicas().stream()
                        .filter(replica -> mayTakeOver(image, state, id, replica, health))
                        .findFirst()
                        .ifPresent(replica -> records.add(
                                Records.record(Records.change(id, cause).setLeader(replica))));
            }
        }
        return records;
    }

    private static boolean mayTakeOver(
            MetadataImage image, PartitionState state, PartitionId id, int replica, ReplicaHealth health) {
        return state.isr().contains(replica)
                && !state.removing().contains(replica)
                && BrokerStandings.of(image, replica) == Standing.IN_SERVICE
                && Elections.alive(image, health).mayLead(replica, id)
                && !health.isFull(replica, id);
    }
}
