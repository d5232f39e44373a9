package dev.curia.broker.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.logs.Bombs;
import dev.curia.broker.logs.LedLogs;
import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.SystemClock;
import dev.curia.metadata.access.PortSecurity;
import dev.curia.metadata.acl.Authorization;
import dev.curia.metadata.image.ClientQuotas;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.data.v1.ConsumeRequest;
import dev.curia.proto.data.v1.ConsumeResponse;
import dev.curia.proto.data.v1.DataGrpc;
import dev.curia.proto.data.v1.Isolation;
import dev.curia.proto.data.v1.ListOffsetsRequest;
import dev.curia.replica.Replica;
import dev.curia.replica.grpc.NetworkThreads;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions in real logs, as the data API shows them. */
@SuppressWarnings("NullAway.Init")
class CommittedConsumeTest {
    @TempDir
    Path directory;

    private final ExecutorService executor = Executors.newFixedThreadPool(4);
    private final NetworkThreads threads = new NetworkThreads("rpc", 1);
    private LedLogs logs;
    private Replica replica;
    private BrokerRpcServer server;
    private ManagedChannel channel;

    @BeforeEach
    void serve() throws IOException {
        logs = new LedLogs(directory);
        replica = logs.lead(new PartitionId(new Uuid(3, 4), 0), new TopicPartition("t", 0));
        DataService service = new DataService(
                logs.replicas(),
                asked -> OptionalInt.empty(),
                new SystemClock(),
                executor,
                DataServiceTest.quotas(() -> ClientQuotas.EMPTY, new SystemClock()),
                (delay, task) -> () -> {},
                Authorization.OFF);
        server = BrokerRpcServer.start(
                new HostPort("127.0.0.1", 0),
                "rpc.listener",
                PortSecurity.plaintext(),
                List.of(),
                List.of(service),
                executor,
                threads);
        channel = NettyChannelBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.close();
        threads.close();
        executor.shutdownNow();
        logs.close();
    }

    @Test
    void abortedRecordsAreLeftOutAndOpenTransactionsAwaited() {
        String filler = "x".repeat(300_000); // more than one read
        for (int i = 0; i < 8; i++) {
            LedLogs.transactional(replica, i % 2, 0, i / 2, i + filler);
            LedLogs.end(replica, i % 2, 0, i % 2 == 0);
        }
        LedLogs.transactional(replica, 5, 0, 0, "open");
        assertThat(end(Isolation.READ_COMMITTED)).isEqualTo(16);
        assertThat(end(Isolation.READ_UNCOMMITTED)).isEqualTo(17);
        assertThat(values(consume(Isolation.READ_COMMITTED, 0, 16))).containsExactly("0", "2", "4", "6");
        assertThat(values(consume(Isolation.READ_COMMITTED, 7, 16)))
                .as("from between a record and its abort marker")
                .containsExactly("4", "6");
        assertThat(values(consume(Isolation.READ_UNCOMMITTED, 0, 17)))
                .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "o");

        Iterator<ConsumeResponse> waiting = consume(Isolation.READ_COMMITTED, 16, 18);
        LedLogs.transactional(replica, 6, 0, 0, "after");
        LedLogs.end(replica, 5, 0, true);
        LedLogs.end(replica, 6, 0, true);
        assertThat(values(waiting)).containsExactly("o", "a");
    }

    @Test
    void aBatchThatExpandsTooFarEndsTheStreamWithAnError() {
        LedLogs.transactional(replica, 1, 0, 0, "before");
        LedLogs.end(replica, 1, 0, true);
        LedLogs.write(replica, Bombs.value(120 << 20));
        List<ConsumeResponse> responses = new ArrayList<>();
        consume(Isolation.READ_UNCOMMITTED, 0, 3).forEachRemaining(responses::add);
        assertThat(values(responses.iterator())).containsExactly("b");
        ConsumeResponse last = responses.get(responses.size() - 1);
        assertThat(last.getStatus().getCode()).isEqualTo(ErrorCode.CORRUPT_MESSAGE);
        assertThat(last.getStatus().getMessage()).contains("cannot decode t-0 at offset 2", "at most");
    }

    private long end(Isolation isolation) {
        return DataGrpc.newBlockingStub(channel)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .listOffsets(ListOffsetsRequest.newBuilder()
                        .setTopic("t")
                        .setTimestampMs(-1)
                        .setIsolation(isolation)
                        .build())
                .getOffset();
    }

    private Iterator<ConsumeResponse> consume(Isolation isolation, long from, long until) {
        return DataGrpc.newBlockingStub(channel)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .consume(ConsumeRequest.newBuilder()
                        .setTopic("t")
                        .setOffset(from)
                        .setUntilOffset(until)
                        .setIsolation(isolation)
                        .build());
    }

    /** The first letter of each. */
    private static List<String> values(Iterator<ConsumeResponse> responses) {
        List<String> values = new ArrayList<>();
        responses.forEachRemaining(response -> response.getRecordsList()
                .forEach(record -> values.add(record.getValue().toStringUtf8().substring(0, 1))));
        return values;
    }
}
