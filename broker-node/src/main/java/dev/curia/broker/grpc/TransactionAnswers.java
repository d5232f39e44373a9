package dev.curia.broker.grpc;

import dev.curia.broker.txn.LocalMarkers;
import dev.curia.broker.txn.Marker;
import dev.curia.broker.txn.TransactionCoordinator;
import dev.curia.broker.txn.TransactionsTopic;
import dev.curia.broker.txn.state.InitProducerId;
import dev.curia.broker.txn.state.Txn;
import dev.curia.broker.txn.state.TxnState;
import dev.curia.broker.txn.state.TxnView;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.security.Operation;
import dev.curia.common.security.ResourceType;
import dev.curia.metadata.acl.Access;
import dev.curia.proto.broker.v1.AbortInPartitionRequest;
import dev.curia.proto.broker.v1.AbortInPartitionResponse;
import dev.curia.proto.broker.v1.DescribeProducersRequest;
import dev.curia.proto.broker.v1.DescribeProducersResponse;
import dev.curia.proto.broker.v1.DescribeTransactionResponse;
import dev.curia.proto.broker.v1.ListTransactionsRequest;
import dev.curia.proto.broker.v1.ListTransactionsResponse;
import dev.curia.proto.broker.v1.ListedTransaction;
import dev.curia.proto.broker.v1.PartitionProducers;
import dev.curia.proto.broker.v1.ProducerDescription;
import dev.curia.proto.broker.v1.TerminateTransactionResponse;
import dev.curia.proto.broker.v1.TransactionPartition;
import dev.curia.replica.Replica;
import dev.curia.replica.Replicas;
import io.grpc.stub.StreamObserver;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;

/** What administrators ask of transactions that are coordinated here, and of those that are open in partitions led here (KIP-664). Thread-safe. */
final class TransactionAnswers {
    private final TransactionCoordinator transactions;
    private final Replicas replicas;
    private final LocalMarkers markers;
    private final PartitionLeaders leaders;

    TransactionAnswers(
            TransactionCoordinator transactions, Replicas replicas, LocalMarkers markers, PartitionLeaders leaders) {
        this.transactions = transactions;
        this.replicas = replicas;
        this.markers = markers;
        this.leaders = leaders;
    }

    void list(ListTransactionsRequest request, Access access, StreamObserver<ListTransactionsResponse> responses) {
        Set<TxnState> states = EnumSet.noneOf(TxnState.class);
        for (String title : request.getStatesList()) {
            Optional<TxnState> state = TxnState.named(title);
            if (Replies.isWrong(state.isEmpty() ? "there is no state '" + title + "'" : null, responses)) return;
            states.add(state.orElseThrow());
        }
        TxnView.Filter filter = new TxnView.Filter(
                states,
                new HashSet<>(request.getProducerIdsList()),
                request.getMinDurationMs() > 0 ? request.getMinDurationMs() : -1);
        Replies.reply(
                transactions
                        .list(filter)
                        .thenApply(listing -> ListTransactionsResponse.newBuilder()
                                .setStatus(Replies.status(listing.error(), null))
                                .addAllTransactions(listing.txns().stream()
                                        .filter(txn -> access.sees(
                                                Operation.DESCRIBE,
                                                ResourceType.TRANSACTIONAL_ID,
                                                txn.transactionalId()))
                                        .map(TransactionAnswers::toProto)
                                        .toList())
                                .build()),
                responses);
    }

    /** Without the topics that the caller may not see. */
    CompletableFuture<DescribeTransactionResponse> describe(String transactionalId, Access access) {
        if (!access.may(Operation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, transactionalId)) {
            return CompletableFuture.completedFuture(DescribeTransactionResponse.newBuilder()
                    .setStatus(Replies.status(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, null))
                    .setCoordinator(-1)
                    .build());
        }
        return transactions.describe(transactionalId).thenApply(described -> {
            DescribeTransactionResponse.Builder response = DescribeTransactionResponse.newBuilder()
                    .setStatus(Replies.status(absent(described.error(), transactionalId), null))
                    .setCoordinator(coordinator(transactionalId).orElse(-1));
            described
                    .txn()
                    .ifPresent(txn -> response.setTransaction(toProto(txn))
                            .addAllPartitions(txn.partitions().stream()
                                    .filter(partition ->
                                            access.sees(Operation.DESCRIBE, ResourceType.TOPIC, partition.topic()))
                                    .map(partition -> TransactionPartition.newBuilder()
                                            .setTopic(partition.topic())
                                            .setPartition(partition.partition())
                                            .build())
                                    .toList()));
            return response.build();
        });
    }

