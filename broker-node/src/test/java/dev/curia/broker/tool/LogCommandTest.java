package dev.curia.broker.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.SystemClock;
import dev.curia.testkit.ManualClock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code curia log} prints of a segment that Kafka's client has built. */
class LogCommandTest {
    private static final long TIME = 1_700_000_000_000L;
    private static final String SEGMENT = "00000000000000000000.log";

    @TempDir
    Path directory;

    private Path partition;
    private Path log;

    private record Run(int exitCode, String out, String err) {}

    @BeforeEach
    void writeASegment() throws IOException {
        partition = Files.createDirectory(directory.resolve("orders-0"));
        log = partition.resolve(SEGMENT);
        Files.writeString(partition.resolve("partition.metadata"), "version: 0\ntopic_id: TLtZrlW6SXONFjDTNdzLtA");
        Header[] headers = {new RecordHeader("h", bytes("v\n")), new RecordHeader("none", null)};
        write(
                MemoryRecords.withIdempotentRecords(
                        Compression.gzip().build(),
                        7,
                        (short) 1,
                        40,
                        new SimpleRecord(TIME, bytes("key"), bytes("välue"), headers),
                        new SimpleRecord(TIME + 1, null, new byte[] {(byte) 0xff, 'x', 0})),
                0);
        write(
                MemoryRecords.withEndTransactionMarker(
                        2, TIME + 2, 0, 7, (short) 1, new EndTransactionMarker(ControlRecordType.ABORT, 3)),
                2);
    }

