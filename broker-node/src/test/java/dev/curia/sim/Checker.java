package dev.curia.sim;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.PartitionLog;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks after each event whether what must always hold does, by the identifiers of the invariants: what is committed stays and is the same
 * everywhere (I1, I2, I5), once (I3) and in order (I6); who asks for the end is told of all that anybody knew before (I9); one leader an epoch, epochs and watermarks never go back (I23), ISRs are of the
 * assigned (I24) and hold what is committed.
 */
final class Checker {
    private final World world;
    private final SimCluster cluster;
    private final Map<TopicPartition, Ledger> ledgers = new TreeMap<>(SimCluster.BY_NAME);
    private final Map<String, Watched> watched = new HashMap<>();
    private final Map<String, Integer> leaders = new HashMap<>();
    private final Map<TopicPartition, PartitionState> lastStates = new HashMap<>();
    private final Map<TopicPartition, Long> toldEnds = new HashMap<>();
    private final Map<String, Long> lastLed = new HashMap<>(); // until when, by broker and partition
    private final Excuses excuses;
    private long acknowledged;
    private long read;

    /** What was seen of one replica, until its broker dies or it is made anew. */
    private static final class Watched {
        final Replica replica;

        @Nullable
        View view;

        long verified; // before it the log was seen to agree with the ledger
        long topHighWatermark; // in this leader epoch

        Watched(Replica replica) {
            this.replica = replica;
        }
    }

    Checker(World world, SimCluster cluster, Excuses excuses) {
        this.world = world;
        this.cluster = cluster;
        this.excuses = excuses;
    }

    Ledger ledger(TopicPartition partition) {
        return ledgers.computeIfAbsent(partition, p -> new Ledger());
    }

    long acknowledged() {
        return acknowledged;
    }

    long read() {
        return read;
    }

    long committed() {
        return ledgers.values().stream().mapToLong(Ledger::size).sum();
    }

    /** After each event. */
    void look() {
        for (SimBroker broker : cluster.brokers()) {
            for (TopicPartition partition : cluster.partitions()) {
                Optional<Replica> replica = broker.replicas.find(partition);
                if (replica.isPresent()) look(broker, partition, replica.get());
            }
        }
    }

    private void look(SimBroker broker, TopicPartition partition, Replica found) {
        View now = found.view();
        String key = broker.id + " " + partition;
        Watched replica = watched.get(key);
        if (replica == null || replica.replica != found) {
            replica = new Watched(found);
            watched.put(key, replica);
        }
        View before = replica.view;
        if (now.equals(before)) return;
        if (broker.isStopping() && now.leaderEpoch() < 0) return; // it has ended, and knows of no epoch any more
        replica.view = now;
        if (now.highWatermark() > now.logEndOffset())
            violation(partition, "broker " + broker.id + " has a high watermark behind its log's end: " + now);
        boolean newEpoch = before == null || before.leaderEpoch() != now.leaderEpoch();
        if (before != null && now.leaderEpoch() < before.leaderEpoch())
            violation(partition, "I23: the leader epoch of broker " + broker.id + " went back: " + before + ", " + now);
        if (newEpoch) replica.topHighWatermark = 0;
        checkWatermark(broker, partition, replica, before, now);
        Optional<PartitionLog> log = broker.log(partition);
        if (log.isEmpty()) return;
        if (now.leading() && (newEpoch || before == null || !before.leading()))
            leads(broker, partition, now, log.get());
        if (now.leading()) commit(broker, partition, now, log.get());
        verify(broker, partition, replica, now, log.get());
    }

    private void checkWatermark(
            SimBroker broker, TopicPartition partition, Watched replica, @Nullable View before, View now) {
        if (now.leading() && now.highWatermark() < replica.topHighWatermark) {
            violation(
                    partition,
                    "the high watermark of leader " + broker.id + " went back in epoch " + now.leaderEpoch() + " from "
                            + replica.topHighWatermark + " to " + now.highWatermark());
        }
        replica.topHighWatermark = Math.max(replica.topHighWatermark, now.highWatermark());
        if (before != null && now.logEndOffset() < before.highWatermark()) {
            violation(
                    partition,
                    "I2: broker " + broker.id + " cut its log to " + now.logEndOffset() + ", below its high watermark "
                            + before.highWatermark());
        }
    }

    private void leads(SimBroker broker, TopicPartition partition, View now, PartitionLog log) {
        world.log("b" + broker.id + " leads " + partition + " in epoch " + now.leaderEpoch() + ", isr " + now.isr()
                + ", log end " + now.logEndOffset() + ", high watermark " + now.highWatermark());
        Integer other = leaders.putIfAbsent(partition + " " + now.leaderEpoch(), broker.id);
        if (other != null && other != broker.id) {
            violation(partition, "I23: brokers " + other + " and " + broker.id + " lead in epoch " + now.leaderEpoch());
        }
        Ledger ledger = ledger(partition);
        if (now.leaderEpoch() <= ledger.epoch()) return;
        compare(broker, partition, log, 0, ledger.size());
    }

