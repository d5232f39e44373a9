package dev.curia.broker.group.state;

import dev.curia.common.id.TopicPartition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a reset of a group's offsets, so that it can be taken back. Immutable.
 *
 * @param atMs wall clock
 * @param how what was asked for, for people
 */
public record KeptReset(long atMs, String how, List<Partition> partitions) {
    public KeptReset {
        partitions = List.copyOf(partitions);
    }

    /**
     * @param before null: none was committed
     * @param to the offset that was set
     */
    public record Partition(
            TopicPartition partition, @Nullable CommittedOffset before, long to) {}
}
