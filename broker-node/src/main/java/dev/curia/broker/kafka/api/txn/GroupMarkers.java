package dev.curia.broker.kafka.api.txn;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.OffsetsTopic;
import dev.curia.broker.group.state.TxnOffsetRecord;
import dev.curia.broker.txn.LocalMarkers;
import dev.curia.broker.txn.Marker;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;

/** Markers for offsets go through the coordinator that keeps these, so that it sees them in their order. Thread-safe. */
public record GroupMarkers(GroupCoordinator groups) implements LocalMarkers.Owner {
    @Override
    public String topic() {
        return OffsetsTopic.NAME;
    }

    @Override
    public CompletableFuture<Errors> write(int partition, Marker marker) {
        return groups.endTransaction(
                partition,
                new TxnOffsetRecord.TransactionEnded(
                        marker.producerId(),
                        marker.producerEpoch(),
                        marker.coordinatorEpoch(),
                        marker.commit(),
                        marker.raisesEpoch()));
    }
}