    @Test
    void dumpShowsBatchesAndRecords() {
        Run run = run("dump", partition.toString(), "--records");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("Partition orders-0", "topic id      TLtZrlW6SXONFjDTNdzLtA")
                .containsPattern("(?m)^  0 +0-1 +2 +0 +\\d+ +gzip +2023-11-14T22:13:20.001Z +7:1:40-41$")
                .contains("| 0  2023-11-14T22:13:20.000Z  seq 40  key \"key\"  value \"välue\"  header h=\"v\\n\""
                        + "  header none=null")
                .contains("| 1  2023-11-14T22:13:20.001Z  seq 41  value \"\\xffx\\x00\"")
                .contains("7:1 control", "marker: abort coordinatorEpoch 3");
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 120);
        assertThat(run("dump", log.toString(), "--print-data-log", "--format", "hex")
                        .out())
                .contains("key 6b6579", "value ff7800");
        assertThat(run("dump", log.toString(), "-r", "--max-bytes", "3").out()).contains("value \"vä\"… (6 B)");
        assertThat(run("dump", log.toString(), "-r", "--from-offset", "1", "--to-offset", "2")
                        .out())
                .contains("| 1 ")
                .doesNotContain("| 0 ", "marker");
    }

    @Test
    void dumpAsJson() {
        assertThat(run("dump", partition.toString(), "-r", "--json").out().lines())
                .anyMatch(line -> line.contains("\"type\":\"batch\"") && line.contains("\"baseSequence\":40"))
                .contains(
                        "{\"type\":\"record\",\"offset\":0,\"timestamp\":1700000000000,\"sequence\":40,\"key\":\"key\","
                                + "\"value\":\"välue\",\"headers\":[{\"key\":\"h\",\"value\":\"v\\n\"},{\"key\":\"none\",\"value\":null}]}")
                .anyMatch(line -> line.contains("\"valueBase64\":\"/3gA\""))
                .anyMatch(line -> line.contains("\"marker\":\"abort coordinatorEpoch 3\""))
                .allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    }

    @Test
    void dumpShowsDamageAndGoesOn() throws IOException {
        damage(75, 0xff);
        Files.write(log, new byte[300], StandardOpenOption.APPEND);
        Run run = run("dump", partition.toString(), "-r");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("CHECKSUM WRONG", "! no more records: ", "marker: abort", "! 300 bytes at");
    }

    @Test
    void verifyTellsDamageFromWhatCanBeRepaired() throws IOException {
        Run repair = run("verify", partition.toString());
        assertThat(repair.exitCode()).isEqualTo(LogExitCode.REPAIR);
        assertThat(repair.out())
                .contains("no checkpoints: everything counts as flushed")
                .containsPattern("(?m)^orders-0 +1 +2 +3 +\\d+ B +0 to 3 +to repair$")
                .contains("00000000000000000000.index: Is missing.", "nothing that was flushed is damaged");
        assertThat(repair.out().lines()).allMatch(line -> line.length() <= Text.WIDTH);

        damage(70, 1);
        Run damage = run("verify", log.toString());
        assertThat(damage.exitCode()).isEqualTo(LogExitCode.DAMAGE);
        assertThat(damage.out()).contains("DAMAGE 00000000000000000000.log at position 0, offset 0");
        assertThat(run("verify", partition.toString(), "--json", "-q").out().lines())
                .anyMatch(line -> line.contains("\"severity\":\"damage\"") && line.contains("\"position\":0"))
                .anyMatch(line -> line.startsWith("{\"type\":\"total\"") && line.endsWith("\"exitCode\":4}"));
    }

    @Test
    void indexCheckSaysWhatANewIndexWouldCorrect() throws IOException {
        ByteBuffer time = ByteBuffer.allocate(12).putLong(TIME + 2).putInt(2);
        Files.write(partition.resolve("00000000000000000000.timeindex"), time.array());
        Files.write(partition.resolve("00000000000000000000.index"), new byte[0]);
        Run sound = run("index-check", partition.toString());
        assertThat(sound.exitCode()).as(sound.out()).isZero();
        assertThat(sound.out()).contains("all indexes agree with the records");

        Files.write(partition.resolve("00000000000000000000.index"), new byte[] {0, 0, 0, 1, 0, 0, 0, 9, 5});
        Run wrong = run("index-check", partition.toString());
        assertThat(wrong.exitCode()).isEqualTo(LogExitCode.REPAIR);
        assertThat(wrong.out())
                .contains(
                        "WRONG",
                        "Entry for offset 1 points to position 9, where no",
                        "1 bytes at the end are no whole entry");
        assertThat(run("index-check", partition.toString(), "--json").out())
                .contains("\"type\":\"segment\"", "\"wrong\":2", "\"problem\":\"offset-index\"");
    }

    @Test
    void whatCannotBeLookedAtIsExplained() throws IOException {
        Run absent = run("verify", directory.resolve("nowhere").toString());
        assertThat(absent.exitCode()).isEqualTo(LogExitCode.FAILED);
        assertThat(absent.err()).contains("curia: There is no ", "nowhere");
        Path empty = Files.createDirectory(directory.resolve("empty"));
        assertThat(run("dump", empty.toString()).err()).contains("holds no partitions");
        assertThat(run("dump", Files.createFile(directory.resolve("x.txt")).toString())
                        .err())
                .contains("no file of a partition");
        assertThat(run("verify", partition.resolve("partition.metadata").toString())
                        .exitCode())
                .isEqualTo(LogExitCode.USAGE);
        assertThat(run("dump", log.toString(), "--from-offset", "5", "--to-offset", "5")
                        .exitCode())
                .isEqualTo(LogExitCode.USAGE);
        assertThat(run("frobnicate").exitCode()).isEqualTo(LogExitCode.USAGE);
    }

    @Test
    void progressIsForTerminalsOnly() {
        StringWriter screen = new StringWriter();
        ManualClock clock = new ManualClock();
        try (ProgressLine line = new ProgressLine(new PrintWriter(screen), true, clock, 4 << 20)) {
            line.advance(1 << 20);
            assertThat(screen.toString()).as("not before a second has passed").isEmpty();
            clock.advance(java.time.Duration.ofSeconds(2));
            line.advance(1 << 20);
            assertThat(screen.toString()).contains(" 50 %  2.0 MiB of 4.0 MiB  1.0 MiB/s  2 s left");
        }
        assertThat(screen.toString()).endsWith(" \r");
        StringWriter nothing = new StringWriter();
        try (ProgressLine line = new ProgressLine(new PrintWriter(nothing), false, clock, 1)) {
            clock.advance(java.time.Duration.ofSeconds(2));
            line.advance(1);
        }
        assertThat(nothing.toString()).isEmpty();
    }

    private void write(MemoryRecords records, long baseOffset) throws IOException {
        ByteBuffer batch = records.buffer().duplicate();
        batch.putLong(batch.position(), baseOffset);
        batch.putInt(batch.position() + 12, 0);
        byte[] bytes = new byte[batch.remaining()];
        batch.get(bytes);
        Files.write(log, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void damage(int position, int bits) throws IOException {
        byte[] bytes = Files.readAllBytes(log);
        bytes[position] ^= (byte) bits;
        Files.write(log, bytes);
    }

    private static Run run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = LogCommand.commandLine(new SystemClock(), false)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err, true));
        int exitCode = line.execute(arguments);
        return new Run(exitCode, out.toString(), err.toString());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
