package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.curia.broker.kafka.codec.Codes;
import dev.curia.broker.logs.LedLogs;
import dev.curia.replica.Replica;
import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transactional batches and markers in real logs, and producers that were forgotten, as stock clients see them. */
@SuppressWarnings("NullAway.Init")
class TransactionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    @TempDir
    Path directory;

    private LedLogs logs;
    private TestBroker broker;
    private boolean leadAtOnce = true;

    @BeforeEach
    void start() throws IOException {
        logs = new LedLogs(directory.resolve("logs"));
        broker = new TestBroker(
                directory, Duration.ofMinutes(1), (id, name) -> leadAtOnce ? logs.lead(id, name) : logs.host(id, name));
    }

    @AfterEach
    void stop() throws IOException {
        broker.close();
        logs.close();
    }

    private Replica topic() {
        broker.topic("t", 1);
        return broker.find(new dev.curia.common.id.TopicPartition("t", 0)).orElseThrow();
    }

    @Test
    void aConsumerOfCommittedRecordsSeesWhatWasCommittedInOrder() throws Exception {
        Replica replica = topic();
        LedLogs.transactional(replica, 1, 0, 0, "a0", "a1");
        LedLogs.transactional(replica, 2, 0, 0, "b0 aborted");
        LedLogs.transactional(replica, 1, 0, 2, "a2");
        LedLogs.end(replica, 2, 0, false);
        LedLogs.end(replica, 1, 0, true);
        LedLogs.transactional(replica, 2, 0, 1, "b1");
        LedLogs.transactional(replica, 3, 0, 0, "c0");
        LedLogs.end(replica, 2, 0, true);
        // Producer 3's transaction is open from here on: offset 7.
        assertThat(replica.view().lastStableOffset()).isEqualTo(7);
        assertThat(replica.view().highWatermark()).isEqualTo(9);

        try (KafkaConsumer<String, String> committed = consumer("read_committed");
                KafkaConsumer<String, String> all = consumer("read_uncommitted")) {
            assertThat(read(committed, 4)).containsExactly("0 a0", "1 a1", "3 a2", "6 b1");
            assertThat(committed.position(PARTITION)).isEqualTo(7);
            assertThat(committed.endOffsets(List.of(PARTITION)).get(PARTITION)).isEqualTo(7);
            assertThat(read(all, 6)).containsExactly("0 a0", "1 a1", "2 b0 aborted", "3 a2", "6 b1", "7 c0");
            assertThat(all.endOffsets(List.of(PARTITION)).get(PARTITION)).isEqualTo(9);

            LedLogs.transactional(replica, 3, 0, 1, "c1");
            LedLogs.end(replica, 3, 0, true);
            assertThat(read(committed, 2)).containsExactly("7 c0", "9 c1");
            Await.until("the end", PATIENCE, () -> {
                committed.poll(Duration.ofMillis(50));
                return committed.position(PARTITION) == 11;
            });
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            LedLogs.transactional(replica, 4, 0, 0, "d0");
            var options = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
            long end = admin.listOffsets(Map.of(PARTITION, OffsetSpec.latest()), options)
                    .partitionResult(PARTITION)
                    .get(20, TimeUnit.SECONDS)
                    .offset();
            assertThat(end).isEqualTo(11);
        }
    }

    @Test
    void manyTransactionsOverManySegmentsAreReadInSmallFetches() throws Exception {
        Replica replica = topic();
        List<String> expected = new ArrayList<>();
        String filler = "x".repeat(20_000);
        long offset = 0;
        for (int i = 0; i < 150; i++) {
            boolean commit = i % 3 != 0;
            LedLogs.transactional(replica, i % 7, 0, i / 7 * 2, i + filler, i + "b");
            LedLogs.end(replica, i % 7, 0, commit);
            if (commit) expected.addAll(List.of(offset + " " + i + filler, (offset + 1) + " " + i + "b"));
            offset += 3;
        }
        try (KafkaConsumer<String, String> committed =
                consumer("read_committed", "max.partition.fetch.bytes", 30_000)) {
            assertThat(read(committed, expected.size())).isEqualTo(expected);
        }
    }

    @Test
    void aDescriptionOfProducersShowsTheirTransactions() throws Exception {
        Replica replica = topic();
        LedLogs.transactional(replica, 1, 4, 0, "a", "b");
        LedLogs.transactional(replica, 2, 0, 0, "c");
        LedLogs.end(replica, 2, 0, true);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            List<ProducerState> states = admin.describeProducers(List.of(PARTITION))
                    .partitionResult(PARTITION)
                    .get(20, TimeUnit.SECONDS)
                    .activeProducers();
            assertThat(states)
                    .extracting(ProducerState::producerId, ProducerState::producerEpoch, ProducerState::lastSequence)
                    .containsExactlyInAnyOrder(tuple(1L, 4, 1), tuple(2L, 0, 0));
            for (ProducerState state : states) {
                boolean open = state.producerId() == 1;
                assertThat(state.currentTransactionStartOffset().isPresent()).isEqualTo(open);
                if (open) assertThat(state.currentTransactionStartOffset()).hasValue(0);
                else assertThat(state.coordinatorEpoch()).hasValue(1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(shorts = {4, 11, 12, 18})
    void aFetchNamesAbortedTransactionsToReadersOfCommittedRecordsOnly(short version) throws Exception {
        Replica replica = topic();
        LedLogs.transactional(replica, 1, 0, 0, "a");
        LedLogs.end(replica, 1, 0, false);
        LedLogs.transactional(replica, 2, 0, 0, "b");
        LedLogs.end(replica, 2, 0, true);
        LedLogs.transactional(replica, 3, 0, 0, "c");

        FetchResponseData.PartitionData committed = fetch(version, (byte) 1, 0);
        assertThat(committed.abortedTransactions())
                .containsExactly(new AbortedTransaction().setProducerId(1).setFirstOffset(0));
        assertThat(committed.lastStableOffset()).isEqualTo(4);
        assertThat(committed.highWatermark()).isEqualTo(5);
        assertThat(lastOffset(committed)).isEqualTo(3);
        assertThat(fetch(version, (byte) 1, 2).abortedTransactions()).isEmpty();
        assertThat(fetch(version, (byte) 1, 4).records().sizeInBytes()).isZero();

        FetchResponseData.PartitionData all = fetch(version, (byte) 0, 0);
        assertThat(all.abortedTransactions()).isNull();
        assertThat(all.lastStableOffset()).isEqualTo(4);
        assertThat(lastOffset(all)).isEqualTo(4);
    }

    @Test
    void clientsMayNotBeginATransactionThatNobodyWouldEnd() throws Exception {
        Replica replica = topic();
        ByteBuffer batch = MemoryRecords.withTransactionalRecords(
                        Compression.NONE, 9, (short) 0, 0, new SimpleRecord("x".getBytes(StandardCharsets.UTF_8)))
                .buffer();
        assertThat(produce(batch).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(replica.view().logEndOffset()).isZero();
    }

    @Test
    void anIdempotentProducerThatWasForgottenGoesOn() throws Exception {
        Replica replica = topic();
        List<String> expected = new ArrayList<>();
        try (KafkaProducer<String, String> producer = producer()) {
            for (int round = 0; round < 3; round++) {
                List<java.util.concurrent.Future<RecordMetadata>> sent = new ArrayList<>();
                for (int i = 0; i < 40; i++) {
                    String value = round + "-" + i;
                    expected.add(expected.size() + " " + value);
                    sent.add(producer.send(new ProducerRecord<>("t", 0, null, value)));
                }
                for (var future : sent) future.get(20, TimeUnit.SECONDS);
                assertThat(replica.producers().join().producers()).isNotEmpty();
                logs.putClockForward(Duration.ofHours(25));
                Await.until(
                        "the producer is forgotten",
                        PATIENCE,
                        () -> replica.producers().join().producers().isEmpty());
            }
        }
        try (KafkaConsumer<String, String> consumer = consumer("read_committed")) {
            assertThat(read(consumer, expected.size())).isEqualTo(expected);
        }
    }

    @Test
    void whatWasSentBehindARefusedFirstBatchIsOutOfOrderNotUnknown() throws Exception {
        leadAtOnce = false;
        Replica replica = topic();
        assertThat(produce(idempotent(1, 0)).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        logs.lead(replica.id(), replica.name());
        assertThat(produce(idempotent(1, 1)).errorCode()).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER.code());
        PartitionProduceResponse unknown = produce(idempotent(2, 1));
        assertThat(unknown.errorCode()).isEqualTo(Errors.UNKNOWN_PRODUCER_ID.code());
        assertThat(unknown.logStartOffset()).isZero();
        assertThat(produce(idempotent(1, 0)).errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(produce(idempotent(1, 1)).errorCode()).isEqualTo(Errors.NONE.code());
    }

    private KafkaProducer<String, String> producer() {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrap(),
                        "batch.size",
                        20,
                        "delivery.timeout.ms",
                        20_000,
                        "request.timeout.ms",
                        10_000),
                new StringSerializer(),
                new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer(String isolation, Object... more) {
        Map<String, Object> config = new java.util.HashMap<>();
        config.put("bootstrap.servers", broker.bootstrap());
        config.put("isolation.level", isolation);
        config.put("auto.offset.reset", "earliest");
        config.put("enable.auto.commit", false);
        for (int i = 0; i < more.length; i += 2) config.put((String) more[i], more[i + 1]);
        KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
        consumer.assign(List.of(PARTITION));
        return consumer;
    }

    private static List<String> read(KafkaConsumer<String, String> consumer, int count) {
        List<String> read = new ArrayList<>();
        Await.until(count + " records", PATIENCE, () -> {
            consumer.poll(Duration.ofMillis(100)).forEach(r -> read.add(r.offset() + " " + r.value()));
            return read.size() >= count;
        });
        return read;
    }

    private FetchResponseData.PartitionData fetch(short version, byte isolation, long offset) throws IOException {
        var topic = new FetchRequestData.FetchTopic()
                .setPartitions(List.of(new FetchRequestData.FetchPartition()
                        .setPartition(0)
                        .setFetchOffset(offset)
                        .setPartitionMaxBytes(1 << 20)));
        if (version < 13) topic.setTopic("t");
        else
            topic.setTopicId(Codes.kafka(broker.image().topic("t").orElseThrow().id()));
        var request = new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(0)
                .setMaxBytes(1 << 20)
                .setIsolationLevel(isolation)
                .setTopics(List.of(topic));
        FetchResponseData response = (FetchResponseData) call(ApiKeys.FETCH, version, request);
        return response.responses().get(0).partitions().get(0);
    }

    private static long lastOffset(FetchResponseData.PartitionData data) {
        long last = -1;
        for (var batch : ((MemoryRecords) Objects.requireNonNull(data.records())).batches()) last = batch.lastOffset();
        return last;
    }

    private static ByteBuffer idempotent(long producer, int sequence) {
        return MemoryRecords.withIdempotentRecords(
                        Compression.NONE,
                        producer,
                        (short) 0,
                        sequence,
                        new SimpleRecord("x".getBytes(StandardCharsets.UTF_8)))
                .buffer();
    }

    private PartitionProduceResponse produce(ByteBuffer batch) throws IOException {
        var topics = new ProduceRequestData.TopicProduceDataCollection();
        topics.add(new ProduceRequestData.TopicProduceData()
                .setName("t")
                .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                        .setRecords(MemoryRecords.readableRecords(batch)))));
        var request = new ProduceRequestData()
                .setAcks((short) -1)
                .setTimeoutMs(10_000)
                .setTopicData(topics);
        ProduceResponseData response = (ProduceResponseData) call(ApiKeys.PRODUCE, (short) 9, request);
        return response.responses().iterator().next().partitionResponses().get(0);
    }

    private ApiMessage call(ApiKeys api, int version, ApiMessage request) throws IOException {
        return WireTest.call(broker.port(), api, version, request);
    }
}
