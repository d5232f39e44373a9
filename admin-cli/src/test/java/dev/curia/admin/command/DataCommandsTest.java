package dev.curia.admin.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.data.v1.Acks;
import dev.curia.proto.data.v1.Compression;
import dev.curia.proto.data.v1.Record;
import dev.curia.proto.group.v1.GroupOffset;
import dev.curia.proto.group.v1.ResetOffsetsRequest;
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
        // Unknown when the time ends while an attempt is under way.
        assertThat(run.exitCode()).isIn(ExitCode.UNREACHABLE, ExitCode.OUTCOME_UNKNOWN);
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
    void consumeStartsAtATime() {
        cluster.addTopic("t", 2);
        for (int minute = 0; minute < 4; minute++) {
            cluster.log("t", minute % 2)
                    .add(Record.newBuilder()
                            .setOffset(minute / 2)
                            .setTimestampMs(minute * 60_000L)
                            .setValue(ByteString.copyFromUtf8("minute " + minute))
                            .build());
        }
        assertThat(curia("", "consume", "t", "--timestamp", "1970-01-01T00:02:00Z", "--exit-at-end")
                        .rawText()
                        .lines())
                .containsExactlyInAnyOrder("minute 2", "minute 3");
        assertThat(curia("", "consume", "t", "--timestamp", "15m", "--exit-at-end")
                        .rawText())
                .as("nothing is so new: from the end on")
                .isEmpty();
        assertThat(curia("", "consume", "t", "--timestamp", "noon").err())
                .contains("'noon'")
                .contains("2026-05-01T10:00:00Z");
        assertThat(curia("", "consume", "t", "--timestamp", "1h", "-b").err()).contains("exclude each other");
    }

    @Test
    void consumeWritesOnlyWhatIsLookedFor() {
        cluster.addTopic("t", 1);
        curia("ok 1\nfailed 2\nok 3\nfailed 4\nfailed 5\n", "produce", "t");
        assertThat(curia("", "consume", "t", "-b", "--filter", "fail.*[24]", "--exit-at-end")
                        .rawText())
                .isEqualTo("failed 2\nfailed 4\n");
        assertThat(curia("", "consume", "t", "-b", "--filter", "^failed", "-n", "1")
                        .rawText())
                .isEqualTo("failed 2\n");
        assertThat(curia("", "consume", "t", "--filter", "(").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void consumeGoesOnWhereTheGroupIsAndCommits() {
        cluster.addTopic("t", 2);
        curia("a\nb\nc\n", "produce", "t", "--partition", "0");
        curia("x\ny\n", "produce", "t", "--partition", "1");
        cluster.groups.offsets.add(offset("t", 0, 1));
        cluster.groups.offsets.add(offset("other", 1, 7));
        Run run = curia("", "consume", "t", "--group", "billing", "-b", "--filter", "[bcx]", "--exit-at-end");
        assertThat(run.rawText().lines()).containsExactlyInAnyOrder("b", "c", "x");
        assertThat(cluster.groups.resets).hasSize(2);
        assertThat(cluster.groups.resets.get(0).getValidateOnly())
                .as("whether it may, before anything is written")
                .isTrue();
        ResetOffsetsRequest commit = cluster.groups.resets.get(1);
        assertThat(commit.getGroup()).isEqualTo("billing");
        assertThat(commit.getTargetsList())
                .extracting(target -> target.getTopic() + "-" + target.getPartition() + " " + target.getOffset())
                .containsExactlyInAnyOrder("t-0 3", "t-1 2");
    }

    @Test
    void aGroupThatIsNewCommitsAndOneThatIsInUseIsLeftAlone() {
        cluster.addTopic("t", 1);
        curia("a\n", "produce", "t");
        cluster.groups.next(ErrorCode.GROUP_ID_NOT_FOUND);
        assertThat(curia("", "consume", "t", "-g", "new", "-b", "-n", "1").rawText())
                .isEqualTo("a\n");
        assertThat(cluster.groups.resets.get(1).getTargets(0).getOffset()).isEqualTo(1);

        cluster.groups.next(ErrorCode.NONE);
        cluster.groups.next(ErrorCode.NON_EMPTY_GROUP);
        Run refused = curia("", "consume", "t", "-g", "billing", "-b", "-n", "1");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.rawText()).isEmpty();
        assertThat(refused.err()).contains("somebody is in it");
        assertThat(curia("", "consume", "t", "-g", "billing").err()).contains("--exit-at-end");
    }

    private static GroupOffset offset(String topic, int partition, long offset) {
        return GroupOffset.newBuilder()
                .setTopic(topic)
                .setPartition(partition)
                .setOffset(offset)
                .build();
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