    /** The leader's watermark says what is committed. */
    private void commit(SimBroker broker, TopicPartition partition, View now, PartitionLog log) {
        Ledger ledger = ledger(partition);
        if (now.highWatermark() <= ledger.size()) return;
        List<Values.Found> fresh = Values.of(log, ledger.size(), now.highWatermark());
        for (Values.Found each : fresh) {
            if (each.offset() != ledger.size())
                violation(partition, "offset " + ledger.size() + " is missing in the log of leader " + broker.id);
            ledger.add(each.value(), now.leaderEpoch()).ifPresent(wrong -> violation(partition, wrong));
        }
        checkIsrHas(broker, partition, now);
    }

    /** What is committed is on every member of the ISR, and on everybody eligible, as far as this leader is the one that the metadata knows. */
    private void checkIsrHas(SimBroker leader, TopicPartition partition, View now) {
        MetadataImage image = cluster.raft.committed();
        PartitionState state = state(image, partition);
        if (state == null || state.leader() != leader.id || state.leaderEpoch() != now.leaderEpoch()) return;
        List<Integer> complete = new ArrayList<>(state.isr());
        complete.addAll(state.eligibleLeaders());
        for (int member : complete) {
            Optional<SimBroker> broker = cluster.broker(member);
            if (broker.isEmpty() || !broker.get().isRegistered(image)) continue;
            Optional<PartitionLog> log = broker.get().log(partition);
            if (log.isPresent() && log.get().logEndOffset() < now.highWatermark()) {
                violation(
                        partition,
                        "leader " + leader.id + " has high watermark " + now.highWatermark() + ", but member " + member
                                + " of isr " + state.isr() + " or eligible " + state.eligibleLeaders() + " ends at "
                                + log.get().logEndOffset());
            }
        }
    }

    static @Nullable PartitionState state(MetadataImage image, TopicPartition partition) {
        return image.topic(partition.topic())
                .map(topic -> topic.partitions().get(partition.partition()))
                .orElse(null);
    }

    private void verify(SimBroker broker, TopicPartition partition, Watched replica, View now, PartitionLog log) {
        replica.verified = Math.min(replica.verified, now.logEndOffset());
        long to = Math.min(now.highWatermark(), ledger(partition).size());
        if (to <= replica.verified) return;
        compare(broker, partition, log, replica.verified, to);
        replica.verified = to;
    }

    private void compare(SimBroker broker, TopicPartition partition, PartitionLog log, long from, long to) {
        Ledger ledger = ledger(partition);
        List<Values.Found> found = Values.of(log, from, to);
        for (Values.Found each : found) {
            String expected = ledger.value((int) each.offset());
            if (!expected.equals(each.value())) {
                violation(
                        partition,
                        "I1: offset " + each.offset() + " is committed as " + expected + ", but broker " + broker.id
                                + " has " + each.value());
                return;
            }
        }
        if (found.size() < to - from) {
            violation(
                    partition,
                    "I2: broker " + broker.id + " lacks committed records: it has " + found.size() + " of those in ["
                            + from + ", " + to + "), its log ends at " + log.logEndOffset());
        }
    }

    /** A client was told that its record is kept. */
    void acknowledged(TopicPartition partition, long offset, String value) {
        acknowledged++;
        know(partition, offset + 1);
        Ledger ledger = ledger(partition);
        if (offset >= ledger.size()) {
            // Its leader may have been taken away in the same event, before anybody could look at its watermark.
            if (!membersHave(partition, offset, value))
                violation(partition, "I5: " + value + " is acknowledged at " + offset + ", which is not committed");
        } else if (!ledger.value((int) offset).equals(value)) {
            violation(
                    partition,
                    "I5: " + value + " is acknowledged at " + offset + ", where " + ledger.value((int) offset) + " is");
        }
    }

    /** Whether all members of the ISR, and all who are eligible, that run have this record; and one runs. */
    private boolean membersHave(TopicPartition partition, long offset, String value) {
        PartitionState state = state(cluster.raft.committed(), partition);
        if (state == null) return false;
        List<Integer> members = new ArrayList<>(state.isr());
        members.addAll(state.eligibleLeaders());
        List<PartitionLog> logs = members.stream()
                .flatMap(id -> cluster.broker(id).stream())
                .flatMap(broker -> broker.log(partition).stream())
                .toList();
        return !logs.isEmpty() && logs.stream().allMatch(log -> has(log, offset, value));
    }

    private static boolean has(PartitionLog log, long offset, String value) {
        if (log.logEndOffset() <= offset) return false;
        List<Values.Found> found = Values.of(log, offset, log.logEndOffset());
        return found.stream()
                .anyMatch(each -> each.offset() == offset && each.value().equals(value));
    }

