package dev.curia.broker.kafka.api.txn;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.OffsetsTopic;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.txn.TransactionCoordinator;
import dev.curia.broker.txn.state.AddPartitions;
import dev.curia.common.id.TopicPartition;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AddOffsetsToTxnRequest;
import org.apache.kafka.common.requests.AddOffsetsToTxnResponse;

/** A transaction is about to commit a group's offsets: the group's partition of {@code __consumer_offsets} becomes part of it. */
final class AddOffsetsToTxnHandler implements RequestHandler<AddOffsetsToTxnRequest> {
    private static final int FIRST_TO_KNOW_FENCING = 2;

    private final TransactionCoordinator transactions;
    private final GroupCoordinator groups;

    AddOffsetsToTxnHandler(TransactionCoordinator transactions, GroupCoordinator groups) {
        this.transactions = transactions;
        this.groups = groups;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.ADD_OFFSETS_TO_TXN;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 4;
    }

    @Override
    public CompletionStage<AddOffsetsToTxnResponse> handle(RequestContext context, AddOffsetsToTxnRequest request) {
        AddOffsetsToTxnRequestData data = request.data();
        TopicPartition partition =
                new TopicPartition(OffsetsTopic.NAME, groups.topic().partitionFor(data.groupId()));
        AddPartitions.Request addition = new AddPartitions.Request(
                data.transactionalId(),
                data.producerId(),
                data.producerEpoch(),
                Set.of(partition),
                AddPartitions.Kind.CLIENT);
        // A partition that nobody ever made would look like one that was deleted.
        return groups.ensureTopic()
                .thenCompose(ensured -> ensured == Errors.NONE
                        ? transactions.addPartitions(addition)
                        : CompletableFuture.completedFuture(Errors.COORDINATOR_NOT_AVAILABLE))
                .thenApply(error -> new AddOffsetsToTxnResponse(new AddOffsetsToTxnResponseData()
                        .setErrorCode(TxnErrors.code(error, context.version(), FIRST_TO_KNOW_FENCING))));
    }
}
