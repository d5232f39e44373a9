package dev.curia.log;

import static dev.curia.log.LogFixture.batch;
import static dev.curia.log.LogFixture.config;
import static dev.curia.log.LogFixture.idempotent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.inspect.Finding;
import dev.curia.log.inspect.LogTree;
import dev.curia.log.inspect.LogVerifier;
import dev.curia.log.inspect.PartitionFiles;
import dev.curia.log.inspect.PartitionSummary;
import dev.curia.log.io.NioFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apache Kafka's own code reads what a log leaves on disk. */
class KafkaFormatTest {
    /** Kafka's tools with all they need, put there by the build. */
    private static final Path TOOLS = Path.of("target", "kafka-tools");

    @TempDir
    Path path;

    private Path directory;

    @BeforeEach
    void writeALog() throws IOException {
        try (LogFixture fixture = new LogFixture(path, new NioFileSystem(), config("index.interval.bytes", "500"))) {
            directory = fixture.log.directory();
            for (int i = 0; i < 60; i++) fixture.append(idempotent(5, 0, i, "v" + i + "x".repeat(300)), i / 25);
            var marker = MemoryRecords.withEndTransactionMarker(
                    0, LogFixture.NOW, 0, 5, (short) 1, new EndTransactionMarker(ControlRecordType.COMMIT, 3));
            fixture.log.appendAsLeader(marker.buffer(), 2, AppendOrigin.COORDINATOR, LogFixture.NOW);
            fixture.log.roll();
            for (int i = 0; i < 40; i++) fixture.append(batch("w" + i + "y".repeat(200), "z"), 3);
            fixture.log.truncateTo(101);
            fixture.crash();
            assertThat(fixture.append(batch("after"), 4).firstOffset()).isEqualTo(101);
            fixture.stop();
        }
    }

    @Test
    void kafkasClientReadsEverySegment() throws IOException {
        long expected = 0;
        for (Path segment : files(".log")) {
            try (FileRecords records = FileRecords.open(segment.toFile(), false)) {
                for (FileChannelRecordBatch batch : records.batches()) {
                    batch.ensureValid();
                    assertThat(batch.baseOffset()).isEqualTo(expected);
                    expected = batch.nextOffset();
                }
                assertThat(records.sizeInBytes()).isEqualTo((int) Files.size(segment));
            }
        }
        assertThat(expected).isEqualTo(102);
    }

    @Test
    void dumpLogSegmentsFindsNothingWrong() throws Exception {
        List<Path> all = Stream.of(".log", ".index", ".timeindex", ".snapshot")
                .flatMap(suffix -> files(suffix).stream())
                .toList();
        String checked = dump("--index-sanity-check", all);
        for (Path index : files("index")) assertThat(checked).contains(index + " passed sanity check.");
        assertThat(checked).contains("producerId: 5");

        String verified = dump("--verify-index-only", all);
        assertThat(verified).contains("Dumping " + all.get(0)).doesNotContainIgnoringCase("mismatch");
        assertThat(verified).doesNotContain("out of order", "Exception", "not found", "Non-consecutive");
    }

    @Test
    void ourVerifierFindsNothingWrongEither() throws IOException {
        assertThat(findings()).isEmpty();
    }

    @Test
    void dumpLogSegmentsAndOurVerifierFindADamagedIndex() throws Exception {
        Path index = files(".index").get(0);
        byte[] bytes = Files.readAllBytes(index);
        bytes[11] ^= 1; // the second entry's offset
        Files.write(index, bytes);
        assertThat(dump("--verify-index-only", List.of(index))).containsIgnoringCase("mismatch");
        assertThat(findings()).extracting(Finding::problem).containsOnly("offset-index");
    }

    private List<Finding> findings() throws IOException {
        return findings(path);
    }

    private static List<Finding> findings(Path logs) throws IOException {
        List<Finding> findings = new ArrayList<>();
        LogVerifier.Sink sink = new LogVerifier.Sink() {
            @Override
            public void finding(@Nullable PartitionFiles partition, Finding finding) {
                findings.add(finding);
            }

            @Override
            public void partition(PartitionSummary summary) {}
        };
        NioFileSystem files = new NioFileSystem();
        new LogVerifier(files, new LogVerifier.Options(true, false), sink, bytes -> {}).verify(LogTree.of(files, logs));
        return findings;
    }

