package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Where the logs of a directory start, on disk: {@code log-start-offset-checkpoint}. Each log is told what of its own is written. Requests
 * that come while a write is under way share the next one. Thread-safe; everything but {@link #request} blocks on the disk.
 */
final class StartOffsets {
    private final OffsetCheckpoint file;
    private final Map<TopicPartition, PartitionLog> logs;
    private final Executor background;
    private final LogDirHealth health;

    // Guarded by requests.
    private final Set<PartitionLog> requests = new LinkedHashSet<>();
    private boolean writing;

    /** @param logs the directory's open ones; changed by others, and before {@link #forget} and {@link #remove} are called */
    StartOffsets(
            OffsetCheckpoint file, Map<TopicPartition, PartitionLog> logs, Executor background, LogDirHealth health) {
        this.file = file;
        this.logs = logs;
        this.background = background;
        this.health = health;
    }

    long get(TopicPartition name) {
        return file.get(name);
    }

    /** Has the log's start written soon, unless it is. Never blocks. */
    void request(PartitionLog log) {
        if (log.startCheckpoint().offset() == log.logStartOffset()) return;
        synchronized (requests) {
            requests.add(log);
            if (writing) return;
            writing = true;
        }
        background.execute(this::writeRequested);
    }

    /** Writes where these logs start now, and tells those of which that is news; but not those that left the directory. */
    void write(Collection<PartitionLog> some) throws IOException {
        List<PartitionLog> news = new ArrayList<>();
        synchronized (this) {
            Map<TopicPartition, Long> starts = new HashMap<>();
            // Looked at under the lock: a log that was deleted or cut meanwhile must not leave what it was.
            for (PartitionLog log : some) if (logs.get(log.name()) == log) starts.put(log.name(), log.logStartOffset());
            file.putAll(starts);
            for (PartitionLog log : some) {
                Long start = starts.get(log.name());
                if (start == null || start == log.startCheckpoint().offset()) continue;
                log.startCheckpoint().written(start);
                news.add(log);
            }
        }
        // Not under it: a listener may wait for a thread that cuts a log.
        news.forEach(log -> log.startCheckpoint().tell());
    }

    /** Notes, durably, where a log starts that is about to come here. */
    synchronized void put(TopicPartition name, long offset) throws IOException {
        file.putAll(Map.of(name, offset));
    }

    /** The log may start at {@code offset} again. */
    synchronized void lower(TopicPartition name, long offset) throws IOException {
        file.lower(name, offset);
        PartitionLog log = logs.get(name);
        if (log != null && log.startCheckpoint().offset() > offset)
            log.startCheckpoint().written(offset);
    }

    synchronized void remove(TopicPartition name) throws IOException {
        file.remove(name);
    }

    synchronized void forget(TopicPartition name) {
        file.forget(name);
    }

    private void writeRequested() {
        List<PartitionLog> some;
        synchronized (requests) {
            some = List.copyOf(requests);
            requests.clear();
        }
        try {
            if (health.isOnline()) write(some);
        } catch (IOException e) {
            health.fail("writing log start offsets", e);
        }
        synchronized (requests) {
            writing = !requests.isEmpty();
            if (!writing) return;
        }
        // Not in a loop: flushes wait for this thread too.
        background.execute(this::writeRequested);
    }
}
