package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A partition that a log directory holds. Immutable.
 *
 * @param topicId empty when the directory was never completed: it holds nothing
 */
public record PartitionDirectory(TopicPartition name, Optional<Uuid> topicId, Path path) {
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
