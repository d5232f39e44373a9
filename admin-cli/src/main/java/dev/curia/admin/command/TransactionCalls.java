package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.BrokerClient;
import dev.curia.admin.client.BrokerClient.Ask;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.ClusterException;
import dev.curia.admin.client.TopicRoutes;
import dev.curia.common.text.Json;
import dev.curia.proto.broker.v1.DescribeProducersRequest;
import dev.curia.proto.broker.v1.DescribeTransactionRequest;
import dev.curia.proto.broker.v1.DescribeTransactionResponse;
import dev.curia.proto.broker.v1.ListTransactionsRequest;
import dev.curia.proto.broker.v1.ListTransactionsResponse;
import dev.curia.proto.broker.v1.ListedTransaction;
import dev.curia.proto.broker.v1.PartitionProducers;
import dev.curia.proto.broker.v1.ProducerDescription;
import dev.curia.proto.broker.v1.TransactionPartition;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What the commands on transactions ask. Not thread-safe. */
final class TransactionCalls {
    private final AdminClient admin;
    private final BrokerClient brokers;

    TransactionCalls(CuriaCommand curia, AdminClient admin, Channels channels) {
        this.admin = admin;
        this.brokers = new BrokerClient(admin, channels, curia.timeout(), curia.clock());
    }

    /** A transaction, and the broker that coordinates it. */
    record Listed(int coordinator, ListedTransaction transaction) {}

    /** Of all brokers that are alive. */
    List<Listed> list(ListTransactionsRequest request) {
        List<Listed> all = new ArrayList<>();
        for (int broker : brokers.alive()) {
            ListTransactionsResponse response =
                    brokers.of(broker, Ask.read("list transactions", stub -> stub.listTransactions(request)));
            check("list transactions of broker " + broker, response.getStatus());
            response.getTransactionsList().forEach(transaction -> all.add(new Listed(broker, transaction)));
        }
        all.sort(Comparator.comparing(listed -> listed.transaction.getTransactionalId()));
        return all;
    }

    DescribeTransactionResponse describe(String id) {
        DescribeTransactionRequest request =
                DescribeTransactionRequest.newBuilder().setTransactionalId(id).build();
        return brokers.ofCoordinator(
                Ask.read("describe transaction " + id, stub -> stub.describeTransaction(request)),
                DescribeTransactionResponse::getStatus,
                DescribeTransactionResponse::getCoordinator,
                TransactionCalls::said);
    }

    BrokerClient brokers() {
        return brokers;
    }

    /** Of one topic, or of one of its partitions. */
    List<InPartition> producers(String topic, List<Integer> partitions) {
        TopicRoutes routes = TopicRoutes.of(admin, topic);
        partitions.forEach(routes::check);
        List<InPartition> all = new ArrayList<>();
        for (int partition : partitions.isEmpty() ? routes.leaders().keySet() : partitions) {
            int leader = routes.leaders().getOrDefault(partition, -1);
            String what = "describe producers of " + topic + "-" + partition;
            if (leader < 0) {
                throw new ClusterException(
                        ClusterException.Kind.UNREACHABLE,
                        "cannot " + what + ": it has no leader. 'curia topics describe " + topic
                                + "' shows who is down.");
            }
            TransactionPartition of = TransactionPartition.newBuilder()
                    .setTopic(topic)
                    .setPartition(partition)
                    .build();
            DescribeProducersRequest request =
                    DescribeProducersRequest.newBuilder().addPartitions(of).build();
            PartitionProducers answer = brokers.of(leader, Ask.read(what, stub -> stub.describeProducers(request)))
                    .getPartitions(0);
            check(what, answer.getStatus());
            answer.getProducersList().forEach(producer -> all.add(new InPartition(of, leader, producer)));
        }
        return all;
    }

    /** A producer that a partition remembers. */
    record InPartition(TransactionPartition partition, int leader, ProducerDescription producer) {
        boolean isOpen() {
            return producer.getTransactionStart() >= 0;
        }

        String name() {
            return partition.getTopic() + "-" + partition.getPartition();
        }

        Json.Obj toJson() {
            return Json.object()
                    .put("topic", partition.getTopic())
                    .put("partition", partition.getPartition())
                    .put("leader", leader)
                    .put("producerId", producer.getProducerId())
                    .put("producerEpoch", producer.getProducerEpoch())
                    .put("lastSequence", producer.getLastSequence())
                    .put("lastTimestamp", producer.getLastTimestampMs())
                    .put("coordinatorEpoch", producer.getCoordinatorEpoch())
                    .put("transactionStartOffset", isOpen() ? producer.getTransactionStart() : null);
        }
    }

    static void check(String what, Status status) {
        if (status.getCode() == ErrorCode.NONE) return;
        throw new ClusterException(ClusterException.Kind.REFUSED, "cannot " + what + ": " + said(status));
    }

    static String said(Status status) {
        return status.getMessage() + (status.getMessage().endsWith(".") ? "" : ".")
                + " 'curia transactions list' shows those that there are. (" + status.getCode() + ")";
    }

    /** How long it has been open; "-" when nothing is. */
    static String openFor(ListedTransaction transaction, long nowMs) {
        boolean open = transaction.getState().equals("Ongoing")
                || transaction.getState().startsWith("Prepare");
        if (!open || transaction.getStartedMs() < 0) return "-";
        return Times.rough(Duration.ofMillis(Math.max(0, nowMs - transaction.getStartedMs())));
    }

    static Json.Obj toJson(Listed listed) {
        ListedTransaction transaction = listed.transaction;
        return Json.object()
                .put("transactionalId", transaction.getTransactionalId())
                .put("coordinator", listed.coordinator)
                .put("producerId", transaction.getProducerId())
                .put("producerEpoch", transaction.getProducerEpoch())
                .put("state", transaction.getState())
                .put("startedMs", transaction.getStartedMs() < 0 ? null : transaction.getStartedMs())
                .put("updatedMs", transaction.getUpdatedMs())
                .put("timeoutMs", transaction.getTimeoutMs());
    }
}
