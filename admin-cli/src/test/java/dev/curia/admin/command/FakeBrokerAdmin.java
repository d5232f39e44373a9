package dev.curia.admin.command;

import dev.curia.proto.broker.v1.AbortInPartitionRequest;
import dev.curia.proto.broker.v1.AbortInPartitionResponse;
import dev.curia.proto.broker.v1.BrokerAdminGrpc;
import dev.curia.proto.broker.v1.ConfigInForce;
import dev.curia.proto.broker.v1.ConfigSynonym;
import dev.curia.proto.broker.v1.ConfigSynonym.Source;
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
import dev.curia.proto.broker.v1.ListedTransaction;
import dev.curia.proto.broker.v1.LogDirDescription;
import dev.curia.proto.broker.v1.MoveReplicasRequest;
import dev.curia.proto.broker.v1.MoveReplicasResponse;
import dev.curia.proto.broker.v1.PartitionProducers;
import dev.curia.proto.broker.v1.ProducerDescription;
import dev.curia.proto.broker.v1.TerminateTransactionRequest;
import dev.curia.proto.broker.v1.TerminateTransactionResponse;
import dev.curia.proto.broker.v1.TransactionPartition;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A broker with two directories, of which one is offline; that coordinates the transaction "known", which is open in orders-0 since long; where a
 * producer nobody knows of has something open in orders-1.
 */
final class FakeBrokerAdmin extends BrokerAdminGrpc.BrokerAdminImplBase {
    static final long KNOWN = 7;
    static final long GHOST = 8;

    final List<DescribeConfigsRequest> configRequests = new CopyOnWriteArrayList<>();
    final List<MoveReplicasRequest.Move> moves = new CopyOnWriteArrayList<>();
    final List<String> terminated = new CopyOnWriteArrayList<>();
    final List<AbortInPartitionRequest> aborted = new CopyOnWriteArrayList<>();
    final List<ListTransactionsRequest> listRequests = new CopyOnWriteArrayList<>();
    final Queue<ErrorCode> nextCoordinatorAnswers = new ConcurrentLinkedQueue<>();

    static Status status(ErrorCode code, String message) {
        return Status.newBuilder().setCode(code).setMessage(message).build();
    }

