package dev.curia.metadata.decide;

import dev.curia.common.config.BrokerConfigs;
import dev.curia.common.id.PartitionId;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.AlterReassignmentsResponse;
import dev.curia.proto.admin.v1.AlteredReassignment;
import dev.curia.proto.admin.v1.Reassignment;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Moves of partitions to other brokers (KIP-455). The new replicas join those that are there; when all of them are in sync, and without the
 * old ones enough are, the old ones go. Until then everything can be taken back.
 */
public final class Reassignments {
    private final EffectiveSettings settings;

    public Reassignments(TopicDefaults defaults) {
        this.settings = new EffectiveSettings(defaults);
    }

    /** Either a complaint or the state to reach. */
    private record Plan(Status status, Optional<PartitionState> next) {
        static Plan refused(ErrorCode code, String message) {
            return new Plan(Statuses.error(code, message), Optional.empty());
        }

        static Plan of(PartitionState next) {
            return new Plan(Statuses.OK, Optional.of(next));
        }
    }

    /** Begins moves, gives them other targets, or stops them. */
    public Decision<AlterReassignmentsResponse> alter(
            MetadataImage image, AlterReassignmentsRequest request, ReplicaHealth health) {
        List<MetadataRecord> records = new ArrayList<>();
        List<AlteredReassignment> results = new ArrayList<>();
        Set<PartitionId> seen = new HashSet<>();
        for (Reassignment wanted : request.getPartitionsList()) {
            results.add(AlteredReassignment.newBuilder()
                    .setTopic(wanted.getTopic())
                    .setPartition(wanted.getPartition())
                    .setStatus(alter(image, request, wanted, seen, health, records))
                    .build());
        }
        return new Decision<>(
                records,
                index -> AlterReassignmentsResponse.newBuilder()
                        .addAllPartitions(results)
                        .setIndex(index)
                        .build());
    }

    /** Begins the move of a partition that does not move yet; empty when that is not possible. */
    Optional<MetadataRecord> begin(
            MetadataImage image, PartitionId id, List<Integer> target, Cause cause, ReplicaHealth health) {
        PartitionState state = image.partition(id).orElseThrow();
        return forward(image, id, state, target, true, health)
                .next()
                .map(next -> completed(image, id, next, health).orElse(next))
                .map(next -> record(id, state, next, cause));
    }

    /** Ends the moves whose new replicas are in sync; the reply is how many. */
    public Decision<Integer> complete(MetadataImage image, ReplicaHealth health) {
        List<MetadataRecord> records = new ArrayList<>();
        for (PartitionId id : image.moving()) {
            PartitionState state = image.partition(id).orElseThrow();
            completed(image, id, state, health)
                    .ifPresent(next -> records.add(
                            record(id, state, next, new Cause(CauseKind.MOVE, "moved to brokers " + next.replicas()))));
        }
        return Decision.of(records, records.size());
    }

    private Status alter(
            MetadataImage image,
            AlterReassignmentsRequest request,
            Reassignment wanted,
            Set<PartitionId> seen,
            ReplicaHealth health,
            List<MetadataRecord> records) {
        Optional<Topic> topic = image.topic(wanted.getTopic());
        Optional<PartitionState> found = topic.flatMap(known -> known.partition(wanted.getPartition()));
        if (found.isEmpty()) {
            return Statuses.error(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "There is no partition " + wanted.getPartition() + " of topic '" + wanted.getTopic() + "'.");
        }
        PartitionId id = new PartitionId(topic.orElseThrow().id(), wanted.getPartition());
        PartitionState state = found.get();
        if (!seen.add(id)) {
            return Statuses.error(ErrorCode.INVALID_REQUEST, "The partition is twice in the request.");
        }
        List<Integer> expected = wanted.getExpectedList();
        if (!expected.isEmpty() && (state.isMoving() || !state.replicas().equals(expected))) {
            return Statuses.error(
                    ErrorCode.INVALID_REQUEST,
                    "Expected were replicas " + expected + " that do not move, but they are " + state.replicas()
                            + (state.isMoving() ? " and move." : "."));
        }
        boolean cancel = wanted.getReplicasCount() == 0;
        Plan plan = cancel
                ? backward(image, id, state, health)
                : forward(image, id, state, wanted.getReplicasList(), request.getKeepReplicationFactor(), health);
        plan.next().ifPresent(next -> {
            PartitionState reached = completed(image, id, next, health)
                    .orElse(next)
                    .withMoveBytesPerSecond(cancel ? 0 : throttle(image, request));
            Cause cause = new Cause(
                    CauseKind.REQUESTED, cancel ? "move cancelled" : "move to brokers " + wanted.getReplicasList());
            if (!reached.equals(state)) records.add(record(id, state, reached, cause));
        });
        return plan.status();
    }

    /** As asked, or else the cluster's default; 0: none. */
    private static long throttle(MetadataImage image, AlterReassignmentsRequest request) {
        if (request.getBytesPerSecond() > 0) return request.getBytesPerSecond();
        long common = BrokerConfigs.MOVE_THROTTLED_RATE.in(image.config(ConfigResource.brokers()));
        return common == Long.MAX_VALUE ? 0 : common;
    }

