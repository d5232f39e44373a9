package dev.curia.broker.grpc;

import dev.curia.broker.fetch.DiskReads;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.ConfigEntries;
import dev.curia.broker.kafka.api.LogDirs;
import dev.curia.broker.txn.LocalMarkers;
import dev.curia.broker.txn.TransactionCoordinator;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.security.Operation;
import dev.curia.common.security.ResourceType;
import dev.curia.metadata.access.GrpcCallers;
import dev.curia.metadata.acl.Access;
import dev.curia.metadata.acl.Authorization;
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
import org.apache.kafka.common.protocol.Errors;

/** What administrators ask of this broker itself. Thread-safe, never blocks: what looks at the disk is done elsewhere. */
public final class BrokerAdminService extends BrokerAdminGrpc.BrokerAdminImplBase {
    private static final Status NOT_OF_THE_CLUSTER = Replies.status(Errors.CLUSTER_AUTHORIZATION_FAILED, null);

    private final ConfigAnswers configs;
    private final LogDirs logDirs;
    private final DiskReads disk;
    private final TransactionAnswers transactions;
    private final Authorization authorization;

    /** What it tells of. */
    public record Parts(
            ClusterView cluster,
            ConfigEntries configs,
            LogDirs logDirs,
            DiskReads disk,
            Replicas replicas,
            TransactionCoordinator transactions,
            LocalMarkers markers,
            PartitionLeaders leaders,
            Authorization authorization) {}

    public BrokerAdminService(Parts parts) {
        this.configs = new ConfigAnswers(parts.cluster, parts.configs);
        this.logDirs = parts.logDirs;
        this.disk = parts.disk;
        this.transactions = new TransactionAnswers(parts.transactions, parts.replicas, parts.markers, parts.leaders);
        this.authorization = parts.authorization;
    }

    private Access access(String request) {
        return GrpcCallers.access(authorization, request);
    }

    @Override
    public void describeConfigs(DescribeConfigsRequest request, StreamObserver<DescribeConfigsResponse> responses) {
        Errors refusal = mayDescribe(access("DescribeConfigs"), request);
        DescribeConfigsResponse answer = refusal == Errors.NONE
                ? configs.answer(request)
                : DescribeConfigsResponse.newBuilder()
                        .setStatus(Replies.status(refusal, null))
                        .build();
        Replies.reply(answer, responses);
    }

    /** Settings of topics and groups belong to them, all others to the cluster. */
    private static Errors mayDescribe(Access access, DescribeConfigsRequest request) {
        Operation operation = Operation.DESCRIBE_CONFIGS;
        return switch (request.getResourceCase()) {
            case TOPIC ->
                access.may(operation, ResourceType.TOPIC, request.getTopic())
                        ? Errors.NONE
                        : Errors.TOPIC_AUTHORIZATION_FAILED;
            case GROUP ->
                access.may(operation, ResourceType.GROUP, request.getGroup())
                        ? Errors.NONE
                        : Errors.GROUP_AUTHORIZATION_FAILED;
            case BROKER, CLIENT_METRICS, RESOURCE_NOT_SET ->
                access.may(operation) ? Errors.NONE : Errors.CLUSTER_AUTHORIZATION_FAILED;
        };
    }

    @Override
    public void describeLogDirs(DescribeLogDirsRequest request, StreamObserver<DescribeLogDirsResponse> responses) {
        if (!access("DescribeLogDirs").may(Operation.DESCRIBE)) {
            Replies.reply(
                    DescribeLogDirsResponse.newBuilder()
                            .setStatus(NOT_OF_THE_CLUSTER)
                            .build(),
                    responses);
            return;
        }
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
        boolean may = access("MoveReplicas").may(Operation.ALTER);
        Replies.reply(
                MoveReplicasResponse.newBuilder()
                        .addAllStatuses(request.getMovesList().stream()
                                .map(move -> may ? move(move) : NOT_OF_THE_CLUSTER)
                                .toList())
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
        transactions.list(request, access("ListTransactions"), responses);
    }

    @Override
    public void describeTransaction(
            DescribeTransactionRequest request, StreamObserver<DescribeTransactionResponse> responses) {
        Replies.reply(transactions.describe(request.getTransactionalId(), access("DescribeTransaction")), responses);
    }

    @Override
    public void terminateTransaction(
            TerminateTransactionRequest request, StreamObserver<TerminateTransactionResponse> responses) {
        Replies.reply(transactions.terminate(request.getTransactionalId(), access("TerminateTransaction")), responses);
    }

    @Override
    public void describeProducers(
            DescribeProducersRequest request, StreamObserver<DescribeProducersResponse> responses) {
        Replies.reply(transactions.producers(request, access("DescribeProducers")), responses);
    }

    @Override
    public void abortInPartition(AbortInPartitionRequest request, StreamObserver<AbortInPartitionResponse> responses) {
        Access access = access("AbortInPartition");
        boolean may = access.sees(Operation.ALTER, ResourceType.CLUSTER, ResourceType.THE_CLUSTER)
                || access.may(Operation.CLUSTER_ACTION);
        if (may) transactions.abort(request, responses);
        else
            Replies.reply(
                    AbortInPartitionResponse.newBuilder()
                            .setStatus(NOT_OF_THE_CLUSTER)
                            .build(),
                    responses);
    }
}