    @Test
    void dumpLogSegmentsReadsProducersAndAbortedTransactions() throws Exception {
        try (LogFixture fixture = new LogFixture(path.resolve("transactions"))) {
            directory = fixture.log.directory();
            fixture.append(transactional(7, 0, "a", "b"));
            fixture.append(transactional(8, 0, "c"));
            end(fixture, 7, ControlRecordType.ABORT);
            fixture.log.roll();
            fixture.append(transactional(9, 0, "d"));
            end(fixture, 9, ControlRecordType.COMMIT);
            end(fixture, 8, ControlRecordType.ABORT);
            fixture.append(transactional(8, 1, "e"));
            fixture.stop();
        }
        assertThat(files(".txnindex")).hasSize(2);
        assertThat(dump("--deep-iteration", files(".txnindex")))
                .contains("version: 0 producerId: 7 firstOffset: 0 lastOffset: 3 lastStableOffset: 2")
                .contains("version: 0 producerId: 8 firstOffset: 2 lastOffset: 6 lastStableOffset: 7");
        String[] snapshots = dump("--deep-iteration", files(".snapshot")).split("Dumping ", -1);
        assertThat(snapshots[1])
                .contains(
                        "producerId: 7 producerEpoch: 0 coordinatorEpoch: 4 currentTxnFirstOffset: OptionalLong.empty")
                .contains(
                        "producerId: 8 producerEpoch: 0 coordinatorEpoch: -1 currentTxnFirstOffset: OptionalLong[2] ");
        assertThat(snapshots[2])
                .contains(
                        "producerId: 9 producerEpoch: 0 coordinatorEpoch: 4 currentTxnFirstOffset: OptionalLong.empty")
                .contains("producerId: 8 producerEpoch: 0 coordinatorEpoch: 4 currentTxnFirstOffset: OptionalLong[7] ");
    }

    @Test
    void recordsWithoutATimeAreNothingToComplainAbout() throws Exception {
        Path timeless = path.resolve("timeless");
        try (LogFixture fixture =
                new LogFixture(timeless, new NioFileSystem(), config("index.interval.bytes", "100"))) {
            directory = fixture.log.directory();
            for (int i = 0; i < 10; i++) fixture.append(LogFixture.batchAt(-1, "no time"));
            fixture.log.roll();
            for (int i = 0; i < 10; i++) fixture.append(LogFixture.batchAt(i == 5 ? 9 : -1, "mostly none"));
            fixture.stop();
        }
        List<Path> indexes = Stream.of(".index", ".timeindex")
                .flatMap(suffix -> files(suffix).stream())
                .toList();
        String checked = dump("--index-sanity-check", indexes);
        for (Path index : indexes) assertThat(checked).contains(index + " passed sanity check.");
        assertThat(dump("--verify-index-only", indexes))
                .doesNotContainIgnoringCase("mismatch")
                .doesNotContain("timestamp: -1", "out of order", "Exception", "not found");
        assertThat(findings(timeless)).isEmpty();
    }

    private static ByteBuffer transactional(long producer, int sequence, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(LogFixture.NOW, null, values[i].getBytes(StandardCharsets.UTF_8));
        }
        return MemoryRecords.withTransactionalRecords(Compression.NONE, producer, (short) 0, sequence, records)
                .buffer();
    }

    private static void end(LogFixture fixture, long producer, ControlRecordType type) {
        var marker = MemoryRecords.withEndTransactionMarker(
                0, LogFixture.NOW, 0, producer, (short) 0, new EndTransactionMarker(type, 4));
        fixture.log.appendAsLeader(marker.buffer(), 0, AppendOrigin.COORDINATOR, LogFixture.NOW);
    }

    private List<Path> files(String suffix) {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String dump(String mode, List<Path> files) throws Exception {
        assertThat(TOOLS)
                .as("copied by the build, phase process-test-resources")
                .isDirectory();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", TOOLS + "/*", "org.apache.kafka.tools.DumpLogSegments", mode, "--files"));
        command.add(files.stream().map(Path::toString).collect(Collectors.joining(",")));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
