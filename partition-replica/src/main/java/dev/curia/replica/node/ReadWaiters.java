package dev.curia.replica.node;

import dev.curia.replica.Replica.Isolation;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Readers waiting for more. Thread-safe: registering and cancelling come from any thread, waking from the replica's. */
final class ReadWaiters {
    private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();

    /** Runs {@code wake} at most once. Identity decides equality. */
    static final class Waiter {
        private final long offset;
        private final Isolation isolation;
        private final int leaderEpoch;
        private final boolean leading; // what it waits for
        private final Runnable wake;
        private final AtomicBoolean done = new AtomicBoolean();

        Waiter(long offset, Isolation isolation, int leaderEpoch, boolean leading, Runnable wake) {
            this.offset = offset;
            this.isolation = isolation;
            this.leaderEpoch = leaderEpoch;
            this.leading = leading;
            this.wake = wake;
        }

        boolean isDue(Snapshot now) {
            return now.offline()
                    || now.view().leading() != leading
                    || now.view().leaderEpoch() != leaderEpoch
                    || now.endFor(isolation) > offset;
        }
    }

    /** Then look whether it is due already: what was published before is not announced again. */
    void add(Waiter waiter) {
        waiters.add(waiter);
    }

    void cancel(Waiter waiter) {
        waiter.done.set(true);
        waiters.remove(waiter);
    }

    void fire(Waiter waiter) {
        waiters.remove(waiter);
        if (!waiter.done.getAndSet(true)) waiter.wake.run();
    }

    void published(Snapshot now) {
        if (waiters.isEmpty()) return;
        for (Waiter waiter : waiters) if (waiter.isDue(now)) fire(waiter);
    }
}
