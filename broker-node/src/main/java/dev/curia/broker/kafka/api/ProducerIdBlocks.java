package dev.curia.broker.kafka.api;

import java.util.concurrent.CompletableFuture;

/** Blocks of producer ids from the controller. Thread-safe. */
@FunctionalInterface
public interface ProducerIdBlocks {
    /** A block that nobody else has. Fails when the controller can't be reached. */
    CompletableFuture<Block> next();

    /** The ids {@code first .. first + count - 1}; {@code count > 0}. Immutable. */
    record Block(long first, int count) {}
}
