package dev.curia.admin.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.data.v1.Acks;
import dev.curia.proto.data.v1.Compression;
import dev.curia.proto.data.v1.Record;
import dev.curia.testkit.Check;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCommandsTest {
    private final FakeCluster cluster = new FakeCluster();

    @AfterEach
    void close() {
        cluster.close();
    }

    private Run curia(byte[] input, String... arguments) {
        String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--server";
        all[arguments.length + 1] = cluster.controllerAddress();
        return Run.curia(input, all);
    }

    private Run curia(String input, String... arguments) {
        return curia(input.getBytes(StandardCharsets.UTF_8), arguments);
    }

    private Run copyOf(String topic) {
        return curia("", "consume", topic, "--from-beginning", "--exit-at-end");
    }

    private List<Record> log(String topic, int partition) {
        return cluster.log(topic, partition);
    }

    private static Status status(ErrorCode code) {
        return Status.newBuilder().setCode(code).setMessage("said the broker").build();
    }

    @Test
    void anyBytesComeBackAsTheyWere() {
        Check.forAll(
                60,
                random -> {
                    byte[] text = new byte[random.nextInt(2_000)];
                    random.nextBytes(text);
                    // Newlines where they matter: at both ends, and twice in a row.
                    for (int i = 0; i < text.length; i++) if (random.nextInt(6) == 0) text[i] = '\n';
                    return ByteString.copyFrom(text);
                },
                text -> {
                    cluster.addTopic("t", 1);
                    assertThat(curia(text.toByteArray(), "produce", "t").exitCode())
                            .isZero();
                    assertThat(ByteString.copyFrom(copyOf("t").raw())).isEqualTo(text);
                });
    }

    @Test
    void largeFileComesBackAsItWas(@TempDir Path directory) throws IOException {
        cluster.addTopic("t", 1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 200_000; i++) text.append("line ").append(i).append("\r\n");
        Path file = Files.writeString(directory.resolve("text"), text);
        Run produce = curia("", "produce", "t", file.toString());
        assertThat(produce.err()).startsWith("Wrote 200000 records (");
        assertThat(copyOf("t").rawText()).isEqualTo(text.toString());
    }

    @Test
    void plainLineHasNeitherKeyNorHeader() {
        cluster.addTopic("t", 1);
        curia("hello\n\n", "produce", "t");
        assertThat(log("t", 0))
                .extracting(record -> record.getValue().toStringUtf8())
                .containsExactly("hello", "");
        assertThat(log("t", 0))
                .allMatch(record -> !record.hasKey() && record.hasValue() && record.getHeadersCount() == 0);
    }

    @Test
    void lineEndHeaderCanBeLeftOut() {
        cluster.addTopic("t", 1);
        curia("hello", "produce", "t", "--no-line-end-header");
        assertThat(log("t", 0).get(0).getHeadersCount()).isZero();
    }

    @Test
    void optionsReachTheBroker() {
        cluster.addTopic("t", 4);
        curia(
                "k1:v1\nk2:NULL\n",
                "produce",
                "t",
                "-k",
                ":",
                "--partition",
                "3",
                "--acks",
                "leader",
                "--compression",
                "zstd",
                "--header",
                "a=1,b=2",
                "--null-marker",
                "NULL");
        assertThat(cluster.produced)
                .allMatch(request -> request.getAcks() == Acks.LEADER
                        && request.getCompression() == Compression.ZSTD
                        && request.getPartition() == 3);
        assertThat(log("t", 3).get(0).getKey().toStringUtf8()).isEqualTo("k1");
        assertThat(log("t", 3).get(0).getHeaders(1).getValue().toStringUtf8()).isEqualTo("2");
        assertThat(log("t", 3).get(1).hasValue()).isFalse();

        Run consume = curia(
                "",
                "consume",
                "t",
                "--partition",
                "3",
                "--offset",
                "1",
                "--exit-at-end",
                "--print-key",
                "--print-offset",
                "--print-partition",
                "--print-headers",
                "--key-separator",
                "|");
        assertThat(consume.rawText()).isEqualTo("3|1|a=1,b=2|k2|null\n");
    }

    @Test
    void keysSpreadOverPartitionsAndKeepTheirOrder() {
        cluster.addTopic("t", 4);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 400; i++)
            text.append("key").append(i % 8).append('=').append(i).append('\n');
        curia(text.toString(), "produce", "t", "-k", "=");
        for (int partition = 0; partition < 4; partition++) {
            List<Record> log = log("t", partition);
            assertThat(log).isNotEmpty();
            for (int key = 0; key < 8; key++) {
                ByteString name = ByteString.copyFromUtf8("key" + key);
                assertThat(log.stream()
                                .filter(record -> record.getKey().equals(name))
                                .map(record ->
                                        Integer.parseInt(record.getValue().toStringUtf8())))
                        .isSorted();
            }
        }
        assertThat(copyOf("t").rawText().lines()).hasSize(400);
    }

    @Test
    void movedLeaderIsLookedUpAndTheBatchSentAgain() {
        cluster.addTopic("t", 1);
        cluster.nextProduceAnswers.add(status(ErrorCode.NOT_LEADER_OR_FOLLOWER));
        cluster.nextProduceAnswers.add(status(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
        Run run = curia("a\nb\n", "produce", "t");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEqualTo("Wrote 2 records (2 bytes) to topic t.\n");
        cluster.nextConsumeAnswers.add(status(ErrorCode.NOT_LEADER_OR_FOLLOWER));
        assertThat(copyOf("t").rawText()).isEqualTo("a\nb\n");
    }

    @Test
    void lostAnswerIsCountedAsPerhapsTwice() {
        cluster.addTopic("t", 1);
        cluster.nextProduceAnswers.add(status(ErrorCode.REQUEST_TIMED_OUT));
        assertThat(curia("a\n", "produce", "t").err()).contains("1 of them perhaps twice");
    }

    @Test
    void tooLargeBatchIsHalvedButNotARecord() {
        cluster.addTopic("t", 1);
        cluster.nextProduceAnswers.add(status(ErrorCode.MESSAGE_TOO_LARGE));
        assertThat(curia("a\nb\nc\n", "produce", "t").exitCode()).isZero();
        assertThat(copyOf("t").rawText()).isEqualTo("a\nb\nc\n");

        cluster.nextProduceAnswers.add(status(ErrorCode.MESSAGE_TOO_LARGE));
        Run run = curia("a\n", "produce", "t");
        assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(run.err()).contains("max.message.bytes").contains("1 not acknowledged");
    }

    @Test
    void unwrittenRecordsEndInAnError() {
        cluster.addTopic("t", 1);
        for (int i = 0; i < 100; i++) cluster.nextProduceAnswers.add(status(ErrorCode.NOT_ENOUGH_REPLICAS));
        Run run = curia("a\n", "produce", "t", "--timeout", "2");
        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err()).contains("gave up on partition 0 of topic t").contains("said the broker");
    }

    @Test
    void unknownTopicPartitionAndFileAreNamed() {
        assertThat(curia("a\n", "produce", "nope").err()).contains("topic nope").contains("curia topics create nope");
        cluster.addTopic("t", 2);
        Run partition = curia("a\n", "produce", "t", "--partition", "9");
        assertThat(partition.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(partition.err()).contains("topic t has no partition 9; it has 2, 0 to 1.");
        assertThat(curia("", "consume", "t", "--partition", "9").exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(curia("", "produce", "t", "/no/such/file").err()).contains("/no/such/file: there is no such file");
        assertThat(curia("a=1\nb\n", "produce", "t", "-k", "=").err()).contains("line 2 has no key");
    }

    @Test
    void consumeStopsWhereTold() {
        cluster.addTopic("t", 1);
        curia("a\nb\nc\n", "produce", "t");
        assertThat(curia("", "consume", "t", "--from-beginning", "--max-messages", "2")
                        .rawText())
                .isEqualTo("a\nb\n");
        assertThat(curia("", "consume", "t", "--from-beginning", "--timeout-ms", "300")
                        .rawText())
                .isEqualTo("a\nb\nc\n");
        assertThat(curia("", "consume", "t", "--exit-at-end").rawText()).isEmpty();
        cluster.nextConsumeAnswers.add(status(ErrorCode.OFFSET_OUT_OF_RANGE));
        Run run = curia("", "consume", "t", "--offset", "99", "--partition", "0");
        assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(run.err()).contains("offset 99 of partition 0").contains("--from-beginning");
    }

    @Test
    void consumeWritesJsonLines() {
        cluster.addTopic("t", 1);
        curia(new byte[] {'k', '=', (byte) 0xff, '\n', 'q', '=', '"', '\n'}, "produce", "t", "-k", "=");
        assertThat(curia("", "consume", "t", "--from-beginning", "--exit-at-end", "--json")
                        .rawText()
                        .lines())
                .containsExactly(
                        "{\"topic\":\"t\",\"partition\":0,\"offset\":0,\"timestamp\":0,\"key\":\"k\",\"valueBase64\":\"/w==\",\"headers\":[]}",
                        "{\"topic\":\"t\",\"partition\":0,\"offset\":1,\"timestamp\":0,\"key\":\"q\",\"value\":\"\\\"\",\"headers\":[]}");
    }
}
