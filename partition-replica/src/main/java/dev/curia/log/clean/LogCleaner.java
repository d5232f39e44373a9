package dev.curia.log.clean;

import dev.curia.common.fault.FaultHandler;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.time.Clock;
import dev.curia.log.clean.CleanerQueue.Claim;
import dev.curia.log.segment.RetiredFileException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the logs given to it, on threads of its own: {@link CleanerQueue} says which is next, {@link LogCleaning} how. Thread-safe.
 *
 * <p>What fails concerns one log and is tried again later; an {@link Error} goes to the {@link FaultHandler}.
 */
public final class LogCleaner implements Cleaners, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogCleaner.class);
    /** The throttle is asked once for so many bytes. */
    private static final long THROTTLED_BYTES = 256 << 10;

    private final CleanerConfig config;
    private final Clock clock;
    private final RandomGenerator random;
    private final FaultHandler faults;
    private final CleanerMetrics metrics;
    private final CleanerQueue queue;
    private final Throttle throttle;
    private final List<Thread> threads = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile boolean open = true;

    /** @param random for the hashes of keys: what it gives must not be known to clients */
    public LogCleaner(
            CleanerConfig config, Clock clock, RandomGenerator random, FaultHandler faults, CleanerMetrics metrics) {
        this.config = config;
        this.clock = clock;
        this.random = random;
        this.faults = faults;
        this.metrics = metrics;
        this.queue = new CleanerQueue(TimeUnit.MILLISECONDS.toNanos(config.backoffMs()));
        this.throttle = new Throttle(config.maxBytesPerSecond());
    }

    /** Starts the threads, unless cleaning is disabled. Once. */
    public void start() {
        metrics.watch(new CleanerMetrics.Gauges(
                queue::maxDirtyRatio,
                queue::uncleanable,
                () -> queue.oldestOverdueNanos(clock.monotonicNanos()) / 1e9,
                () -> queue.lastFailureMillis() / 1e3));
        if (!config.enabled()) return;
        for (int i = 0; i < config.threads(); i++) {
            Thread thread = new Thread(this::run, "log-cleaner-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    @Override
    public void add(CleanableLog log) {
        queue.add(log);
    }

    @Override
    public CompletableFuture<Void> remove(CleanableLog log) {
        return woken(queue.remove(log));
    }

    /** Stops what is being done with a log and leaves it alone until {@link #resume}. Completes when no thread works on it. */
    public CompletableFuture<Void> pause(TopicPartition name) {
        return woken(queue.pause(name));
    }

    public void resume(TopicPartition name) {
        queue.resume(name);
    }

    /** Ends what is being done and the threads; waits for them. */
    @Override
    public void close() {
        open = false;
        queue.stopAll();
        wake();
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Cleans the log whose turn it is, on the caller's thread; false: none is due. For the threads, and who has none started. */
    public boolean cleanNext() {
        Optional<Claim> claim = queue.claim(clock.wallMillis(), clock.monotonicNanos());
        claim.ifPresent(this::clean);
        return claim.isPresent();
    }

    private void run() {
        try {
            while (open) if (!cleanNext()) pause(TimeUnit.MILLISECONDS.toNanos(config.backoffMs()), () -> !open);
        } catch (Throwable t) {
            faults.fatal("a log cleaner thread failed", t);
        }
    }

    private void clean(Claim claim) {
        long begin = clock.monotonicNanos();
        try {
            LogCleaning cleaning =
                    new LogCleaning(claim.log, claim.contents, claim.dirt, means(), new ThrottledPace(claim));
            LogCleaning.Report report = cleaning.run();
            long nanos = clock.monotonicNanos() - begin;
            metrics.finished(report, nanos);
            tell(claim, report, nanos);
            queue.cleaned(claim, report.complete());
        } catch (CleaningAbortedException e) {
            aborted(claim, e);
        } catch (IOException | RuntimeException e) {
            // What a cut explains is no failure: segments end early or are gone.
            if (e instanceof RetiredFileException || !claim.log.isCurrent(claim.contents)) {
                aborted(claim, e);
                return;
            }
            metrics.failed();
            queue.failed(claim, e, clock.wallMillis(), clock.monotonicNanos());
        }
    }

    private void aborted(Claim claim, Exception why) {
        LOG.debug("compacting {} was ended: {}", claim.log.name(), why.getMessage());
        metrics.aborted();
        queue.aborted(claim);
    }

    private void tell(Claim claim, LogCleaning.Report report, long nanos) {
        LOG.info(
                "{} is compacted from offset {} to {} in {} ms: {} bytes were dirty, {} keys took {} bytes{}",
                claim.log.name(),
                claim.dirt.firstDirty(),
                report.cleanedTo(),
                TimeUnit.NANOSECONDS.toMillis(nanos),
                claim.dirt.dirtyBytes(),
                report.keys(),
                report.keyBytes(),
                report.complete() ? "" : "; more keys did not fit and follow in another pass");
    }

    private LogCleaning.Means means() {
        KeyHash hash;
        synchronized (random) {
            hash = KeyHash.random(random);
        }
        return new LogCleaning.Means(
                config.dedupeBufferBytesPerThread(),
                config.loadFactor(),
                config.chunkBytesPerThread(),
                hash,
                clock.wallMillis());
    }

    private CompletableFuture<Void> woken(CompletableFuture<Void> ended) {
        if (!ended.isDone()) wake();
        return ended;
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void pause(long nanos, BooleanSupplier ended) {
        long left = nanos;
        lock.lock();
        try {
            while (left > 0 && !ended.getAsBoolean()) left = changed.awaitNanos(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // Nobody does; to go on without a pause does no harm.
        } finally {
            lock.unlock();
        }
    }

    /** Counts, waits for the throttle, and hears when the cleaning is to stop. */
    private final class ThrottledPace implements Pace {
        private final Claim claim;
        private long untaken;

        ThrottledPace(Claim claim) {
            this.claim = claim;
        }

        @Override
        public void read(long bytes) throws CleaningAbortedException {
            metrics.read(bytes);
            pass(bytes);
        }

        @Override
        public void written(long bytes) throws CleaningAbortedException {
            metrics.written(bytes);
            pass(bytes);
        }

        private void pass(long bytes) throws CleaningAbortedException {
            untaken += bytes;
            if (untaken >= THROTTLED_BYTES) {
                long wait = throttle.take(untaken, clock.monotonicNanos());
                untaken = 0;
                pause(wait, this::isStopped);
            }
            if (isStopped()) throw new CleaningAbortedException("it was told to stop");
        }

        private boolean isStopped() {
            return claim.isStopped() || !open;
        }
    }
}
