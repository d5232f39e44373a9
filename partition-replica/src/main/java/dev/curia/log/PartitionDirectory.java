package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A partition that a log directory holds. Immutable.
 *
 * @param topicId empty when the directory was never completed: it holds nothing
 */
public record PartitionDirectory(TopicPartition name, Optional<Uuid> topicId, Path path) {
    /** All of a log directory. */
    static List<PartitionDirectory> in(FileSystem files, Path logDirectory) throws IOException {
        List<PartitionDirectory> found = new ArrayList<>();
        for (Path entry : files.list(logDirectory)) {
            Optional<TopicPartition> name = parseName(String.valueOf(entry.getFileName()));
            if (name.isEmpty()) continue;
            found.add(new PartitionDirectory(name.get(), PartitionMetadata.read(files, entry), entry));
        }
        return found;
    }

    /** Of all of a log directory; reads no file. */
    static List<TopicPartition> names(FileSystem files, Path logDirectory) throws IOException {
        return files.list(logDirectory).stream()
                .flatMap(entry -> parseName(String.valueOf(entry.getFileName())).stream())
                .toList();
    }

    /** Reads {@code <topic>-<partition>}; empty for any other name. */
    static Optional<TopicPartition> parseName(String directoryName) {
        int dash = directoryName.lastIndexOf('-');
        if (dash <= 0 || directoryName.indexOf('.', dash) >= 0) return Optional.empty();
        try {
            int partition = Integer.parseInt(directoryName.substring(dash + 1));
            TopicPartition name = new TopicPartition(directoryName.substring(0, dash), partition);
            return name.toString().equals(directoryName) ? Optional.of(name) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
