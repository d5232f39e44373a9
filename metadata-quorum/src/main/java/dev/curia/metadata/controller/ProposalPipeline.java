package dev.curia.metadata.controller;

import dev.curia.common.fault.FaultHandler;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.Clock;
import dev.curia.metadata.decide.Decision;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.MetadataLog.Outcome;
import dev.curia.proto.metadata.v1.MetadataBatch;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Turns decisions into batches of one term and answers after commit. Loop-confined.
 *
 * <p>Decisions are made on the <i>speculative</i> image, which holds everything proposed. Batches carry the term and a sequence, and
 * apply only in sequence; so when one fails, all after it fail too, and this pipeline is at its end: it answers every waiter and
 * reports {@link Listener#onBroken}. Its owner starts another one from the applied image.
 */
final class ProposalPipeline {
    /** Batches proposed and not yet answered; more wait in the backlog. */
    static final int MAX_IN_FLIGHT = 256;

    /** Commands that wait for the batches in flight. */
    static final int MAX_BACKLOG = 2048;

    /** Told once, after which the pipeline does nothing more. */
    interface Listener {
        void onBroken(String reason);
    }

    /** A decided command whose answer waits for the commit of batches {@code first..last}; none of its own if first > last. */
    private record Waiter<R>(Command<R> command, Decision<R> decision, long first, long last) {
        void commit(long index) {
            command.answer().accept(new Answer.Done<>(decision.reply().apply(index)));
        }
    }

    private final MetadataLog log;
    private final EventLoop loop;
    private final Clock clock;
    private final FaultHandler faults;
    private final Listener listener;
    private final long term;

    private final Deque<Command<?>> backlog = new ArrayDeque<>();
    private final Deque<Waiter<?>> waiters = new ArrayDeque<>(); // by last sequence
    private MetadataImage image;
    private long proposed; // sequence of the last batch proposed
    private long committed; // sequence of the last batch known to be applied, <= proposed
    private long committedIndex;
    private boolean open = true;

    ProposalPipeline(
            MetadataLog log,
            EventLoop loop,
            Clock clock,
            FaultHandler faults,
            long term,
            long lastSequence,
            Listener listener) {
        this.log = log;
        this.loop = loop;
        this.clock = clock;
        this.faults = faults;
        this.term = term;
        this.listener = listener;
        this.image = log.image();
        this.proposed = lastSequence;
        this.committed = lastSequence;
        this.committedIndex = image.index();
    }

    /** Everything decided so far, committed or not. */
    MetadataImage image() {
        return image;
    }

    void run(Command<?> command) {
        if (!open) {
            command.notActive();
        } else if (backlog.size() >= MAX_BACKLOG) {
            command.overloaded();
        } else {
            backlog.add(command);
            pump();
        }
    }

    /** Answers everybody who waits and does nothing more; the listener is not told. */
    void close(String reason) {
        if (!open) return;
        open = false;
        fail(Long.MAX_VALUE, reason);
    }

    private void pump() {
        while (open && !backlog.isEmpty() && proposed - committed < MAX_IN_FLIGHT) start(backlog.remove());
    }

    private <R> void start(Command<R> command) {
        Decision<R> decision = command.decide().apply(image);
        long first = proposed + 1;
        if (!decision.records().isEmpty()) {
            image = image.apply(image.index(), decision.records()).image();
        }
        List<List<MetadataRecord>> batches = Batches.split(decision.records());
        long last = proposed + batches.size();
        if (last == committed) {
            command.answer().accept(new Answer.Done<>(decision.reply().apply(committedIndex)));
            return;
        }
        waiters.add(new Waiter<>(command, decision, first, last));
        batches.forEach(this::propose);
    }

    private void propose(List<MetadataRecord> records) {
        long sequence = ++proposed;
        MetadataBatch batch = MetadataBatch.newBuilder()
                .setControllerTerm(term)
                .setSequence(sequence)
                .setDecidedAtMs(clock.wallMillis())
                .addAllRecords(records)
                .build();
        Handover.toLoop(log.propose(batch), loop, faults, outcome -> onOutcome(sequence, outcome));
    }

    private void onOutcome(long sequence, Outcome outcome) {
        if (!open) return;
        if (outcome instanceof Outcome.Committed done) {
            onCommitted(sequence, done.index());
        } else {
            open = false;
            // An unknown batch may yet apply, and with it those after it; otherwise none from this one on ever will.
            fail(outcome instanceof Outcome.Unknown ? Long.MAX_VALUE : sequence, outcome.toString());
            listener.onBroken(outcome.toString());
        }
    }

    private void onCommitted(long sequence, long index) {
        committed = Math.max(committed, sequence);
        committedIndex = Math.max(committedIndex, index);
        // Nothing is under way, so the applied image is the same: not two of them in memory.
        if (committed == proposed) image = log.image();
        for (Waiter<?> next = waiters.peek(); next != null && next.last() <= committed; next = waiters.peek()) {
            waiters.remove().commit(committedIndex);
            if (!open) return;
        }
        pump();
    }

    /** @param dead batches from this sequence on are known never to apply */
    private void fail(long dead, String reason) {
        while (!waiters.isEmpty()) {
            Waiter<?> waiter = waiters.remove();
            boolean harmless = waiter.first() > waiter.last() || waiter.first() >= dead;
            if (harmless) waiter.command().notActive();
            else waiter.command().unknown(reason);
        }
        while (!backlog.isEmpty()) backlog.remove().notActive();
    }
}
