package dev.curia.log.clean;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.clean.CleanableLog.Contents;
import dev.curia.log.segment.RetiredFileException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logs that are looked after, and which is cleaned next: of those that have a record older than max.compaction.lag.ms the one that is
 * longest over it; else, of those whose dirty share is above their bound, the one with the largest. One whose cleaning failed is left alone
 * for a while, twice as long after each failure in a row, but never given up. Thread-safe; {@link #claim} reads from disk.
 */
final class CleanerQueue {
    private static final Logger LOG = LoggerFactory.getLogger(CleanerQueue.class);
    private static final long MAX_RETRY_NANOS = 600_000_000_000L;
    private static final int MAX_DOUBLINGS = 20;

    private final long backoffNanos;
    private final Object looking = new Object();

    // Guarded by this.
    private final Map<TopicPartition, Entry> entries = new HashMap<>();
    private double maxDirtyRatio;
    private long lastFailureMillis;

    CleanerQueue(long backoffNanos) {
        this.backoffNanos = backoffNanos;
    }

    /** Guarded by the queue, but for {@code look}, which belongs to who holds {@link #looking}. */
    private static final class Entry {
        final CleanableLog log;
        final LogLook look = new LogLook();

        @Nullable
        Claim claim;

        boolean paused;
        int failures;
        long retryAtNanos;
        boolean due;
        long dueSinceNanos;

        Entry(CleanableLog log) {
            this.log = log;
        }
    }

    /** A log to be cleaned, and nobody else's until it is given back. */
    static final class Claim {
        final CleanableLog log;
        final Contents contents;
        final Dirtiness dirt;
        private final Entry entry;
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private volatile boolean stopped;

        private Claim(Candidate chosen) {
            this.entry = chosen.entry;
            this.log = chosen.entry.log;
            this.contents = chosen.contents;
            this.dirt = chosen.dirt;
        }

        /** Whether the cleaning is to end as soon as it can. */
        boolean isStopped() {
            return stopped;
        }
    }

    private record Candidate(Entry entry, Contents contents, Dirtiness dirt) {
        boolean isBefore(Candidate other) {
            if (dirt.overdueMs() != other.dirt.overdueMs()) return dirt.overdueMs() > other.dirt.overdueMs();
            return dirt.ratio() > other.dirt.ratio();
        }
    }

    synchronized void add(CleanableLog log) {
        entries.put(log.name(), new Entry(log));
    }

    /** Forgets the log; completes when nobody works on it any more. */
    synchronized CompletableFuture<Void> remove(CleanableLog log) {
        Entry entry = entries.get(log.name());
        if (entry == null || entry.log != log) return CompletableFuture.completedFuture(null);
        entries.remove(log.name());
        return stop(entry);
    }

    /** Leaves the log alone until it is resumed; completes when nobody works on it any more. */
    synchronized CompletableFuture<Void> pause(TopicPartition name) {
        Entry entry = entries.get(name);
        if (entry == null) return CompletableFuture.completedFuture(null);
        entry.paused = true;
        return stop(entry);
    }

    synchronized void resume(TopicPartition name) {
        Entry entry = entries.get(name);
        if (entry != null) entry.paused = false;
    }

    synchronized void stopAll() {
        for (Entry entry : entries.values()) if (entry.claim != null) entry.claim.stopped = true;
    }

    /** The log to be cleaned next; empty: none is due. */
    Optional<Claim> claim(long nowMillis, long nowNanos) {
        synchronized (looking) {
            Candidate best = null;
            double dirtiest = 0;
            for (Entry entry : free(nowNanos)) {
                Optional<Candidate> found = look(entry, nowMillis, nowNanos);
                if (found.isEmpty()) continue;
                Candidate next = found.get();
                dirtiest = Math.max(dirtiest, next.dirt.ratio());
                if (next.dirt.isDue(next.contents.policy()) && (best == null || next.isBefore(best))) best = next;
            }
            synchronized (this) {
                maxDirtyRatio = dirtiest;
                return best == null ? Optional.empty() : claim(best);
            }
        }
    }

    /** @param complete whether nothing is left that was due; else the log is next soon */
    void cleaned(Claim claim, boolean complete) {
        synchronized (this) {
            Entry entry = claim.entry;
            if (entry.failures > 0)
                LOG.info("{} is compacted again, after {} failures", claim.log.name(), entry.failures);
            entry.failures = 0;
            if (complete) entry.due = false;
        }
        release(claim);
    }

    /** The cleaning ended before, through no fault of the log. */
    void aborted(Claim claim) {
        release(claim);
    }

    void failed(Claim claim, Exception cause, long nowMillis, long nowNanos) {
        failed(claim.entry, cause, nowMillis, nowNanos);
        release(claim);
    }

    synchronized double maxDirtyRatio() {
        return maxDirtyRatio;
    }

    synchronized long uncleanable() {
        return entries.values().stream().filter(e -> e.failures > 0).count();
    }

    synchronized long lastFailureMillis() {
        return lastFailureMillis;
    }

    /** For how long the log that waits longest has been due. */
    synchronized long oldestOverdueNanos(long nowNanos) {
        return entries.values().stream()
                .filter(e -> e.due)
                .mapToLong(e -> nowNanos - e.dueSinceNanos)
                .max()
                .orElse(0);
    }

    private synchronized List<Entry> free(long nowNanos) {
        List<Entry> free = new ArrayList<>();
        for (Entry each : entries.values()) {
            boolean waits = each.failures > 0 && each.retryAtNanos - nowNanos > 0;
            if (each.claim == null && !each.paused && !waits) free.add(each);
        }
        return free;
    }

    private Optional<Candidate> look(Entry entry, long nowMillis, long nowNanos) {
        Optional<Contents> contents = entry.log.contents();
        try {
            if (contents.isEmpty()) {
                note(entry, false, nowNanos);
                return Optional.empty();
            }
            Dirtiness dirt = entry.look.at(contents.get(), entry.log.cleanedTo(), nowMillis);
            note(entry, dirt.isDue(contents.get().policy()), nowNanos);
            return Optional.of(new Candidate(entry, contents.get(), dirt));
        } catch (RetiredFileException e) {
            return Optional.empty(); // The log was cut meanwhile.
        } catch (IOException | RuntimeException e) {
            failed(entry, e, nowMillis, nowNanos);
            return Optional.empty();
        }
    }

    private synchronized void note(Entry entry, boolean due, long nowNanos) {
        if (due && !entry.due) entry.dueSinceNanos = nowNanos;
        entry.due = due;
    }

    private Optional<Claim> claim(Candidate chosen) {
        Entry entry = chosen.entry;
        boolean still = entries.get(entry.log.name()) == entry && entry.claim == null && !entry.paused;
        if (!still) return Optional.empty();
        Claim claim = new Claim(chosen);
        entry.claim = claim;
        return Optional.of(claim);
    }

    private void release(Claim claim) {
        synchronized (this) {
            claim.entry.claim = null;
        }
        claim.ended.complete(null);
    }

    private static CompletableFuture<Void> stop(Entry entry) {
        Claim claim = entry.claim;
        if (claim == null) return CompletableFuture.completedFuture(null);
        claim.stopped = true;
        return claim.ended;
    }

    /** Said once: what goes on failing in the same way is in the metrics. */
    private synchronized void failed(Entry entry, Exception cause, long nowMillis, long nowNanos) {
        if (entry.failures++ == 0) LOG.error("{} could not be compacted and is tried again", entry.log.name(), cause);
        long wait = backoffNanos << Math.min(MAX_DOUBLINGS, entry.failures - 1);
        entry.retryAtNanos =
                nowNanos + Math.max(backoffNanos, Math.min(MAX_RETRY_NANOS, wait < 0 ? MAX_RETRY_NANOS : wait));
        lastFailureMillis = nowMillis;
    }
}