    /** A client was given a record. */
    void read(TopicPartition partition, Values.Found record) {
        read++;
        know(partition, record.offset() + 1);
        Ledger ledger = ledger(partition);
        if (record.offset() >= ledger.size()) {
            violation(partition, "I2: " + record + " was read, which is not committed");
        } else if (!ledger.value((int) record.offset()).equals(record.value())) {
            violation(partition, "I1: " + record + " was read, committed is " + ledger.value((int) record.offset()));
        }
    }

    /** Where the partition ends at least, as clients have been told by acknowledgements, records and ends. */
    long toldEnd(TopicPartition partition) {
        return toldEnds.getOrDefault(partition, 0L);
    }

    private void know(TopicPartition partition, long end) {
        toldEnds.merge(partition, end, Math::max);
    }

    /** A client that asked when {@code told} was known was given an answer. */
    void endTold(TopicPartition partition, long told, long end) {
        if (end < told && !excuses.coversEnds(world.now()))
            violation(partition, "I9: asked where it ends when " + told + " was known, it was told " + end);
        know(partition, end);
    }

    /** The quorum committed a new image. */
    void committed(MetadataImage image) {
        for (TopicPartition partition : cluster.partitions()) {
            PartitionState state = state(image, partition);
            if (state == null) continue;
            PartitionState before = lastStates.put(partition, state);
            excuses.look(partition, state, image);
            if (state.equals(before)) continue;
            world.log("metadata " + image.index() + ": " + partition + " leader " + state.leader() + " epoch "
                    + state.leaderEpoch() + "/" + state.partitionEpoch() + " isr " + state.isr() + " eligible "
                    + state.eligibleLeaders() + " last known " + state.lastKnownEligible());
            checkMembers(partition, state);
            if (before != null && isReplaced(partition, before, state, image)) excuses.leaderReplaced(world.now());
            if (before != null
                    && (state.leaderEpoch() < before.leaderEpoch()
                            || state.partitionEpoch() < before.partitionEpoch()
                            || (state.leader() != before.leader() && state.leaderEpoch() == before.leaderEpoch())))
                violation(partition, "I23: epochs went from " + before + " to " + state);
            if (before != null) checkJoined(image, partition, before, state);
        }
    }

    /** A broker that led a moment ago is put out of the ISR though it lives, at once or a little later; as for its full disk, or when it stops. */
    private boolean isReplaced(
            TopicPartition partition, PartitionState before, PartitionState state, MetadataImage image) {
        if (before.leader() != state.leader()) lastLed.put(before.leader() + " " + partition, world.now());
        return before.isr().stream()
                .anyMatch(id -> !state.isr().contains(id)
                        && (image.isAlive(id) || isStopping(id))
                        && world.now() - lastLed.getOrDefault(id + " " + partition, 0L) < 3 * World.SECONDS);
    }

    private boolean isStopping(int broker) {
        return cluster.broker(broker).filter(SimBroker::isStopping).isPresent();
    }

    private void checkMembers(TopicPartition partition, PartitionState state) {
        boolean nobody = state.isr().isEmpty()
                && (state.hasLeader()
                        || state.lastKnownEligible().isEmpty()
                        || !state.eligibleLeaders().isEmpty());
        boolean twice = state.eligibleLeaders().stream().anyMatch(state.isr()::contains);
        if (nobody
                || twice
                || !state.replicas().containsAll(state.isr())
                || !state.replicas().containsAll(state.eligibleLeaders())
                || (state.hasLeader() && !state.isr().contains(state.leader()))) violation(partition, "I24: " + state);
    }

    /** Whoever joins the ISR has all that is committed, or it might be elected without. */
    private void checkJoined(
            MetadataImage image, TopicPartition partition, PartitionState before, PartitionState state) {
        for (int member : state.isr()) {
            Optional<SimBroker> broker = cluster.broker(member);
            if (before.isr().contains(member)
                    || broker.isEmpty()
                    || !broker.get().isRegistered(image)) continue;
            Optional<PartitionLog> log = broker.get().log(partition);
            int committed = ledger(partition).size();
            if (log.isPresent() && log.get().logEndOffset() < committed) {
                violation(
                        partition,
                        "broker " + member + " joins isr " + state.isr() + " with a log that ends at "
                                + log.get().logEndOffset() + ", committed is up to " + committed);
            }
        }
    }

    /** All is healed and quiet: every replica has everything and knows it. */
    void lookAtTheEnd() {
        for (SimBroker broker : cluster.brokers()) {
            for (TopicPartition partition : cluster.partitions()) {
                PartitionState state = state(cluster.raft.committed(), partition);
                if (state == null || !state.replicas().contains(broker.id)) continue;
                Optional<PartitionLog> log = broker.log(partition);
                if (log.isEmpty()) violation(partition, "broker " + broker.id + " has no replica in the end");
                else compare(broker, partition, log.get(), 0, ledger(partition).size());
            }
        }
    }

    void violation(TopicPartition partition, String what) {
        if (excuses.covers(partition)) return;
        world.violation(partition + ": " + what);
    }
}
