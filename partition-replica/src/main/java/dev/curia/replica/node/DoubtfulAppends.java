package dev.curia.replica.node;

import dev.curia.common.time.Clock;
import dev.curia.common.time.Timers;
import dev.curia.replica.node.WaitingAppend.Appender;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BooleanSupplier;

/**
 * What clients send for a partition of which this broker cannot say who leads it waits here for a moment. When leadership moves, the old leader,
 * the new one and the client do not hear of it at the same time; whoever sends the client away without a new name makes it wait for its
 * retry.backoff.ms, which doubles each time. Confined to the replica's loop.
 */
final class DoubtfulAppends {
    /** As long as a client would wait by itself. */
    static final long PATIENCE_NANOS = Duration.ofMillis(100).toNanos();

    private static final long STEP_NANOS = Duration.ofMillis(5).toNanos();

    private final Clock clock;
    private final Timers timers;
    private final BooleanSupplier doubt;
    private final Appender appender;
    private final Queue<WaitingAppend> queue = new ArrayDeque<>();

    /** @param appender refuses while there is doubt */
    DoubtfulAppends(Clock clock, Timers timers, BooleanSupplier doubt, Appender appender) {
        this.clock = clock;
        this.timers = timers;
        this.doubt = doubt;
        this.appender = appender;
    }

    /** @return false: it need not wait */
    boolean takes(WaitingAppend append) {
        if (queue.isEmpty() && !doubt.getAsBoolean()) return false;
        queue.add(append);
        if (queue.size() == 1) timers.schedule(STEP_NANOS, this::look);
        return true;
    }

    private void look() {
        WaitingAppend oldest = queue.peek();
        if (oldest == null) return;
        boolean patient = clock.monotonicNanos() - oldest.receivedNanos() < PATIENCE_NANOS;
        if (patient && doubt.getAsBoolean()) timers.schedule(STEP_NANOS, this::look);
        else end();
    }

    /** Now it is known who leads. */
    void end() {
        for (WaitingAppend next = queue.poll(); next != null; next = queue.poll()) appender.append(next);
    }
}
