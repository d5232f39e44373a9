package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.group.OffsetsTopic;
import dev.curia.broker.group.state.OffsetFetch;
import dev.curia.broker.group.state.TxnOffsetRecord;
import dev.curia.broker.kafka.codec.Codes;
import dev.curia.broker.logs.LedLogs;
import dev.curia.broker.txn.TransactionCoordinator;
import dev.curia.broker.txn.state.AddPartitions;
import dev.curia.broker.txn.state.EndTxn;
import dev.curia.broker.txn.state.InitProducerId;
import dev.curia.broker.txn.state.TxnState;
import dev.curia.common.id.TopicPartition;
import dev.curia.replica.Replica;
import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a producer that names its partitions itself sent before the end of its transaction arrives after it (KIP-890). */
@SuppressWarnings("NullAway.Init")
class LateTransactionalWritesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final TopicPartition OFFSETS = new TopicPartition(OffsetsTopic.NAME, 0);

    @TempDir
    Path directory;

    private LedLogs logs;
    private TestBroker broker;
    private long producerId;

    private void start(Map<String, String> settings) throws Exception {
        logs = new LedLogs(directory.resolve("logs"));
        Map<String, String> all = new HashMap<>(settings);
        all.put("transaction.state.log.num.partitions", "1");
        all.put("offsets.topic.num.partitions", "1");
        broker = new TestBroker(directory, Duration.ofMinutes(1), logs::lead, all);
        broker.topic("t", 1);
        assertThat(get(coordinator().ensureTopic().toCompletableFuture())).isEqualTo(Errors.NONE);
        broker.topic(OffsetsTopic.NAME, 1);
        var init = new InitProducerId.Request("a", 60_000, -1, (short) -1, OptionalLong.empty());
        producerId = Await.value("a producer id", PATIENCE, () -> {
                    InitProducerId.Reply reply =
                            coordinator().initProducerId(init).join();
                    return reply.error() == Errors.NONE ? reply : null;
                })
                .producerId();
    }

    @AfterEach
    void stop() throws IOException {
        broker.close();
        logs.close();
    }

    @Test
    void aBatchThatComesAfterTheEndIsRefused() throws Exception {
        start(Map.of());
        assertThat(produce(9, "a", 0, 0)).as("before anything was added").isEqualTo(Errors.INVALID_TXN_STATE);
        add(PARTITION);
        assertThat(produce(9, "a", 0, 0)).isEqualTo(Errors.NONE);
        assertThat(produce(9, "a", 0, 1)).isEqualTo(Errors.NONE);
        end(false);
        assertThat(produce(9, "a", 0, 2)).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(produce(11, "a", 0, 2)).isEqualTo(Errors.TRANSACTION_ABORTABLE);
        assertThat(produce(11, "b", 0, 2)).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
        assertThat(produce(11, "a", 1, 0)).isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
        assertStable(PARTITION, 3);
        add(PARTITION);
        assertThat(produce(11, "a", 0, 2)).isEqualTo(Errors.NONE);
        end(true);
        assertStable(PARTITION, 5);
    }

    @Test
    void offsetsThatComeAfterTheEndAreRefused() throws Exception {
        start(Map.of());
        assertThat(commitOffset(3)).isEqualTo(Errors.INVALID_TXN_STATE);
        add(OFFSETS);
        assertThat(commitOffset(3)).isEqualTo(Errors.NONE);
        assertThat(commitOffset(4)).isEqualTo(Errors.NONE);
        end(false);
        assertThat(commitOffset(3)).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(commitOffset(4)).isEqualTo(Errors.TRANSACTION_ABORTABLE);
        assertStable(OFFSETS, 3);
    }

    /** KIP-1319. */
    @Test
    void offsetsAreCommittedByTopicIdAndRefusedAsTheClientsVersionKnowsIt() throws Exception {
        start(Map.of());
        Uuid id = Codes.kafka(broker.image().topic("t").orElseThrow().id());
        var anybody = new TxnOffsetCommitRequestData().setGroupId("g");
        assertThat(commitOffset(6, anybody, "", id)).isEqualTo(Errors.NONE);
        assertThat(commitOffset(6, anybody, "", new Uuid(1, 2))).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
        assertThat(commitOffset(5, anybody, "none", Uuid.ZERO_UUID)).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        var member = new TxnOffsetCommitRequestData()
                .setGroupId("none")
                .setMemberId("m")
                .setGenerationIdOrMemberEpoch(3);
        assertThat(commitOffset(6, member, "", id)).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
        assertThat(commitOffset(5, member, "t", Uuid.ZERO_UUID)).isEqualTo(Errors.ILLEGAL_GENERATION);
        end(true);
        assertStable(OFFSETS, 2);
        assertThat(get(broker.coordinators.groups().fetch(new OffsetFetch.Request("g", Optional.empty())))
                        .offsets())
                .hasEntrySatisfying(PARTITION, offset -> {
                    assertThat(offset.offset()).isEqualTo(5);
                    assertThat(offset.topicId()).isEqualTo(Codes.uuid(id));
                });
    }

    @Test
    void nobodyIsAskedWhereThatIsSwitchedOff() throws Exception {
        start(Map.of("transaction.partition.verification.enable", "false"));
        assertThat(produce(9, "a", 0, 0)).isEqualTo(Errors.NONE);
        assertThat(commitOffset(3)).isEqualTo(Errors.NONE);
        assertThat(replica(PARTITION).view().lastStableOffset()).isZero();
        assertThat(replica(OFFSETS).view().lastStableOffset()).isZero();
        assertThat(get(broker.coordinators
                        .groups()
                        .endTransaction(
                                0, new TxnOffsetRecord.TransactionEnded(producerId, (short) 0, 1, false, false))))
                .isEqualTo(Errors.NONE);
        assertStable(OFFSETS, 2);
    }

    private void add(TopicPartition partition) throws Exception {
        assertThat(get(coordinator()
                        .addPartitions(new AddPartitions.Request(
                                "a", producerId, (short) 0, Set.of(partition), AddPartitions.Kind.CLIENT))))
                .isEqualTo(Errors.NONE);
    }

    private void end(boolean commit) throws Exception {
        assertThat(get(coordinator()
                                .end(new EndTxn.Request(
                                        "a", producerId, (short) 0, commit, false, OptionalLong.empty())))
                        .error())
                .isEqualTo(Errors.NONE);
        TxnState done = commit ? TxnState.COMPLETE_COMMIT : TxnState.COMPLETE_ABORT;
        Await.until(
                "the end",
                PATIENCE,
                () -> coordinator().describe("a").join().txn().orElseThrow().state() == done);
    }

    private Errors produce(int version, String transactionalId, int epoch, int sequence) throws IOException {
        MemoryRecords batch = MemoryRecords.withTransactionalRecords(
                Compression.NONE, producerId, (short) epoch, sequence, new SimpleRecord(new byte[1]));
        var topics = new ProduceRequestData.TopicProduceDataCollection();
        topics.add(new ProduceRequestData.TopicProduceData()
                .setName("t")
                .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData().setRecords(batch))));
        var request = new ProduceRequestData()
                .setTransactionalId(transactionalId)
                .setAcks((short) -1)
                .setTimeoutMs(10_000)
                .setTopicData(topics);
        ProduceResponseData response = (ProduceResponseData) call(ApiKeys.PRODUCE, version, request);
        return Errors.forCode(response.responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0)
                .errorCode());
    }

    private Errors commitOffset(int version) throws IOException {
        return commitOffset(version, new TxnOffsetCommitRequestData().setGroupId("g"), "t", Uuid.ZERO_UUID);
    }

    /** @param committer says for which group, and which of its members */
    private Errors commitOffset(int version, TxnOffsetCommitRequestData committer, String topic, Uuid topicId)
            throws IOException {
        var request = committer
                .setTransactionalId("a")
                .setProducerId(producerId)
                .setProducerEpoch((short) 0)
                .setTopics(List.of(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic()
                        .setName(topic)
                        .setTopicId(topicId)
                        .setPartitions(List.of(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition()
                                .setCommittedOffset(5)))));
        TxnOffsetCommitResponseData response =
                (TxnOffsetCommitResponseData) call(ApiKeys.TXN_OFFSET_COMMIT, version, request);
        return Errors.forCode(response.topics().get(0).partitions().get(0).errorCode());
    }

    private ApiMessage call(ApiKeys api, int version, ApiMessage request) throws IOException {
        return WireTest.call(broker.port(), api, version, request);
    }

    private void assertStable(TopicPartition partition, long end) {
        Replica.View view = replica(partition).view();
        assertThat(view.logEndOffset()).isEqualTo(end);
        assertThat(view.lastStableOffset()).isEqualTo(end);
    }

    private Replica replica(TopicPartition partition) {
        return broker.find(partition).orElseThrow();
    }

    private TransactionCoordinator coordinator() {
        return broker.coordinators.transactions();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }
}
