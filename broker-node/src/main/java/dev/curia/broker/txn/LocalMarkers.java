package dev.curia.broker.txn;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.time.Clock;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.AppendRequest;
import dev.curia.replica.Replica.Origin;
import dev.curia.replica.Replicas;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Writes markers to the partitions that this broker leads. Thread-safe, never blocks. */
public final class LocalMarkers {
    /** Who keeps the partitions of one topic in memory and writes their markers itself. Thread-safe. */
    public interface Owner {
        String topic();

        /** @return NONE when the marker is committed; never fails */
        CompletableFuture<Errors> write(int partition, Marker marker);
    }

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Replicas replicas;
    private final Clock clock;
    private final Owner owner;

    public LocalMarkers(Replicas replicas, Clock clock, Owner owner) {
        this.replicas = replicas;
        this.clock = clock;
        this.owner = owner;
    }

    /** @return NONE when all in-sync replicas have it. Twice the same does no harm. Never fails */
    public CompletableFuture<Errors> write(TopicPartition partition, Marker marker) {
        if (partition.topic().equals(owner.topic())) return owner.write(partition.partition(), marker);
        Optional<Replica> replica = replicas.find(partition);
        if (replica.isEmpty()) return CompletableFuture.completedFuture(Errors.NOT_LEADER_OR_FOLLOWER);
        ControlRecordType type = marker.commit() ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        MemoryRecords batch = MemoryRecords.withEndTransactionMarker(
                clock.wallMillis(),
                marker.producerId(),
                marker.producerEpoch(),
                new EndTransactionMarker(type, marker.coordinatorEpoch()));
        return replica.get()
                .append(new AppendRequest(
                        batch.buffer(),
                        (short) -1,
                        TIMEOUT,
                        marker.raisesEpoch() ? Origin.BUMPING_COORDINATOR : Origin.COORDINATOR,
                        OptionalInt.empty(),
                        () -> {}))
                .thenApply(result -> Errors.forCode((short) result.error().getNumber()));
    }
}
