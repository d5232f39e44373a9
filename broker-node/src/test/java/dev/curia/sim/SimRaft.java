package dev.curia.sim;

import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.MetadataLog.Outcome;
import dev.curia.proto.metadata.v1.MetadataBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What Raft promises the metadata log, without Raft: one sequence of entries, committed while the leader reaches a majority, and a leader for
 * each term. It is as unkind as Raft may be: a deposed leader hears of it late, what it had proposed commits in part under the next one, an
 * outcome may stay unknown whatever it was, followers lag and restart from an older snapshot.
 */
final class SimRaft {
    private static final long TICK = 100 * World.MILLIS;
    private static final long ELECTION = 700 * World.MILLIS;

    final World world;
    final SimNetwork network;
    private final SplittableRandom random;
    private final List<SimMetadataLog> nodes = new ArrayList<>();
    private final List<Entry> log = new ArrayList<>();
    private final ArrayDeque<Proposal> pending = new ArrayDeque<>();
    private final Consumer<MetadataImage> onCommit;
    private @Nullable SimMetadataLog leader;
    private long term;
    private long leaderSeenNanos;
    private int unknownPercent;
    private int refusedPercent;

    /**
     * Something all nodes apply.
     *
     * @param batch null: an entry of Raft's own
     * @param effective whether its term and sequence were the next
     * @param lastSequence of the last effective batch in this entry's term
     */
    record Entry(
            long index,
            long term,
            @Nullable MetadataBatch batch,
            boolean effective,
            long lastSequence,
            MetadataImage after) {}

    private record Proposal(
            SimMetadataLog by, long term, MetadataBatch batch, long readyAt, CompletableFuture<Outcome> outcome) {}

    /** @param onCommit sees each image as soon as it is committed */
    SimRaft(World world, SimNetwork network, Consumer<MetadataImage> onCommit) {
        this.world = world;
        this.network = network;
        this.random = world.fork();
        this.onCommit = onCommit;
        this.leaderSeenNanos = world.now();
        world.after(TICK, null, this::tick);
    }

    /** A node starts, again or for the first time, from a snapshot that may be old. */
    SimMetadataLog join(SimProcess process, int id) {
        nodes.removeIf(node -> node.id() == id);
        int snapshot = log.isEmpty() ? 0 : log.size() - random.nextInt(Math.min(log.size(), 30));
        SimMetadataLog node = new SimMetadataLog(this, process, id, snapshot);
        nodes.add(node);
        return node;
    }

    void misbehave(int unknown, int refused) {
        unknownPercent = unknown;
        refusedPercent = refused;
    }

    MetadataImage committed() {
        return log.isEmpty() ? MetadataImage.EMPTY : log.get(log.size() - 1).after;
    }

    long size() {
        return log.size();
    }

    Entry entry(long number) {
        return log.get((int) number);
    }

    long term() {
        return term;
    }

    Optional<SimMetadataLog> leader() {
        return Optional.ofNullable(leader);
    }

    /** Whether it leads as far as the others know. */
    boolean leads(SimMetadataLog node, long inTerm) {
        return leader == node && term == inTerm;
    }

