package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.io.CheckpointFile;
import dev.curia.log.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One offset for each partition of a log directory, in a file of lines "topic partition offset". Thread-safe: a change is durable when its
 * method returns, except for {@link #forget}.
 */
final class OffsetCheckpoint {
    private final CheckpointFile file;
    // Guarded by this.
    private final Map<TopicPartition, Long> offsets = new HashMap<>();
    // Whether the file has not been told all: it names forgotten partitions, or could not be written.
    private boolean stale;

    OffsetCheckpoint(FileSystem files, Path directory, String fileName) throws IOException {
        this.file = new CheckpointFile(files, directory.resolve(fileName));
        for (String[] fields : file.read(3)) {
            int partition = (int) file.number(fields[1]);
            offsets.put(new TopicPartition(fields[0], partition), file.number(fields[2]));
        }
    }

    synchronized Map<TopicPartition, Long> all() {
        return Map.copyOf(offsets);
    }

    synchronized long get(TopicPartition partition) {
        return offsets.getOrDefault(partition, 0L);
    }

    synchronized void putAll(Map<TopicPartition, Long> changes) throws IOException {
        boolean changed = stale;
        for (Map.Entry<TopicPartition, Long> change : changes.entrySet()) {
            Long before = offsets.put(change.getKey(), change.getValue());
            changed |= !change.getValue().equals(before);
        }
        if (changed) write();
    }

    synchronized void lower(TopicPartition partition, long offset) throws IOException {
        Long before = offsets.get(partition);
        boolean lowers = before != null && before > offset;
        if (lowers) offsets.put(partition, offset);
        if (lowers || stale) write();
    }

    /** Leaves the partition out from the next write on. */
    synchronized void forget(TopicPartition partition) {
        stale |= offsets.remove(partition) != null;
    }

    /** The file does not name the partition when this returns. */
    synchronized void remove(TopicPartition partition) throws IOException {
        forget(partition);
        if (stale) write();
    }

    private void write() throws IOException {
        stale = true;
        List<String> lines = new ArrayList<>(offsets.size());
        offsets.forEach((name, offset) -> lines.add(name.topic() + " " + name.partition() + " " + offset));
        file.write(lines);
        stale = false;
    }
}
