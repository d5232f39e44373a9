package dev.curia.broker.txn;

import dev.curia.broker.txn.state.AddPartitions;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;

/** Asks the transaction coordinators of other brokers. Thread-safe, never blocks. */
public interface CoordinatorLinks {
    /** @return fails when the broker can't be reached or does not answer in time */
    CompletableFuture<Errors> addPartitions(int broker, AddPartitions.Request request);
}
