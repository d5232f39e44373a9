package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.common.security.Principal;
import dev.curia.replica.Replica;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every special time of ListOffsets, in the versions that know it and in those that don't. */
class ListOffsetsTest {
    @TempDir
    Path directory;

    TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(directory);
        broker.topic("t", 1);
        for (long time : new long[] {100, 300, 200}) {
            MemoryRecords batch = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(time, new byte[1]));
            broker.replica("t", 0)
                    .append(new Replica.AppendRequest(
                            batch.buffer(),
                            (short) 1,
                            Duration.ofSeconds(1),
                            Replica.Origin.CLIENT,
                            OptionalInt.empty(),
                            () -> {}))
                    .join();
        }
        broker.replica("t", 0).deleteRecords(1, Duration.ofSeconds(1)).join();
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    private long asked(Admin admin, OffsetSpec spec) throws Exception {
        TopicPartition partition = new TopicPartition("t", 0);
        return admin.listOffsets(Map.of(partition, spec))
                .partitionResult(partition)
                .get(20, TimeUnit.SECONDS)
                .offset();
    }

    /** Of partition 0, by the handler alone. */
    private ListOffsetsPartitionResponse asked(int version, long time, int leaderEpoch) throws Exception {
        ListOffsetsRequest request = ListOffsetsRequest.Builder.forConsumer(true, IsolationLevel.READ_UNCOMMITTED)
                .setTargetTimes(List.of(new ListOffsetsTopic()
                        .setName("t")
                        .setPartitions(List.of(
                                new ListOffsetsPartition().setTimestamp(time).setCurrentLeaderEpoch(leaderEpoch)))))
                .build((short) version);
        RequestContext context = new RequestContext(
                (short) version, 1, "test", Principal.ANONYMOUS, "c", InetAddress.getLoopbackAddress(), "PLAINTEXT", 0);
        return handler()
                .handle(context, request)
                .toCompletableFuture()
                .thenApply(response -> ((ListOffsetsResponse) response)
                        .data()
                        .topics()
                        .get(0)
                        .partitions()
                        .get(0))
                .get(20, TimeUnit.SECONDS);
    }

    @SuppressWarnings("unchecked")
    private RequestHandler<ListOffsetsRequest> handler() {
        return (RequestHandler<ListOffsetsRequest>)
                broker.apis.find(ApiKeys.LIST_OFFSETS).orElseThrow();
    }

    @Test
    void aClientOfTodayIsToldEach() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            assertThat(asked(admin, OffsetSpec.latest())).isEqualTo(3);
            assertThat(asked(admin, OffsetSpec.earliest())).isEqualTo(1);
            assertThat(asked(admin, OffsetSpec.maxTimestamp())).isEqualTo(1);
            assertThat(asked(admin, OffsetSpec.earliestLocal())).isEqualTo(1);
            assertThat(asked(admin, OffsetSpec.latestTiered()))
                    .as("there is none")
                    .isEqualTo(-1);
            assertThat(asked(admin, OffsetSpec.earliestPendingUpload())).isEqualTo(-1);
            assertThat(asked(admin, OffsetSpec.forTimestamp(250))).isEqualTo(1);
            assertThat(asked(admin, OffsetSpec.forTimestamp(301))).isEqualTo(-1);
        }
    }

    @Test
    void aVersionThatDoesNotKnowATimeIsNotAnsweredByIt() throws Exception {
        Map<Long, Integer> firstVersions = Map.of(-3L, 7, -4L, 8, -5L, 9, -6L, 11);
        for (Map.Entry<Long, Integer> each : firstVersions.entrySet()) {
            assertThat(asked(each.getValue(), each.getKey(), -1).errorCode()).isEqualTo(Errors.NONE.code());
            ListOffsetsPartitionResponse before = asked(each.getValue() - 1, each.getKey(), -1);
            assertThat(before.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
            assertThat(before.offset()).isEqualTo(-1);
        }
    }

    @Test
    void anEndThatIsNotKnownYetHasTheNameThatTheVersionKnows() throws Exception {
        broker.replica("t", 0).beforeTheEnd = true;
        assertThat(asked(4, -1, -1).errorCode()).isEqualTo(Errors.LEADER_NOT_AVAILABLE.code());
        assertThat(asked(5, -1, -1).errorCode()).isEqualTo(Errors.OFFSET_NOT_AVAILABLE.code());
    }
}
