package dev.curia.broker.grpc;

import dev.curia.common.id.TopicPartition;
import java.util.OptionalInt;

/** Who leads a partition, as far as this broker's metadata knows: so that a client at the wrong broker learns the right one. */
@FunctionalInterface
public interface PartitionLeaders {
    /** The leader's broker id, -1 when there is none at the moment; empty when no such partition exists. Thread-safe. */
    OptionalInt leaderOf(TopicPartition partition);
}
