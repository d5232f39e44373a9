package dev.curia.broker.fetch;

import dev.curia.common.time.Timers;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.Isolation;
import dev.curia.replica.Replica.ReadRequest;
import dev.curia.replica.Replica.View;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * One fetch over several partitions: reads what is there, and while that is less than the reader wants, waits for more until its time
 * is up. The first partition that has records always gives at least one batch, whatever the limits (KIP-74); an error anywhere answers
 * at once.
 *
 * <p>Confined to the loop given. Reads near the end of a log, just written and so in the page cache, happen on the loop; all others on
 * {@link DiskReads}. While it waits it holds no slices.
 */
public final class DelayedFetch {
    /** A reader at most this many records behind the high watermark reads what was written last. */
    private static final long HOT_RECORDS = 65_536;

    /** When the disk threads are all busy and their queue is full. */
    private static final Duration BUSY_RETRY = Duration.ofMillis(10);

    /**
     * @param maxBytes over all partitions
     * @param minBytes to answer before {@code maxWait} is over
     * @param alsoFollowers whether replicas are read that do not lead, too (KIP-392)
     */
    public record Limits(int maxBytes, int minBytes, Duration maxWait, Isolation isolation, boolean alsoFollowers) {}

    /**
     * A partition to read: the replica, or why there is none.
     *
     * @param elsewhere the broker that it should be read from instead
     */
    public record Target(
            FetchPartition asked, Errors error, @Nullable Replica replica, OptionalInt elsewhere) {}

    private final List<Target> targets;
    private final Limits limits;
    private final Executor loop;
    private final Timers timers;
    private final DiskReads disk;
    private final CompletableFuture<List<FetchedPartition>> answer = new CompletableFuture<>();

    private final List<Runnable> registrations = new ArrayList<>();
    private Runnable timer = () -> {};
    private boolean waiting;
    private boolean expired;
    private boolean cancelled;

    /** @param loop runs tasks one at a time on the thread that {@code timers} fire on */
    public DelayedFetch(List<Target> targets, Limits limits, Executor loop, Timers timers, DiskReads disk) {
        this.targets = targets;
        this.limits = limits;
        this.loop = loop;
        this.timers = timers;
        this.disk = disk;
        this.expired = limits.maxWait().isZero() || limits.maxWait().isNegative() || targets.isEmpty();
    }

    /**
     * Call once, on the loop. The result completes on the loop, with one answer a target, in their order; never when cancelled.
     */
    public CompletableFuture<List<FetchedPartition>> start() {
        attempt();
        if (!answer.isDone()) timer = timers.schedule(limits.maxWait().toNanos(), this::expire);
        return answer;
    }

    /** Nobody waits any more: forgets everything. Call on the loop. */
    public void cancel() {
        cancelled = true;
        timer.run();
        deregister();
    }

    private void expire() {
        expired = true;
        if (waiting) attempt();
    }

    private void attempt() {
        waiting = false;
        deregister();
        if (!anyCold()) {
            conclude(readAll());
            return;
        }
        boolean accepted = disk.offer(() -> {
            List<FetchedPartition> read = readAll();
            read.forEach(partition -> partition.records().ifPresent(disk::warm));
            loop.execute(() -> conclude(read));
        });
        if (!accepted) retryLater();
    }

    private void retryLater() {
        Runnable cancelRetry = timers.schedule(BUSY_RETRY.toNanos(), () -> {
            if (!cancelled) attempt();
        });
        registrations.add(cancelRetry);
    }

    private void conclude(List<FetchedPartition> read) {
        if (cancelled) {
            read.forEach(FetchedPartition::close);
            return;
        }
        if (expired || isEnough(read)) {
            timer.run();
            answer.complete(read);
            return;
        }
        read.forEach(FetchedPartition::close);
        await(read);
    }

    private boolean isEnough(List<FetchedPartition> read) {
        long bytes = 0;
        for (FetchedPartition partition : read) {
            if (partition.isUrgent()) return true;
            bytes += partition.size();
        }
        return bytes >= limits.minBytes();
    }

    /** Waits until any partition has more than it had just now; if it has already, that is noticed at once. */
    private void await(List<FetchedPartition> read) {
        waiting = true;
        AtomicBoolean woken = new AtomicBoolean();
        Runnable wake = () -> {
            if (!woken.getAndSet(true)) {
                loop.execute(() -> {
                    if (waiting && !cancelled) attempt();
                });
            }
        };
        for (int i = 0; i < targets.size(); i++) {
            Target target = targets.get(i);
            Replica replica = target.replica();
            if (replica == null || target.elsewhere().isPresent()) continue;
            long end = read.get(i).read().map(result -> end(result.view())).orElse(0L);
            long offset = Math.max(end, target.asked().fetchOffset());
            registrations.add(
                    limits.alsoFollowers()
                            ? replica.onReadableHere(offset, limits.isolation(), wake)
                            : replica.onReadable(offset, limits.isolation(), wake));
        }
    }

    private long end(View view) {
        return switch (limits.isolation()) {
            case LOG_END -> view.logEndOffset();
            case READ_UNCOMMITTED -> view.highWatermark();
            case READ_COMMITTED -> view.lastStableOffset();
        };
    }

    private List<FetchedPartition> readAll() {
        List<FetchedPartition> read = new ArrayList<>(targets.size());
        int left = limits.maxBytes();
        boolean nothingYet = true;
        for (Target target : targets) {
            FetchedPartition partition = read(target, left, nothingYet);
            read.add(partition);
            left = Math.max(0, left - partition.size());
            nothingYet &= partition.size() == 0;
        }
        return read;
    }

    private FetchedPartition read(Target target, int left, boolean minOneBatch) {
        FetchPartition asked = target.asked();
        Replica replica = target.replica();
        if (target.elsewhere().isPresent()) {
            return FetchedPartition.elsewhere(asked.key(), target.elsewhere().getAsInt());
        }
        if (replica == null) return FetchedPartition.failed(asked.key(), target.error());
        return FetchedPartition.of(
                asked.key(),
                replica.read(new ReadRequest(
                        asked.fetchOffset(),
                        Math.max(0, Math.min(left, asked.maxBytes())),
                        minOneBatch,
                        limits.isolation(),
                        known(asked.currentLeaderEpoch()),
                        known(asked.lastFetchedEpoch()),
                        limits.alsoFollowers())));
    }

    private static OptionalInt known(int epoch) {
        return epoch < 0 ? OptionalInt.empty() : OptionalInt.of(epoch);
    }

    private boolean anyCold() {
        for (Target target : targets) {
            if (isCold(target)) return true;
        }
        return false;
    }

    private static boolean isCold(Target target) {
        Replica replica = target.replica();
        return replica != null
                && target.elsewhere().isEmpty()
                && replica.view().highWatermark() - target.asked().fetchOffset() > HOT_RECORDS;
    }

    private void deregister() {
        registrations.forEach(Runnable::run);
        registrations.clear();
    }
}
