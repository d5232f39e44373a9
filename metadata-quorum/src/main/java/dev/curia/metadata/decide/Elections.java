package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.PartitionChangeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Who leads a partition: a replica that holds everything committed, is alive and online; those in sync before those that are only eligible
 * (KIP-966), and among them in the order of assignment. What else happens to a partition when brokers come and go.
 */
final class Elections {
    private final EffectiveSettings settings;

    Elections(TopicDefaults defaults) {
        this.settings = new EffectiveSettings(defaults);
    }

    /** Called with each partition of the cluster. */
    private interface Visitor {
        Optional<MetadataRecord> visit(PartitionId id, PartitionState state, int minInsync);
    }

    /** Who may lead a partition. */
    interface Candidates {
        boolean mayLead(int broker, PartitionId partition);
    }

    /** The first that may lead; {@link PartitionState#NO_LEADER} if none. */
    static int elect(PartitionId id, List<Integer> replicas, CompleteReplicas complete, Candidates candidates) {
        for (int replica : replicas) {
            if (complete.isr().contains(replica) && candidates.mayLead(replica, id)) return replica;
        }
        for (int replica : replicas) {
            if (complete.eligible().contains(replica) && candidates.mayLead(replica, id)) return replica;
        }
        return PartitionState.NO_LEADER;
    }

    /** As many replicas in sync as an acknowledgement needs; more than there are replicas means all of them. */
    int minInsync(MetadataImage image, Topic topic, PartitionState state) {
        return Math.min(settings.minInsync(image, topic), state.replicas().size());
    }

    /** Takes a broker, which keeps what it has, out of every ISR, and gives its leaderships to others. */
    List<MetadataRecord> withdrawAll(MetadataImage image, int broker, ReplicaHealth health, Cause cause) {
        return visit(image, (id, state, minInsync) -> {
            if (!state.isr().contains(broker)) return Optional.empty();
            CompleteReplicas rest = CompleteReplicas.of(state).left(member -> member == broker, minInsync);
            return change(id, state, rest, broker, alive(image, health), minInsync, cause);
        });
    }

    /** Counts no more on what a broker has, for it may have lost the end of its logs; but where there is no other replica nobody has more. */
    List<MetadataRecord> doubtAll(MetadataImage image, int broker, ReplicaHealth health, Cause cause) {
        return visit(image, (id, state, minInsync) -> {
            boolean led = state.hasLeader() && state.leader() != broker;
            CompleteReplicas complete = CompleteReplicas.of(state);
            boolean only = state.replicas().size() == 1;
            CompleteReplicas rest = only
                    ? complete.left(member -> member == broker, minInsync)
                    : complete.withoutDoubtful(broker, led, minInsync);
            return rest.equals(complete) && state.leader() != broker
                    ? Optional.empty()
                    : change(id, state, rest, broker, alive(image, health), minInsync, cause);
        });
    }

    /** Counts no more on a replica whose disk failed, or that is damaged, unless nobody else has everything. */
    Optional<MetadataRecord> withdrawDamaged(
            MetadataImage image, PartitionId id, PartitionState state, int broker, ReplicaHealth health, Cause cause) {
        int minInsync = minInsync(image, image.topic(id.topicId()).orElseThrow(), state);
        CompleteReplicas rest = CompleteReplicas.of(state).withoutDamaged(broker, minInsync);
        return change(id, state, rest, broker, alive(image, health), minInsync, cause);
    }

    /** Elects a leader wherever there is none but a complete replica that may lead. */
    List<MetadataRecord> fillVacancies(MetadataImage image, Candidates candidates, ReplicaHealth health, Cause cause) {
        List<MetadataRecord> records = new ArrayList<>();
        for (PartitionId id : image.leaderless()) {
            PartitionState state = image.partition(id).orElseThrow();
            CompleteReplicas complete = CompleteReplicas.of(state);
            int leader = elect(id, state.replicas(), complete, candidates);
            if (leader == PartitionState.NO_LEADER) continue;
            int minInsync = minInsync(image, image.topic(id.topicId()).orElseThrow(), state);
            Candidates alive = alive(image, health);
            CompleteReplicas led = complete.ledBy(leader, member -> alive.mayLead(member, id), minInsync);
            records.add(Records.record(changed(id, complete, led, cause).setLeader(leader)));
        }
        return records;
    }

