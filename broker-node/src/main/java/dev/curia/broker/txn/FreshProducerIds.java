package dev.curia.broker.txn;

import java.util.concurrent.CompletableFuture;

/** Hands out producer ids, each once in the cluster's life. Thread-safe, never blocks. */
@FunctionalInterface
public interface FreshProducerIds {
    /** Fails with a retriable exception of Kafka's while none can be had. */
    CompletableFuture<Long> next();
}
