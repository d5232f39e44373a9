package dev.curia.broker.lag;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.ReaderPlace;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Asks leaders where readers of their partitions stand. Thread-safe, never blocks. */
@FunctionalInterface
public interface ReaderPlaces {
    /** @param offset that it reads next */
    record Reader(TopicPartition partition, long offset) {}

    /** @return in the order of the readers, empty where the broker does not tell; never fails */
    CompletableFuture<List<Optional<ReaderPlace>>> ask(int leader, List<Reader> readers);
}
