package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Apache Kafka's own tools read what our coordinators write, and look after transactions. */
@Tag("slow")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TransactionToolsTest {
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone()
            .with("transaction.state.log.num.partitions", "1")
            .with("offsets.topic.num.partitions", "1");

    private static final long LONG_AGO = 1_600_000_000_000L;
    private static final TopicPartition PARTITION = new TopicPartition("txn-tools", 0);
    private static final long GHOST = 4_242;
    private static final String COMPLETE_COMMIT = "\"transactionStatus\":4";
    private static final String COMPLETE_ABORT = "\"transactionStatus\":5";

    private static Clients clients() {
        return Clients.of(CLUSTER);
    }

    private static KafkaProducer<byte[], byte[]> producer(String transactionalId) {
        KafkaProducer<byte[], byte[]> producer =
                clients().producer(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId));
        producer.initTransactions();
        return producer;
    }

    private static void begin(KafkaProducer<byte[], byte[]> producer) {
        producer.beginTransaction();
        var unused = producer.send(new ProducerRecord<>(PARTITION.topic(), 0, null, Text.bytes("x")));
        producer.flush();
    }

    /** One transaction that is committed with offsets, and one that is aborted. */
    @BeforeAll
    static void transactions() {
        clients().createTopic(PARTITION.topic(), 1, 1, Map.of("retention.ms", "-1"));
        try (KafkaProducer<byte[], byte[]> producer = producer("done-id");
                KafkaConsumer<byte[], byte[]> consumer =
                        clients().consumer(Map.of(ConsumerConfig.GROUP_ID_CONFIG, "tools-group"))) {
            begin(producer);
            producer.sendOffsetsToTransaction(
                    Map.of(PARTITION, new OffsetAndMetadata(7, "noted")), consumer.groupMetadata());
            producer.commitTransaction();
            begin(producer);
            producer.abortTransaction();
        }
    }

    @Test
    @Order(1)
    @Shows(client = Program.KAFKA_TOOLS, value = "console consumer: formatters of transactions and offsets")
    void kafkasFormattersReadWhatCoordinatorsWrite() {
        assertThat(formatted("__transaction_state", "TransactionLogMessageFormatter", 8))
                .contains("\"transactionalId\":\"done-id\"", "\"topic\":\"txn-tools\"")
                .contains(COMPLETE_COMMIT, COMPLETE_ABORT);
        assertThat(formatted("__consumer_offsets", "OffsetsMessageFormatter", 1))
                .contains("\"group\":\"tools-group\"", "\"topic\":\"txn-tools\"", "\"offset\":7", "noted");
    }

    private static String formatted(String topic, String formatter, int messages) {
        return KafkaTool.run(
                        "org.apache.kafka.tools.consumer.ConsoleConsumer",
                        List.of(
                                "--bootstrap-server",
                                CLUSTER.bootstrapServers(),
                                "--topic",
                                topic,
                                "--from-beginning",
                                "--formatter",
                                "org.apache.kafka.tools.consumer." + formatter,
                                "--max-messages",
                                Integer.toString(messages),
                                "--timeout-ms",
                                "20000"))
                .orFail()
                .text();
    }

    @Test
    @Order(2)
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-dump-log: the transaction log, and offsets with their markers")
    void kafkasDumpDecodesWhatCoordinatorsWrite() {
        Segments transactions =
                Segments.of(CLUSTER, LocalCluster.STANDALONE, new TopicPartition("__transaction_state", 0));
        assertThat(transactions
                        .dump(transactions.logs(), "--transaction-log-decoder")
                        .text())
                .contains("done-id", "txn-tools", COMPLETE_COMMIT, COMPLETE_ABORT);
        Segments offsets = Segments.of(CLUSTER, LocalCluster.STANDALONE, new TopicPartition("__consumer_offsets", 0));
        assertThat(offsets.dump(offsets.logs(), "--offsets-decoder").text())
                .contains("tools-group", "\"offset\":7", "endTxnMarker: COMMIT", "isTransactional: true");
    }

    @Test
    @Order(3)
    @Shows(
            client = Program.KAFKA_TOOLS,
            value = "kafka-transactions: list, describe, describe-producers, force-terminate")
    void kafkaTransactionsShowsAndTerminatesAnOpenTransaction() {
        try (KafkaProducer<byte[], byte[]> producer = producer("open-id")) {
            begin(producer);
            assertThat(tool("list"))
                    .containsPattern("done-id\\s+1\\s+\\d+\\s+CompleteAbort")
                    .containsPattern("open-id\\s+1\\s+\\d+\\s+Ongoing");
            assertThat(tool("describe", "--transactional-id", "open-id")).contains("Ongoing", "txn-tools-0");
            assertThat(tool("describe-producers", "--topic", PARTITION.topic(), "--partition", "0"))
                    .containsPattern("(?m)^\\d+\\s+\\d+\\s+\\S+\\s+0\\s+\\d+\\s+\\d+\\s*$");
            tool("forceTerminateTransaction", "--transactionalId", "open-id");
            awaitStable();
            assertThat(tool("describe", "--transactional-id", "open-id")).doesNotContain("Ongoing");
            assertThat(tool("find-hanging", "--broker-id", "1", "--max-transaction-timeout", "1"))
                    .doesNotContain(PARTITION.topic());
        }
    }

    @Test
    @Order(4)
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-transactions: find-hanging and abort")
    void kafkaTransactionsFindsATransactionThatHangsAndAbortsIt() throws IOException {
        assertThat(hang()).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
        verification("false");
        assertThat(Await.value("a transaction that hangs", Clients.PATIENCE, () -> {
                    Errors error = hang();
                    return error == Errors.INVALID_PRODUCER_ID_MAPPING ? null : error;
                }))
                .isEqualTo(Errors.NONE);
        verification("true");
        String found = tool("find-hanging", "--broker-id", "1");
        assertThat(found).containsPattern("txn-tools\\s+0\\s+" + GHOST + "\\s");
        String start = found.lines()
                .filter(line -> line.startsWith(PARTITION.topic()))
                .map(line -> line.strip().split("\\s+", -1)[5])
                .findFirst()
                .orElseThrow();
        tool("abort", "--topic", PARTITION.topic(), "--partition", "0", "--start-offset", start);
        awaitStable();
    }

    @Test
    @Order(5)
    @Shows(client = Program.KCAT, value = "sends lines in one transaction (of version 1)")
    void kcatSendsItsInputInOneTransaction() {
        clients().createTopic("txn-kcat");
        Kcat kcat = Kcat.forCluster(CLUSTER);
        kcat.produce(Text.bytes("one\ntwo\nthree\n"), "-t", "txn-kcat", "-X", "transactional.id=kcat-id");
        assertThat(kcat.consume("-t", "txn-kcat", "-o", "beginning", "-e", "-X", "isolation.level=read_committed")
                        .text())
                .isEqualTo("one\ntwo\nthree\n");
        assertThat(tool("describe", "--transactional-id", "kcat-id")).contains("CompleteCommit");
    }

    private static void verification(String value) {
        KafkaTool.run(
                        "kafka.admin.ConfigCommand",
                        List.of(
                                "--bootstrap-server",
                                CLUSTER.bootstrapServers(),
                                "--entity-type",
                                "brokers",
                                "--entity-default",
                                "--alter",
                                "--add-config",
                                "transaction.partition.verification.enable=" + value))
                .orFail();
    }

    /** What a client writes that belongs to no transaction its coordinator knows. */
    private static Errors hang() throws IOException {
        short version = 11;
        MemoryRecords batch = MemoryRecords.withTransactionalRecords(
                Compression.NONE, GHOST, (short) 0, 0, new SimpleRecord(LONG_AGO, Text.bytes("ghost")));
        var topics = new ProduceRequestData.TopicProduceDataCollection();
        topics.add(new ProduceRequestData.TopicProduceData()
                .setName(PARTITION.topic())
                .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData().setRecords(batch))));
        ProduceRequestData request = new ProduceRequestData()
                .setTransactionalId("ghost")
                .setAcks((short) -1)
                .setTimeoutMs(10_000)
                .setTopicData(topics);
        RequestHeader header = new RequestHeader(ApiKeys.PRODUCE, version, "raw", 1);
        ByteBuffer head = MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion())
                .buffer();
        ByteBuffer body = MessageUtil.toByteBufferAccessor(request, version).buffer();
        ByteBuffer frame = ByteBuffer.allocate(4 + head.remaining() + body.remaining());
        frame.putInt(head.remaining() + body.remaining()).put(head).put(body);
        try (RawConnection connection = RawConnection.to(CLUSTER.bootstrapServers())) {
            connection.send(frame.array());
            ProduceResponseData answer = (ProduceResponseData)
                    AbstractResponse.parseResponse(connection.receive().orElseThrow(), header)
                            .data();
            return Errors.forCode(answer.responses()
                    .iterator()
                    .next()
                    .partitionResponses()
                    .get(0)
                    .errorCode());
        }
    }

    private static void awaitStable() {
        try (Admin admin = clients().admin()) {
            Await.until(
                    "no open transaction",
                    Clients.PATIENCE,
                    () -> end(admin, IsolationLevel.READ_COMMITTED) == end(admin, IsolationLevel.READ_UNCOMMITTED));
        }
    }

    private static long end(Admin admin, IsolationLevel isolation) {
        return Clients.get(admin.listOffsets(Map.of(PARTITION, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
                        .partitionResult(PARTITION))
                .offset();
    }

    private static String tool(String... command) {
        List<String> arguments = new ArrayList<>(List.of("--bootstrap-server", CLUSTER.bootstrapServers()));
        arguments.addAll(List.of(command));
        return KafkaTool.run("org.apache.kafka.tools.TransactionsCommand", arguments)
                .orFail()
                .text();
    }
}
