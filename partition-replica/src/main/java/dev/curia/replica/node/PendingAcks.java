package dev.curia.replica.node;

import dev.curia.common.time.Clock;
import dev.curia.common.time.Timers;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica.AppendResult;
import dev.curia.replica.port.ReplicaMetrics;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Appends with acks=all that wait for the high watermark, in append order. Confined to the replica's loop. Bounded by the requests that the
 * broker's connections may have under way. One timer, for the earliest deadline.
 */
final class PendingAcks {
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
    private final Clock clock;
    private final Timers timers;
    private final ReplicaMetrics metrics;
    private @Nullable Runnable cancelTimer;
    private long timerAtNanos;

    /** Completes with {@code success} once the high watermark is at {@code endOffset}. Times are monotonic. */
    record Waiting(
            long endOffset,
            long deadlineNanos,
            long receivedNanos,
            boolean ofClient,
            AppendResult success,
            CompletableFuture<AppendResult> future) {}

    PendingAcks(Clock clock, Timers timers, ReplicaMetrics metrics) {
        this.clock = clock;
        this.timers = timers;
        this.metrics = metrics;
    }

    void add(Waiting append) {
        queue.add(append);
        arm(append.deadlineNanos);
    }

    void advance(long highWatermark) {
        // An idempotent producer's repeat may wait for an earlier offset than what was queued before it; order is kept
        // all the same.
        for (Waiting head = queue.peek(); head != null && head.endOffset <= highWatermark; head = queue.peek()) {
            queue.remove();
            metrics.acknowledged(clock.monotonicNanos() - head.receivedNanos);
            head.future.complete(head.success);
        }
        if (queue.isEmpty()) disarm();
    }

    /** The outcome of all of them stays unknown. */
    void failAll(ErrorCode error, String message) {
        disarm();
        for (Waiting w = queue.poll(); w != null; w = queue.poll()) w.future.complete(failure(error, message));
    }

    /** The same of those that clients wait for and that came so early, as another broker may lead. */
    void failClients(long untilNanos, String message) {
        for (Iterator<Waiting> each = queue.iterator(); each.hasNext(); ) {
            Waiting w = each.next();
            if (!w.ofClient || w.receivedNanos - untilNanos > 0) continue;
            each.remove();
            w.future.complete(failure(ErrorCode.NOT_LEADER_OR_FOLLOWER, message));
        }
        if (queue.isEmpty()) disarm();
    }

    int size() {
        return queue.size();
    }

    static AppendResult failure(ErrorCode error, String message) {
        return new AppendResult(error, message, -1, -1, -1);
    }

    private void expire() {
        cancelTimer = null;
        long now = clock.monotonicNanos();
        long next = Long.MAX_VALUE;
        for (Iterator<Waiting> each = queue.iterator(); each.hasNext(); ) {
            Waiting w = each.next();
            if (w.deadlineNanos - now <= 0) {
                each.remove();
                w.future.complete(failure(
                        ErrorCode.REQUEST_TIMED_OUT,
                        "appended, but not on all in-sync replicas in time; it may still become so"));
            } else {
                next = Math.min(next, w.deadlineNanos);
            }
        }
        if (!queue.isEmpty()) arm(next);
    }

    private void arm(long deadline) {
        if (cancelTimer != null && timerAtNanos - deadline <= 0) return;
        disarm();
        timerAtNanos = deadline;
        cancelTimer = timers.schedule(Math.max(0, deadline - clock.monotonicNanos()), this::expire);
    }

    private void disarm() {
        if (cancelTimer != null) cancelTimer.run();
        cancelTimer = null;
    }
}
