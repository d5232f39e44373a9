package dev.curia.replica;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import java.util.Optional;

/** The replicas on this broker, leading or following. Thread-safe. */
public interface Replicas {
    Optional<Replica> find(TopicPartition partition);

    Optional<Replica> find(PartitionId partition);
}
