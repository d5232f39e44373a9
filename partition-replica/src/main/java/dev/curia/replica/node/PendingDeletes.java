package dev.curia.replica.node;

import dev.curia.common.time.Timers;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica.DeleteResult;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Deletions of records that wait for the low watermark. Confined to the replica's loop. Bounded by the requests that the broker's
 * connections may have under way.
 */
final class PendingDeletes {
    private final List<Waiting> all = new ArrayList<>();
    private final Timers timers;

    private static final class Waiting {
        final long offset;
        final CompletableFuture<DeleteResult> future;
        Runnable cancelTimer = () -> {};

        Waiting(long offset, CompletableFuture<DeleteResult> future) {
            this.offset = offset;
            this.future = future;
        }
    }

    PendingDeletes(Timers timers) {
        this.timers = timers;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    void add(long offset, long timeoutNanos, CompletableFuture<DeleteResult> future) {
        Waiting waiting = new Waiting(offset, future);
        all.add(waiting);
        waiting.cancelTimer = timers.schedule(timeoutNanos, () -> expire(waiting));
    }

    void advance(long lowWatermark) {
        for (Iterator<Waiting> each = all.iterator(); each.hasNext(); ) {
            Waiting waiting = each.next();
            if (waiting.offset > lowWatermark) continue;
            each.remove();
            waiting.cancelTimer.run();
            waiting.future.complete(new DeleteResult(ErrorCode.NONE, "", lowWatermark));
        }
    }

    /** The leader has deleted all the same; whether the others have is not known. */
    void failAll(ErrorCode error, String message) {
        for (Waiting waiting : all) {
            waiting.cancelTimer.run();
            waiting.future.complete(failure(error, message));
        }
        all.clear();
    }

    static DeleteResult failure(ErrorCode error, String message) {
        return new DeleteResult(error, message, -1);
    }

    private void expire(Waiting waiting) {
        if (!all.remove(waiting)) return;
        waiting.future.complete(failure(
                ErrorCode.REQUEST_TIMED_OUT,
                "the records before offset " + waiting.offset
                        + " are deleted on the leader, but in time not on all in-sync replicas; they still will be"));
    }
}
