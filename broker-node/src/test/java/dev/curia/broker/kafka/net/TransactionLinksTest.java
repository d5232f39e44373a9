package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.grpc.BrokerRpcServer;
import dev.curia.broker.grpc.GrpcTxnLinks;
import dev.curia.broker.grpc.PeerChannels;
import dev.curia.broker.logs.LedLogs;
import dev.curia.broker.txn.Marker;
import dev.curia.broker.txn.MarkerLinks.Addressed;
import dev.curia.broker.txn.state.AddPartitions;
import dev.curia.broker.txn.state.AddPartitions.Kind;
import dev.curia.broker.txn.state.InitProducerId;
import dev.curia.broker.txn.state.TxnState;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.net.HostPort;
import dev.curia.metadata.access.PortSecurity;
import dev.curia.replica.grpc.NetworkThreads;
import dev.curia.replica.port.Peers;
import dev.curia.testkit.Await;
import io.grpc.InsecureChannelCredentials;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What brokers say to each other about transactions, over a real gRPC port. */
class TransactionLinksTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    @Test
    void aLeaderAddsItsPartitionAndTheCoordinatorHasItsMarkerWritten(@TempDir Path directory) throws Exception {
        try (LedLogs logs = new LedLogs(directory.resolve("logs"));
                TestBroker broker = new TestBroker(
                        directory,
                        Duration.ofMinutes(1),
                        logs::lead,
                        Map.of("transaction.state.log.num.partitions", "1"));
                NetworkThreads threads = new NetworkThreads("rpc", 1);
                BrokerRpcServer server = BrokerRpcServer.start(
                        new HostPort("127.0.0.1", 0),
                        "rpc.listener",
                        PortSecurity.plaintext(),
                        List.of(broker.coordinators.service()),
                        List.of(),
                        Runnable::run,
                        threads);
                PeerChannels channels = new PeerChannels(
                        peer -> peer == 1
                                ? Optional.of(new Peers.Address("127.0.0.1", server.port()))
                                : Optional.empty(),
                        InsecureChannelCredentials.create())) {
            broker.topic("t", 1);
            var coordinator = broker.coordinators.transactions();
            assertThat(coordinator.ensureTopic().toCompletableFuture().get(20, TimeUnit.SECONDS))
                    .isEqualTo(Errors.NONE);
            var init = new InitProducerId.Request("a", 60_000, -1, (short) -1, OptionalLong.empty());
            InitProducerId.Reply producer = Await.value("a producer id", PATIENCE, () -> {
                InitProducerId.Reply reply = coordinator.initProducerId(init).join();
                return reply.error() == Errors.NONE ? reply : null;
            });
            GrpcTxnLinks links = new GrpcTxnLinks(channels);
            assertThat(get(links.addPartitions(1, request("a", producer.producerId(), Kind.VERIFY))))
                    .isEqualTo(Errors.TRANSACTION_ABORTABLE);
            assertThat(get(links.addPartitions(1, addition("a", producer.producerId()))))
                    .isEqualTo(Errors.NONE);
            assertThat(get(links.addPartitions(1, request("a", producer.producerId(), Kind.VERIFY))))
                    .isEqualTo(Errors.NONE);
            assertThat(get(links.addPartitions(1, addition("a", 5)))).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
            assertThat(get(links.addPartitions(2, addition("a", producer.producerId()))))
                    .isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
            var txn = get(coordinator.describe("a")).txn().orElseThrow();
            assertThat(txn.state()).isEqualTo(TxnState.ONGOING);
            assertThat(txn.partitions()).containsExactly(PARTITION);

            var replica = broker.find(PARTITION).orElseThrow();
            LedLogs.transactional(replica, 9, 0, 0, "of producer 9");
            assertThat(replica.view().lastStableOffset()).isZero();
            assertThat(get(links.write(
                            1,
                            List.of(
                                    new Addressed(PARTITION, new Marker(9, (short) 1, 3, true, true)),
                                    new Addressed(PARTITION, new Marker(9, (short) 1, 2, true, true)),
                                    new Addressed(
                                            new TopicPartition("gone", 0), new Marker(9, (short) 1, 3, true, true))))))
                    .containsExactly(Errors.NONE, Errors.TRANSACTION_COORDINATOR_FENCED, Errors.NOT_LEADER_OR_FOLLOWER);
            assertThat(replica.view().lastStableOffset()).isEqualTo(2);
        }
    }

    private static AddPartitions.Request addition(String transactionalId, long producerId) {
        return request(transactionalId, producerId, Kind.LEADER);
    }

    private static AddPartitions.Request request(String transactionalId, long producerId, Kind kind) {
        return new AddPartitions.Request(transactionalId, producerId, (short) 0, Set.of(PARTITION), kind);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }
}
