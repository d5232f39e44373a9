package dev.curia.broker.txn;

import dev.curia.broker.txn.state.AddPartitions;
import dev.curia.common.id.TopicPartition;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.protocol.Errors;

/**
 * Asks coordinators whether producers that name their partitions themselves have done so: a write that comes late, after the end of its
 * transaction, would begin one that nobody ends. Producers whose epoch rises with each end need no such question. Thread-safe, never blocks.
 * Source: KIP-890.
 */
public final class Verifications {
    private final CoordinatorRoute route;
    private final BooleanSupplier enabled;

    Verifications(CoordinatorRoute route, BooleanSupplier enabled) {
        this.route = route;
        this.enabled = enabled;
    }

    /**
     * Whether a partition is part of the producer's open transaction.
     *
     * @param knowsAbortable whether the client knows TRANSACTION_ABORTABLE
     * @return NONE, one of the errors that end a transaction, or NOT_ENOUGH_REPLICAS, which every client tries again; never fails
     */
    public CompletableFuture<Errors> ask(
            String transactionalId,
            long producerId,
            short producerEpoch,
            TopicPartition partition,
            boolean knowsAbortable) {
        if (!enabled.getAsBoolean()) return CompletableFuture.completedFuture(Errors.NONE);
        AddPartitions.Request request = new AddPartitions.Request(
                transactionalId, producerId, producerEpoch, Set.of(partition), AddPartitions.Kind.VERIFY);
        return route.addPartitions(request)
                .exceptionally(failure -> Errors.NETWORK_EXCEPTION)
                .thenApply(error -> error == Errors.TRANSACTION_ABORTABLE && !knowsAbortable
                        ? Errors.INVALID_TXN_STATE
                        : CoordinatorRoute.forProducer(error));
    }
}