    /** As a new producer of that id would: what is open is aborted, and its producer has an epoch of the past. */
    CompletableFuture<TerminateTransactionResponse> terminate(String transactionalId, Access access) {
        if (!access.may(Operation.WRITE, ResourceType.TRANSACTIONAL_ID, transactionalId)) {
            return completed(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, transactionalId);
        }
        return transactions.describe(transactionalId).thenCompose(described -> {
            if (described.txn().isEmpty())
                return completed(absent(described.error(), transactionalId), transactionalId);
            int timeoutMs = described.txn().get().timeoutMs();
            return transactions
                    .initProducerId(new InitProducerId.Request(
                            transactionalId, timeoutMs, -1, (short) -1, OptionalLong.empty()))
                    // It is being aborted, which was asked for; only a new producer would have to wait for it.
                    .thenCompose(reply -> completed(
                            reply.error() == Errors.CONCURRENT_TRANSACTIONS ? Errors.NONE : reply.error(),
                            transactionalId));
        });
    }

    private CompletableFuture<TerminateTransactionResponse> completed(Errors error, String transactionalId) {
        return CompletableFuture.completedFuture(TerminateTransactionResponse.newBuilder()
                .setStatus(Replies.status(error, null))
                .setCoordinator(coordinator(transactionalId).orElse(-1))
                .build());
    }

    /** Nobody coordinates an id before there is a topic to keep it in. */
    private Errors absent(Errors error, String transactionalId) {
        boolean none =
                error == Errors.NOT_COORDINATOR && coordinator(transactionalId).isEmpty();
        return none ? Errors.TRANSACTIONAL_ID_NOT_FOUND : error;
    }

    private OptionalInt coordinator(String transactionalId) {
        int partition = transactions.topic().partitionFor(transactionalId);
        return leaders.leaderOf(new TopicPartition(TransactionsTopic.NAME, partition));
    }

    private static ListedTransaction toProto(Txn txn) {
        return ListedTransaction.newBuilder()
                .setTransactionalId(txn.transactionalId())
                .setProducerId(txn.producer().id())
                .setProducerEpoch(txn.producer().epoch())
                .setState(txn.state().title())
                .setStartedMs(txn.startedMs())
                .setUpdatedMs(txn.updatedMs())
                .setTimeoutMs(txn.timeoutMs())
                .build();
    }

    CompletableFuture<DescribeProducersResponse> producers(DescribeProducersRequest request, Access access) {
        List<CompletableFuture<PartitionProducers>> parts = request.getPartitionsList().stream()
                .map(partition -> producers(partition, access))
                .toList();
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                .thenApply(done -> DescribeProducersResponse.newBuilder()
                        .addAllPartitions(
                                parts.stream().map(CompletableFuture::join).toList())
                        .build());
    }

    private CompletableFuture<PartitionProducers> producers(TransactionPartition partition, Access access) {
        if (!access.may(Operation.READ, ResourceType.TOPIC, partition.getTopic()))
            return noProducers(Errors.TOPIC_AUTHORIZATION_FAILED);
        Optional<Replica> replica = valid(partition)
                ? replicas.find(new TopicPartition(partition.getTopic(), partition.getPartition()))
                : Optional.empty();
        if (replica.isEmpty()) return noProducers(Errors.NOT_LEADER_OR_FOLLOWER);
        return replica.get()
                .producers()
                .thenApply(result -> PartitionProducers.newBuilder()
                        .setStatus(Replies.status(
                                Errors.forCode((short) result.error().getNumber()), null))
                        .addAllProducers(result.producers().stream()
                                .map(TransactionAnswers::toProto)
                                .toList())
                        .build());
    }

    private static CompletableFuture<PartitionProducers> noProducers(Errors error) {
        return CompletableFuture.completedFuture(PartitionProducers.newBuilder()
                .setStatus(Replies.status(error, null))
                .build());
    }

    private static ProducerDescription toProto(dev.curia.log.producer.ProducerDescription producer) {
        return ProducerDescription.newBuilder()
                .setProducerId(producer.producerId())
                .setProducerEpoch(producer.producerEpoch())
                .setLastSequence(producer.lastSequence())
                .setLastTimestampMs(producer.lastTimestamp())
                .setCoordinatorEpoch(producer.coordinatorEpoch())
                .setTransactionStart(producer.currentTxnFirstOffset())
                .build();
    }

    void abort(AbortInPartitionRequest request, StreamObserver<AbortInPartitionResponse> responses) {
        TransactionPartition partition = request.getPartition();
        String wrong = !valid(partition)
                ? "there is no such partition"
                : request.getProducerId() < 0
                        ? "producer_id is " + request.getProducerId() + ", expected 0 or more"
                        : null;
        if (Replies.isWrong(wrong, responses)) return;
        Marker marker = new Marker(
                request.getProducerId(),
                (short) request.getProducerEpoch(),
                request.getCoordinatorEpoch(),
                false,
                false);
        Replies.reply(
                markers.write(new TopicPartition(partition.getTopic(), partition.getPartition()), marker)
                        .thenApply(error -> AbortInPartitionResponse.newBuilder()
                                .setStatus(Replies.status(error, null))
                                .build()),
                responses);
    }

    private static boolean valid(TransactionPartition partition) {
        return !partition.getTopic().isEmpty() && partition.getPartition() >= 0;
    }
}