    @Override
    public void describeConfigs(DescribeConfigsRequest request, StreamObserver<DescribeConfigsResponse> to) {
        configRequests.add(request);
        DescribeConfigsResponse.Builder response = DescribeConfigsResponse.newBuilder();
        if (request.getTopic().equals("nope"))
            response.setStatus(status(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic 'nope'."));
        else
            response.addConfigs(config("flush.ms").addSynonyms(synonym("log.flush.ms", "9", Source.DEFAULT)))
                    .addConfigs(config("retention.ms")
                            .addSynonyms(synonym("retention.ms", "5", Source.TOPIC_OVERRIDE))
                            .addSynonyms(synonym("log.retention.ms", "6", Source.STATIC_FILE))
                            .addSynonyms(synonym("log.retention.ms", "7", Source.DEFAULT)))
                    .addConfigs(config("ssl.key.password")
                            .setSensitive(true)
                            .addSynonyms(ConfigSynonym.newBuilder()
                                    .setKey("ssl.key.password")
                                    .setSource(Source.STATIC_FILE)));
        FakeCluster.answer(to, response.build());
    }

    private static ConfigInForce.Builder config(String key) {
        return ConfigInForce.newBuilder().setKey(key).setType("long").setDoc("What " + key + " does.");
    }

    private static ConfigSynonym synonym(String key, String value, Source source) {
        return ConfigSynonym.newBuilder()
                .setKey(key)
                .setValue(value)
                .setSource(source)
                .build();
    }

    @Override
    public void describeLogDirs(DescribeLogDirsRequest request, StreamObserver<DescribeLogDirsResponse> to) {
        FakeCluster.answer(
                to,
                DescribeLogDirsResponse.newBuilder()
                        .addLogDirs(LogDirDescription.newBuilder()
                                .setPath("/data1")
                                .setOnline(true)
                                .setTotalBytes(100L << 30)
                                .setUsableBytes(25L << 30)
                                .addReplicas(held("orders", 1, 2048))
                                .addReplicas(held("orders", 0, 1536))
                                .addReplicas(
                                        held("other", 0, 100).setComing(true).setOffsetLag(42)))
                        .addLogDirs(LogDirDescription.newBuilder()
                                .setPath("/data2")
                                .setTotalBytes(-1)
                                .setUsableBytes(-1))
                        .build());
    }

    private static HeldReplica.Builder held(String topic, int partition, long bytes) {
        return HeldReplica.newBuilder().setTopic(topic).setPartition(partition).setSizeBytes(bytes);
    }

    @Override
    public void moveReplicas(MoveReplicasRequest request, StreamObserver<MoveReplicasResponse> to) {
        MoveReplicasResponse.Builder response = MoveReplicasResponse.newBuilder();
        for (MoveReplicasRequest.Move move : request.getMovesList()) {
            boolean known = move.getLogDir().equals("/data1");
            if (known) moves.add(move);
            response.addStatuses(
                    known
                            ? Status.getDefaultInstance()
                            : status(ErrorCode.LOG_DIR_NOT_FOUND, "It is none of this broker's log.dirs."));
        }
        FakeCluster.answer(to, response.build());
    }

    private static ListedTransaction known() {
        return ListedTransaction.newBuilder()
                .setTransactionalId("known")
                .setProducerId(KNOWN)
                .setProducerEpoch(3)
                .setState("Ongoing")
                .setStartedMs(1000)
                .setUpdatedMs(2000)
                .setTimeoutMs(60_000)
                .build();
    }

    @Override
    public void listTransactions(ListTransactionsRequest request, StreamObserver<ListTransactionsResponse> to) {
        listRequests.add(request);
        ListTransactionsResponse.Builder response = ListTransactionsResponse.newBuilder();
        boolean wanted = request.getProducerIdsCount() == 0
                || request.getProducerIdsList().contains(KNOWN);
        if (wanted) response.addTransactions(known());
        FakeCluster.answer(to, response.build());
    }

    private Status coordinator(String id) {
        ErrorCode next = nextCoordinatorAnswers.poll();
        if (next != null) return status(next, "not now");
        return id.equals("known")
                ? Status.getDefaultInstance()
                : status(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND, "There is no such transactional id.");
    }

    @Override
    public void describeTransaction(
            DescribeTransactionRequest request, StreamObserver<DescribeTransactionResponse> to) {
        FakeCluster.answer(
                to,
                DescribeTransactionResponse.newBuilder()
                        .setStatus(coordinator(request.getTransactionalId()))
                        .setTransaction(known())
                        .addPartitions(TransactionPartition.newBuilder().setTopic("orders"))
                        .build());
    }

    @Override
    public void terminateTransaction(
            TerminateTransactionRequest request, StreamObserver<TerminateTransactionResponse> to) {
        Status status = coordinator(request.getTransactionalId());
        if (status.getCode() == ErrorCode.NONE) terminated.add(request.getTransactionalId());
        FakeCluster.answer(
                to, TerminateTransactionResponse.newBuilder().setStatus(status).build());
    }

    @Override
    public void describeProducers(DescribeProducersRequest request, StreamObserver<DescribeProducersResponse> to) {
        List<PartitionProducers> answers = new ArrayList<>();
        for (TransactionPartition partition : request.getPartitionsList()) {
            answers.add(PartitionProducers.newBuilder()
                    .addProducers(ProducerDescription.newBuilder()
                            .setProducerId(partition.getPartition() == 0 ? KNOWN : GHOST)
                            .setProducerEpoch(3)
                            .setLastTimestampMs(2000)
                            .setCoordinatorEpoch(-1)
                            .setTransactionStart(55))
                    .build());
        }
        FakeCluster.answer(
                to,
                DescribeProducersResponse.newBuilder().addAllPartitions(answers).build());
    }

    @Override
    public void abortInPartition(AbortInPartitionRequest request, StreamObserver<AbortInPartitionResponse> to) {
        aborted.add(request);
        FakeCluster.answer(to, AbortInPartitionResponse.getDefaultInstance());
    }
}
