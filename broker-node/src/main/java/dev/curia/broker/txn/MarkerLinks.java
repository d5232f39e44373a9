package dev.curia.broker.txn;

import dev.curia.common.id.TopicPartition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;

/** Writes markers at other brokers. Thread-safe, never blocks. */
public interface MarkerLinks {
    /** A marker and where it goes. */
    record Addressed(TopicPartition partition, Marker marker) {}

    /** @return an outcome for each marker, in their order; fails when the broker can't be reached or does not answer in time */
    CompletableFuture<List<Errors>> write(int broker, List<Addressed> markers);
}
