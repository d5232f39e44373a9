package dev.curia.broker.grpc;

import dev.curia.broker.fetch.DiskReads;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.ConfigEntries;
import dev.curia.broker.kafka.api.LogDirs;
import dev.curia.broker.txn.LocalMarkers;
import dev.curia.broker.txn.TransactionCoordinator;
import dev.curia.common.id.TopicPartition;
import dev.curia.proto.broker.v1.AbortInPartitionRequest;
import dev.curia.proto.broker.v1.AbortInPartitionResponse;
import dev.curia.proto.broker.v1.BrokerAdminGrpc;
import dev.curia.proto.broker.v1.DescribeConfigsRequest;
import dev.curia.proto.broker.v1.DescribeConfigsResponse;
import dev.curia.proto.broker.v1.DescribeLogDirsRequest;
import dev.curia.proto.broker.v1.DescribeLogDirsResponse;
import dev.curia.proto.broker.v1.DescribeProducersRequest;
import dev.curia.proto.broker.v1.DescribeProducersResponse;
import dev.curia.proto.broker.v1.DescribeTransactionRequest;
import dev.curia.proto.broker.v1.DescribeTransactionResponse;
import dev.curia.proto.broker.v1.HeldReplica;
import dev.curia.proto.broker.v1.ListTransactionsRequest;
import dev.curia.proto.broker.v1.ListTransactionsResponse;
import dev.curia.proto.broker.v1.LogDirDescription;
import dev.curia.proto.broker.v1.MoveReplicasRequest;
import dev.curia.proto.broker.v1.MoveReplicasResponse;
import dev.curia.proto.broker.v1.TerminateTransactionRequest;
import dev.curia.proto.broker.v1.TerminateTransactionResponse;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.replica.Replicas;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** What administrators ask of this broker itself. Thread-safe, never blocks: what looks at the disk is done elsewhere. */
public final class BrokerAdminService extends BrokerAdminGrpc.BrokerAdminImplBase {
    private final ConfigAnswers configs;
    private final LogDirs logDirs;
    private final DiskReads disk;
    private final TransactionAnswers transactions;

    /** What it tells of. */
    public record Parts(
            ClusterView cluster,
            ConfigEntries configs,
            LogDirs logDirs,
            DiskReads disk,
            Replicas replicas,
            TransactionCoordinator transactions,
            LocalMarkers markers,
            PartitionLeaders leaders) {}

    public BrokerAdminService(Parts parts) {
        this.configs = new ConfigAnswers(parts.cluster, parts.configs);
        this.logDirs = parts.logDirs;
        this.disk = parts.disk;
        this.transactions = new TransactionAnswers(parts.transactions, parts.replicas, parts.markers, parts.leaders);
    }

    @Override
    public void describeConfigs(DescribeConfigsRequest request, StreamObserver<DescribeConfigsResponse> responses) {
        Replies.reply(configs.answer(request), responses);
    }

    @Override
    public void describeLogDirs(DescribeLogDirsRequest request, StreamObserver<DescribeLogDirsResponse> responses) {
        CompletableFuture<DescribeLogDirsResponse> answer = new CompletableFuture<>();
        boolean accepted = disk.offer(() -> {
            try {
                answer.complete(DescribeLogDirsResponse.newBuilder()
                        .addAllLogDirs(logDirs.describe().stream()
                                .map(BrokerAdminService::toProto)
                                .toList())
                        .build());
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        if (!accepted) {
            Status full = status(ErrorCode.REQUEST_TIMED_OUT, "Too many reads wait for the disk already; try again.");
            answer.complete(DescribeLogDirsResponse.newBuilder().setStatus(full).build());
        }
        Replies.reply(answer, responses);
    }

    private static LogDirDescription toProto(LogDirs.LogDir directory) {
        return LogDirDescription.newBuilder()
                .setPath(directory.path())
                .setOnline(directory.online())
                .setTotalBytes(directory.totalBytes())
                .setUsableBytes(directory.usableBytes())
                .addAllReplicas(directory.partitions().stream()
                        .map(held -> HeldReplica.newBuilder()
                                .setTopic(held.partition().topic())
                                .setPartition(held.partition().partition())
                                .setSizeBytes(held.sizeInBytes())
                                .setComing(held.future())
                                .setOffsetLag(held.offsetLag())
                                .build())
                        .toList())
                .build();
    }

    @Override
    public void moveReplicas(MoveReplicasRequest request, StreamObserver<MoveReplicasResponse> responses) {
        Replies.reply(
                MoveReplicasResponse.newBuilder()
                        .addAllStatuses(
                                request.getMovesList().stream().map(this::move).toList())
                        .build(),
                responses);
    }

    private Status move(MoveReplicasRequest.Move move) {
        if (move.getTopic().isEmpty() || move.getPartition() < 0) {
            return status(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no such partition.");
        }
        ErrorCode code = logDirs.move(new TopicPartition(move.getTopic(), move.getPartition()), move.getLogDir());
        return status(
                code,
                switch (code) {
                    case NONE -> "";
                    case LOG_DIR_NOT_FOUND -> move.getLogDir() + " is none of this broker's log.dirs.";
                    case KAFKA_STORAGE_ERROR -> "Directory " + move.getLogDir() + " is offline.";
                    case REPLICA_NOT_AVAILABLE ->
                        "This broker has no replica of it; when it gets one it will lie there.";
                    default -> "It cannot be moved.";
                });
    }

    private static Status status(ErrorCode code, String message) {
        return Status.newBuilder().setCode(code).setMessage(message).build();
    }

    @Override
    public void listTransactions(ListTransactionsRequest request, StreamObserver<ListTransactionsResponse> responses) {
        transactions.list(request, responses);
    }

    @Override
    public void describeTransaction(
            DescribeTransactionRequest request, StreamObserver<DescribeTransactionResponse> responses) {
        Replies.reply(transactions.describe(request.getTransactionalId()), responses);
    }

    @Override
    public void terminateTransaction(
            TerminateTransactionRequest request, StreamObserver<TerminateTransactionResponse> responses) {
        Replies.reply(transactions.terminate(request.getTransactionalId()), responses);
    }

    @Override
    public void describeProducers(
            DescribeProducersRequest request, StreamObserver<DescribeProducersResponse> responses) {
        Replies.reply(transactions.producers(request), responses);
    }

    @Override
    public void abortInPartition(AbortInPartitionRequest request, StreamObserver<AbortInPartitionResponse> responses) {
        transactions.abort(request, responses);
    }
}