    CompletableFuture<Outcome> propose(SimMetadataLog by, long inTerm, MetadataBatch batch) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        if (random.nextInt(100) < refusedPercent) {
            outcome.complete(new Outcome.Refused("told to"));
        } else if (!leads(by, inTerm)) {
            // It does not know yet: the entry is in its own log only, and will be cut off.
            by.process().after(ELECTION, () -> outcome.complete(new Outcome.Unknown("leadership was lost")));
        } else {
            long readyAt = world.now() + World.MILLIS + random.nextLong(4 * World.MILLIS);
            pending.add(new Proposal(by, inTerm, batch, readyAt, outcome));
            world.after(readyAt - world.now(), null, this::commitReady);
        }
        return outcome;
    }

    /** Another node takes over though nothing is wrong with the present one. */
    void transferLeadership() {
        SimMetadataLog old = leader;
        List<SimMetadataLog> others =
                nodes.stream().filter(node -> node != old && isViable(node)).toList();
        if (!others.isEmpty()) elect(others.get(random.nextInt(others.size())));
    }

    private boolean isViable(SimMetadataLog node) {
        SimProcess process = node.process();
        if (!process.isAlive() || process.pausedUntil() > world.now()) return false;
        long reached = nodes.stream()
                .filter(other -> other == node
                        || (other.process().isAlive()
                                && network.isOpen(process.host, other.process().host)
                                && network.isOpen(other.process().host, process.host)))
                .count();
        return reached > SimQuorumNode.COUNT / 2;
    }

    private void tick() {
        world.after(TICK, null, this::tick);
        SimMetadataLog now = leader;
        if (now != null && isViable(now)) leaderSeenNanos = world.now();
        if (world.now() - leaderSeenNanos > ELECTION + random.nextLong(ELECTION)) {
            List<SimMetadataLog> candidates =
                    nodes.stream().filter(this::isViable).toList();
            if (!candidates.isEmpty()) elect(candidates.get(random.nextInt(candidates.size())));
        }
        for (SimMetadataLog node : nodes) spread(node);
    }

    private void elect(SimMetadataLog next) {
        SimMetadataLog old = leader;
        int survive = random.nextInt(pending.size() + 1);
        List<Proposal> given = new ArrayList<>(pending);
        pending.clear();
        for (int i = 0; i < survive; i++) append(given.get(i).term, given.get(i).batch);
        term++;
        leader = next;
        leaderSeenNanos = world.now();
        append(term, null);
        world.log("quorum node " + next.id() + " leads in term " + term + ", " + survive + " of " + given.size()
                + " proposals survive");
        if (old != null) {
            old.process().after(random.nextLong(ELECTION), () -> {
                old.stepDown(next == old ? term - 1 : Long.MAX_VALUE);
                given.forEach(each -> each.outcome.complete(new Outcome.Unknown("leadership was lost")));
            });
        }
        long mine = term;
        next.process().after(ELECTION / 4 + random.nextLong(ELECTION), () -> next.lead(mine));
    }

    private void commitReady() {
        SimMetadataLog now = leader;
        Proposal head = pending.peek();
        if (now == null || head == null || head.readyAt > world.now()) return;
        if (!isViable(now)) {
            world.after(TICK / 2, null, this::commitReady);
            return;
        }
        while (head != null && head.readyAt <= world.now()) {
            pending.remove();
            decide(head);
            head = pending.peek();
        }
        for (SimMetadataLog node : nodes) spread(node);
    }

    private void decide(Proposal proposal) {
        boolean unknown = random.nextInt(100) < unknownPercent;
        SimMetadataLog by = proposal.by;
        if (unknown && random.nextBoolean()) {
            by.process().after(TICK, () -> proposal.outcome.complete(new Outcome.Unknown("told to, lost")));
            return;
        }
        Entry entry = append(proposal.term, proposal.batch);
        by.process().after(random.nextLong(World.MILLIS), () -> {
            by.applyTo(entry.index);
            Outcome known =
                    entry.effective ? new Outcome.Committed(entry.index) : new Outcome.Fenced(entry.lastSequence);
            proposal.outcome.complete(unknown ? new Outcome.Unknown("told to, committed") : known);
        });
    }

    private Entry append(long entryTerm, @Nullable MetadataBatch batch) {
        long index = log.size() + 1L;
        long last = lastSequenceIn(entryTerm);
        boolean effective = batch != null && batch.getControllerTerm() == entryTerm && batch.getSequence() == last + 1;
        MetadataImage image = committed();
        if (effective && batch != null)
            image = image.apply(index, batch.getRecordsList()).image();
        Entry entry = new Entry(index, entryTerm, batch, effective, effective ? last + 1 : last, image);
        log.add(entry);
        if (effective) onCommit.accept(image);
        return entry;
    }

    private long lastSequenceIn(long anyTerm) {
        for (int i = log.size() - 1; i >= 0; i--) {
            Entry entry = log.get(i);
            if (entry.term < anyTerm) return 0;
            if (entry.term == anyTerm) return entry.lastSequence;
        }
        return 0;
    }

    /** Lets a follower have what it lacks, if it can be reached. */
    private void spread(SimMetadataLog node) {
        SimMetadataLog now = leader;
        if (now == null || node.applied() >= log.size() || !node.process().isAlive()) return;
        if (node == now) {
            long all = log.size();
            node.process().after(random.nextLong(World.MILLIS), () -> node.applyTo(all));
            return;
        }
        String from = now.process().host;
        String to = node.process().host;
        if (!now.process().isAlive() || !network.isOpen(from, to)) return;
        long known = log.size();
        world.after(network.latency(from, to), null, () -> node.process().after(0, () -> node.applyTo(known)));
    }
}
