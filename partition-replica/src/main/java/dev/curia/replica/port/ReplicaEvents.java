package dev.curia.replica.port;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.EventKind;
import java.util.Optional;

/** Hears what happens to replicas of this broker, for the cluster's journal of events. Thread-safe; must not block. */
@FunctionalInterface
public interface ReplicaEvents {
    void happened(ReplicaEvent event);

    /**
     * @param text the cause, for people
     * @param offsets what was cut, what differs
     */
    record ReplicaEvent(
            EventKind kind,
            CauseKind cause,
            PartitionId partition,
            TopicPartition name,
            String text,
            Optional<Offsets> offsets) {}

    /** @param to exclusive; {@code epoch} -1: none */
    record Offsets(long from, long to, int epoch) {}
}