    /**
     * Takes replicas whose disk is full out of the ISR where another member can go on without them, and gives that the leadership. Where none
     * can, nothing changes: whoever leads goes on when there is room.
     */
    List<MetadataRecord> relieveFull(MetadataImage image, ReplicaHealth health) {
        if (!health.anyFull()) return List.of();
        Candidates alive = alive(image, health);
        return visit(image, (id, state, minInsync) -> {
            if (!state.hasLeader()) return Optional.empty();
            IntPredicate isFull = member -> health.isFull(member, id);
            List<Integer> full = state.isr().stream().filter(isFull::test).toList();
            boolean othersGoOn =
                    state.isr().stream().anyMatch(member -> !full.contains(member) && alive.mayLead(member, id));
            if (full.isEmpty() || !othersGoOn) return Optional.empty();
            CompleteReplicas rest = CompleteReplicas.of(state).left(isFull, minInsync);
            int gone = full.contains(state.leader()) ? state.leader() : PartitionState.NO_LEADER;
            Candidates notFull = (member, p) -> !full.contains(member) && alive.mayLead(member, p);
            return change(
                    id,
                    state,
                    rest,
                    gone,
                    notFull,
                    minInsync,
                    new Cause(CauseKind.DISK_FULL, "the disks of brokers " + full + " are full"));
        });
    }

    /** More may be committed where the ISR is large enough, as after min.insync.replicas was lowered: nobody else is eligible then. */
    List<MetadataRecord> settle(MetadataImage image, Topic topic, Cause cause) {
        List<MetadataRecord> records = new ArrayList<>();
        for (int p = 0; p < topic.partitions().size(); p++) {
            PartitionState state = topic.partitions().get(p);
            if (state.eligibleLeaders().isEmpty()) continue;
            CompleteReplicas complete = CompleteReplicas.of(state);
            CompleteReplicas settled = complete.settled(minInsync(image, topic, state));
            if (settled.equals(complete)) continue;
            records.add(Records.record(changed(new PartitionId(topic.id(), p), complete, settled, cause)));
        }
        return records;
    }

    /** Unfenced brokers whose replica is online. */
    static Candidates alive(MetadataImage image, ReplicaHealth health) {
        return (broker, partition) -> image.isAlive(broker) && health.isOnline(broker, partition);
    }

    /** What of the sets changes, in a record. */
    static PartitionChangeRecord.Builder changed(
            PartitionId id, CompleteReplicas from, CompleteReplicas to, Cause cause) {
        PartitionChangeRecord.Builder change = Records.change(id, cause);
        if (!to.isr().equals(from.isr())) change.setIsr(Records.brokers(to.isr()));
        if (!to.eligible().equals(from.eligible())) change.setEligibleLeaders(Records.brokers(to.eligible()));
        if (!to.lastKnown().equals(from.lastKnown())) change.setLastKnownEligible(Records.brokers(to.lastKnown()));
        return change;
    }

    /** With another leader where {@code gone} led. */
    private static Optional<MetadataRecord> change(
            PartitionId id,
            PartitionState state,
            CompleteReplicas rest,
            int gone,
            Candidates candidates,
            int minInsync,
            Cause cause) {
        CompleteReplicas before = CompleteReplicas.of(state);
        if (state.leader() != gone || gone == PartitionState.NO_LEADER) {
            return rest.equals(before)
                    ? Optional.empty()
                    : Optional.of(Records.record(changed(id, before, rest, cause)));
        }
        Candidates others = (replica, p) -> replica != gone && candidates.mayLead(replica, p);
        int leader = elect(id, state.replicas(), rest, others);
        CompleteReplicas after = leader == PartitionState.NO_LEADER
                ? rest
                : rest.ledBy(leader, member -> others.mayLead(member, id), minInsync);
        return Optional.of(Records.record(changed(id, before, after, cause).setLeader(leader)));
    }

    private List<MetadataRecord> visit(MetadataImage image, Visitor visitor) {
        List<MetadataRecord> records = new ArrayList<>();
        for (Topic topic : image.topics()) {
            int index = 0;
            int minInsync = settings.minInsync(image, topic);
            for (PartitionState state : topic.partitions()) {
                int capped = Math.min(minInsync, state.replicas().size());
                visitor.visit(new PartitionId(topic.id(), index++), state, capped)
                        .ifPresent(records::add);
            }
        }
        return records;
    }
}