    private Plan forward(
            MetadataImage image,
            PartitionId id,
            PartitionState state,
            List<Integer> target,
            boolean keepFactor,
            ReplicaHealth health) {
        if (new HashSet<>(target).size() < target.size()) {
            return badTarget("The replicas " + target + " name a broker twice.");
        }
        for (int broker : target) {
            if (image.broker(broker).isEmpty()) return badTarget("There is no broker " + broker + ".");
        }
        // What an earlier move brought does not count yet: it may not be in sync.
        List<Integer> before = without(state.replicas(), state.adding());
        if (keepFactor && target.size() != before.size()) {
            return Plan.refused(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "The replicas " + target + " are " + target.size() + ", but the partition has " + before.size()
                            + ".");
        }
        List<Integer> removing = without(before, target);
        List<Integer> all = Stream.concat(target.stream(), removing.stream()).toList();
        return reduced(image, id, state, all, without(target, before), removing, health);
    }

    private Plan backward(MetadataImage image, PartitionId id, PartitionState state, ReplicaHealth health) {
        if (!state.isMoving()) {
            return Plan.refused(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, "The partition does not move.");
        }
        return reduced(image, id, state, without(state.replicas(), state.adding()), List.of(), List.of(), health);
    }

    /** The state with these replicas, if one that is in sync can lead them. */
    private Plan reduced(
            MetadataImage image,
            PartitionId id,
            PartitionState state,
            List<Integer> replicas,
            List<Integer> adding,
            List<Integer> removing,
            ReplicaHealth health) {
        List<Integer> isr = state.isr().stream().filter(replicas::contains).toList();
        if (isr.isEmpty()) {
            return badTarget(
                    "None of the replicas " + replicas + " is in sync; the in-sync replicas are " + state.isr() + ".");
        }
        Optional<PartitionState> next = led(image, id, state, replicas, adding, removing, health);
        if (next.isEmpty()) {
            return badTarget("None of the replicas " + replicas + " that are in sync, " + isr + ", can lead now.");
        }
        return Plan.of(next.get());
    }

    /** The state at the end of the move, if it is reached. */
    private Optional<PartitionState> completed(
            MetadataImage image, PartitionId id, PartitionState state, ReplicaHealth health) {
        if (!state.isMoving()) return Optional.empty();
        List<Integer> target = without(state.replicas(), state.removing());
        List<Integer> isr = without(state.isr(), state.removing());
        if (!isr.containsAll(state.adding()) || isr.isEmpty()) return Optional.empty();
        if (isr.size() < Math.min(minInSync(image, id), target.size())) return Optional.empty();
        return led(image, id, state, target, List.of(), List.of(), health);
    }

    /** Whoever leads goes on where it stays a replica; otherwise the first that can. Empty: none can. */
    private Optional<PartitionState> led(
            MetadataImage image,
            PartitionId id,
            PartitionState state,
            List<Integer> replicas,
            List<Integer> adding,
            List<Integer> removing,
            ReplicaHealth health) {
        int minInsync = Math.min(minInSync(image, id), replicas.size());
        CompleteReplicas complete = CompleteReplicas.of(state).within(replicas, minInsync);
        int leader = state.leader();
        if (state.hasLeader() && !replicas.contains(leader)) {
            Elections.Candidates alive = Elections.alive(image, health);
            leader = Elections.elect(id, replicas, complete, alive);
            if (leader == PartitionState.NO_LEADER) return Optional.empty();
            complete = complete.ledBy(leader, member -> alive.mayLead(member, id), minInsync);
        }
        return Optional.of(new PartitionState(
                replicas,
                complete.isr(),
                complete.eligible(),
                complete.lastKnown(),
                leader,
                state.leaderEpoch(),
                state.partitionEpoch(),
                adding,
                removing));
    }

    private int minInSync(MetadataImage image, PartitionId id) {
        return settings.minInsync(image, image.topic(id.topicId()).orElseThrow());
    }

    private static MetadataRecord record(PartitionId id, PartitionState state, PartitionState next, Cause cause) {
        var change = Records.change(id, cause)
                .setReplicas(Records.brokers(next.replicas()))
                .setIsr(Records.brokers(next.isr()))
                .setEligibleLeaders(Records.brokers(next.eligibleLeaders()))
                .setLastKnownEligible(Records.brokers(next.lastKnownEligible()))
                .setAdding(Records.brokers(next.adding()))
                .setRemoving(Records.brokers(next.removing()))
                .setMoveBytesPerSecond(next.moveBytesPerSecond());
        if (next.leader() != state.leader()) change.setLeader(next.leader());
        return Records.record(change);
    }

    private static Plan badTarget(String message) {
        return Plan.refused(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message);
    }

    private static List<Integer> without(List<Integer> ids, List<Integer> others) {
        return ids.stream().filter(id -> !others.contains(id)).toList();
    }
}
