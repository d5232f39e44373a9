package dev.curia.log;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Flushes of one log in the background: requests that come while one is under way share the next. Thread-safe. */
final class FlushRequests {
    private static final Logger LOG = LoggerFactory.getLogger(FlushRequests.class);

    private final PartitionLog log;
    private final Executor threads;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile LongConsumer listener = recoveryPoint -> {};

    FlushRequests(PartitionLog log, Executor threads) {
        this.log = log;
        this.threads = threads;
    }

    void add() {
        if (waiting.getAndIncrement() == 0) threads.execute(this::run);
    }

    void onFlushed(LongConsumer heard) {
        listener = heard;
    }

    private void run() {
        int served = waiting.get();
        try {
            if (log.isInService()) {
                log.flush();
                listener.accept(log.recoveryPoint());
            }
        } catch (StorageException e) {
            LOG.error("{} could not be flushed: its log directory is offline", log.name(), e);
        }
        // Not in a loop: other logs of the directory wait for this thread too.
        if (waiting.addAndGet(-served) > 0) threads.execute(this::run);
    }
}
