package dev.curia.broker.txn;

import dev.curia.broker.txn.state.AddPartitions;
import dev.curia.common.id.TopicPartition;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;

/** Asks the coordinator of a transactional id, here or at another broker. Thread-safe, never blocks. */
final class CoordinatorRoute {
    private final TransactionCoordinator coordinator;
    private final MarkerLeaders leaders;
    private final CoordinatorLinks links;

    CoordinatorRoute(TransactionCoordinator coordinator, MarkerLeaders leaders, CoordinatorLinks links) {
        this.coordinator = coordinator;
        this.leaders = leaders;
        this.links = links;
    }

    /** @return fails when the coordinator can't be reached or does not answer in time */
    CompletableFuture<Errors> addPartitions(AddPartitions.Request request) {
        OptionalInt leader = leaders.leaderOf(new TopicPartition(
                TransactionsTopic.NAME, coordinator.topic().partitionFor(request.transactionalId())));
        if (leader.isEmpty() || leader.getAsInt() < 0) {
            return CompletableFuture.completedFuture(Errors.COORDINATOR_NOT_AVAILABLE);
        }
        return leader.getAsInt() == leaders.self()
                ? coordinator.addPartitions(request)
                : links.addPartitions(leader.getAsInt(), request);
    }

    /** As producers know it: one of those that end a transaction, or NOT_ENOUGH_REPLICAS, which every client tries again. */
    static Errors forProducer(Errors error) {
        return switch (error) {
            case NONE, INVALID_REQUEST, INVALID_PRODUCER_ID_MAPPING, INVALID_TXN_STATE, TRANSACTION_ABORTABLE -> error;
            case PRODUCER_FENCED, INVALID_PRODUCER_EPOCH -> Errors.INVALID_PRODUCER_EPOCH;
            default -> Errors.NOT_ENOUGH_REPLICAS;
        };
    }
}
