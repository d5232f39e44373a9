package dev.curia.log;

import static dev.curia.log.LogFixture.NOW;
import static dev.curia.log.LogFixture.batchAt;
import static dev.curia.log.LogFixture.idempotent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.inspect.Finding;
import dev.curia.log.inspect.LogTree;
import dev.curia.log.inspect.LogVerifier;
import dev.curia.log.inspect.PartitionFiles;
import dev.curia.log.inspect.PartitionSummary;
import dev.curia.log.inspect.Severity;
import dev.curia.log.io.FaultyFileSystem;
import dev.curia.log.io.NioFileSystem;
import dev.curia.testkit.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of damage is reported, or is none: then the log opens and reads as if nothing had been changed. */
class LogVerifierTest {
    private static final LogConfig CONFIG =
            LogFixture.config("index.interval.bytes", "150", "file.delete.delay.ms", "0");
    private static final LogVerifier.Options ALL = new LogVerifier.Options(true, false);

    /**
     * What these files say could be true whatever it is: whose the directory is, to which topic it belongs, from where it is read, what was
     * committed. Damage that leaves them in their format cannot be told; a broker tells some of it, from what it knows elsewhere.
     */
    private static final List<String> BELIEVED = List.of(
            "meta.properties",
            "partition.metadata",
            "log-start-offset-checkpoint",
            "replication-offset-checkpoint",
            ".kafka_cleanshutdown");

    @TempDir
    Path temporary;

    private Path directory;
    private Path partition;
    private Map<Path, byte[]> contents = new TreeMap<>();
    private Served served;

    /** Everything a reader can see of a log. */
    private record Served(List<String> records, List<String> lookUps) {}

    @BeforeEach
    void writeALog() throws IOException {
        directory = Files.createDirectory(temporary.resolve("logs"));
        try (LogFixture fixture = new LogFixture(directory, new NioFileSystem(), CONFIG)) {
            partition = fixture.log.directory();
            fixture.append(batchAt(NOW + 10, "a", "b"), 0);
            for (int i = 0; i < 4; i++) fixture.append(idempotent(5, 0, i, "p" + i + "-".repeat(20)), i / 2);
            fixture.log.roll();
            fixture.append(transactional(9, 0, "t0", "t1"), 2);
            fixture.append(transactional(11, 0, "u0"), 2);
            fixture.append(batchAt(NOW + 5, "c"), 2);
            mark(fixture, 9, ControlRecordType.ABORT);
            fixture.append(idempotent(5, 0, 4, "q"), 2);
            mark(fixture, 11, ControlRecordType.COMMIT);
            fixture.log.roll();
            for (int i = 0; i < 3; i++) fixture.append(batchAt(NOW + 20 + i, "d" + i + "+".repeat(40)), 4);
            fixture.append(transactional(9, 2, "open"), 4);
            fixture.directory().checkpointHighWatermarks(Map.of(LogFixture.NAME, fixture.log.logEndOffset()));
            fixture.stop();
        }
        contents = read(directory);
        served = serve();
    }

    @Test
    void nothingIsWrongWithACleanLog() throws IOException {
        List<Finding> findings = new ArrayList<>();
        PartitionSummary total = verify(directory, ALL, findings);
        assertThat(findings).isEmpty();
        assertThat(total.segments()).isEqualTo(3);
        assertThat(total.batches()).isEqualTo(15);
        assertThat(total.records()).isEqualTo(17);
        assertThat(total.bytes())
                .isEqualTo(contents.entrySet().stream()
                        .filter(file -> file.getKey().toString().endsWith(".log"))
                        .mapToLong(file -> file.getValue().length)
                        .sum());
        assertThat(read(directory).keySet()).as("nothing is changed").isEqualTo(contents.keySet());
        for (Path file : contents.keySet()) assertThat(Files.readAllBytes(file)).isEqualTo(contents.get(file));
        assertThat(partition.resolve("00000000000000000006.txnindex")).exists();
    }

    @Test
    void everyFlippedBitIsReportedOrDoesNoHarm() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        int reported = 0;
        for (Map.Entry<Path, byte[]> file : contents.entrySet()) {
            for (int at = random.nextInt(2); at < file.getValue().length; at += 1 + random.nextInt(2)) {
                byte[] bytes = file.getValue().clone();
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                Files.write(file.getKey(), bytes);
                if (reportedOrHarmless(file.getKey() + " byte " + at, file.getKey())) reported++;
                restore();
            }
        }
        assertThat(reported).isGreaterThan(1000);
    }

    @Test
    void everyShortenedFileIsReportedOrDoesNoHarm() throws IOException {
        for (Map.Entry<Path, byte[]> file : contents.entrySet()) {
            int step = file.getKey().toString().endsWith(".log") ? 11 : 2;
            for (int length = 0; length < file.getValue().length; length += step) {
                Files.write(file.getKey(), Arrays.copyOf(file.getValue(), length));
                reportedOrHarmless(file.getKey() + " cut to " + length, file.getKey());
                restore();
            }
        }
    }

    @Test
    void everyOverwrittenRangeIsReportedOrDoesNoHarm() {
        Check.forAll(200, SplittableRandom::nextLong, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            List<Path> files = List.copyOf(contents.keySet());
            Path file = files.get(random.nextInt(files.size()));
            byte[] bytes = Files.readAllBytes(file);
            if (bytes.length == 0) return;
            int from = random.nextInt(bytes.length);
            int length = 1 + random.nextInt(bytes.length - from);
            switch (random.nextInt(3)) {
                case 0 -> java.util.Arrays.fill(bytes, from, from + length, (byte) 0);
                case 1 ->
                    System.arraycopy(bytes.clone(), random.nextInt(bytes.length - length + 1), bytes, from, length);
                default -> {
                    byte[] noise = new byte[length];
                    random.nextBytes(noise);
                    System.arraycopy(noise, 0, bytes, from, length);
                }
            }
            Files.write(file, bytes);
            reportedOrHarmless(file + " from " + from + ", " + length + " bytes", file);
            restore();
        });
    }

    @Test
    void everyRemovedOrSwappedFileIsReportedOrDoesNoHarm() throws IOException {
        for (Path file : contents.keySet()) {
            Files.delete(file);
            reportedOrHarmless(file + " removed", file);
            restore();
            for (Path other : contents.keySet()) {
                boolean sameKind = suffix(file).equals(suffix(other)) && file.compareTo(other) < 0;
                if (!sameKind || !file.startsWith(partition)) continue;
                Path aside = file.resolveSibling("aside");
                Files.move(file, aside);
                Files.move(other, file);
                Files.move(aside, other);
                reportedOrHarmless(file + " swapped with " + other, file);
                restore();
            }
        }
    }

    @Test
    void damageInFlushedRecordsIsTakenApartFromAnUnflushedEnd() throws IOException {
        Files.delete(directory.resolve(".kafka_cleanshutdown"));
        Path log = partition.resolve("00000000000000000013.log");
        byte[] whole = Files.readAllBytes(log);
        int flushedBytes = ByteBuffer.wrap(whole).getInt(8) + 12;
        Files.writeString(directory.resolve("recovery-point-offset-checkpoint"), "0\n1\norders 0 14\n");
        for (int at = 0; at < whole.length; at++) {
            byte[] bytes = whole.clone();
            bytes[at] ^= 0x41;
            Files.write(log, bytes);
            List<Finding> findings = new ArrayList<>();
            verify(directory, ALL, findings);
            Severity worst = findings.stream()
                    .map(Finding::severity)
                    .max(Severity::compareTo)
                    .orElse(Severity.NOTE);
            if (at < flushedBytes) {
                assertThat(worst).as("at %s %s", at, findings).isEqualTo(Severity.DAMAGE);
                assertThat(findings).anySatisfy(finding -> {
                    assertThat(finding.file()).isEqualTo(log);
                    assertThat(finding.position()).isBetween(0L, (long) flushedBytes);
                });
            } else {
                assertThat(worst).as("at %s %s", at, findings).isLessThan(Severity.DAMAGE);
            }
        }
    }

    @Test
    void zerosAtTheEndAreCommonAfterACrashOnly() throws IOException {
        Path log = partition.resolve("00000000000000000013.log");
        byte[] records = Files.readAllBytes(log);
        Files.write(log, Arrays.copyOf(records, records.length + 1_000));
        List<Finding> findings = new ArrayList<>();
        verify(directory, ALL, findings);
        assertThat(findings)
                .as("stopped cleanly")
                .anySatisfy(finding -> assertThat(finding.severity()).isEqualTo(Severity.DAMAGE));

        Files.delete(directory.resolve(".kafka_cleanshutdown"));
        Files.writeString(directory.resolve("recovery-point-offset-checkpoint"), "0\n1\norders 0 14\n");
        findings.clear();
        PartitionSummary total = verify(directory, ALL, findings);
        assertThat(total.repairs() + total.damages()).as("%s", findings).isZero();
        assertThat(findings).anySatisfy(finding -> {
            assertThat(finding.problem()).isEqualTo("zero-end");
            assertThat(finding.message()).contains("1000 bytes are zero");
        });

        Files.write(log, new byte[1], StandardOpenOption.APPEND);
        Files.write(log, records, StandardOpenOption.APPEND);
        findings.clear();
        total = verify(directory, ALL, findings);
        assertThat(total.repairs()).as("%s", findings).isPositive();
    }

    @Test
    void batchesBehindDamageAreFoundAgain() throws IOException {
        Path log = partition.resolve("00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(log);
        int second = ByteBuffer.wrap(bytes).getInt(8) + 12;
        bytes[second + 8] = 0x7f; // the length of the second batch
        Files.write(log, bytes);
        List<Finding> findings = new ArrayList<>();
        PartitionSummary total = verify(directory, ALL, findings);
        assertThat(total.batches()).isEqualTo(14);
        assertThat(findings).hasSize(1);
        assertThat(findings.get(0).problem()).isEqualTo("no-batch");
        assertThat(findings.get(0).position()).isEqualTo(second);
    }

    @Test
    void recordsThatCannotBeDecodedAreFoundOnDemand() throws IOException {
        Path log = partition.resolve("00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(log);
        int size = ByteBuffer.wrap(bytes).getInt(8) + 12;
        bytes[61] = 2; // the first record's length
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(bytes, 21, size - 21);
        ByteBuffer.wrap(bytes).putInt(17, (int) crc.getValue());
        Files.write(log, bytes);
        List<Finding> findings = new ArrayList<>();
        verify(directory, new LogVerifier.Options(false, false), findings);
        assertThat(findings).isEmpty();
        verify(directory, ALL, findings);
        assertThat(findings).hasSize(1);
        assertThat(findings.get(0).problem()).isEqualTo("bad-batch");
    }

    @Test
    void gapsAreDamageUnlessTheLogIsCompacted() throws IOException {
        Files.delete(partition.resolve("00000000000000000006.log"));
        for (String kind : List.of(".index", ".timeindex", ".txnindex")) {
            Files.delete(partition.resolve("00000000000000000006" + kind));
        }
        List<Finding> findings = new ArrayList<>();
        verify(directory, ALL, findings);
        assertThat(findings).extracting(Finding::problem).containsExactly("offset-gap");
        findings.clear();
        verify(directory, new LogVerifier.Options(true, true), findings);
        assertThat(findings).isEmpty();
        Files.writeString(directory.resolve("cleaner-offset-checkpoint"), "0\n1\norders 0 13\n");
        verify(directory, ALL, findings);
        assertThat(findings).isEmpty();
    }

    @Test
    void anUnfinishedSwapIsNoDamage() throws IOException {
        for (String kind : List.of(".log", ".index", ".timeindex", ".txnindex")) {
            Path file = partition.resolve("00000000000000000000" + kind);
            if (Files.exists(file)) Files.move(file, partition.resolve("00000000000000000000" + kind + ".swap"));
        }
        List<Finding> findings = new ArrayList<>();
        verify(directory, ALL, findings);
        assertThat(findings).extracting(Finding::severity).containsOnly(Severity.NOTE);
        assertThat(findings).extracting(Finding::problem).contains("unfinished-swap");
        assertThat(serve()).as("the next start finishes it").isEqualTo(served);
    }

    /** Whatever a broker does to its log, and however it stops: nothing that it leaves behind looks damaged. */
    @Test
    void noBrokerLeavesDamage() {
        Check.forAll(30, SplittableRandom::nextLong, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            FaultyFileSystem files = new FaultyFileSystem(random.split());
            Path run = Files.createTempDirectory(temporary, "run");
            try (LogFixture fixture = new LogFixture(run, files, CONFIG)) {
                fixture.log.flush();
                int[] sequence = new int[1];
                int epoch = 0;
                for (int i = 0; i < 40; i++) {
                    epoch += random.nextInt(6) == 0 ? 1 : 0;
                    step(fixture, files, epoch, sequence, random);
                }
            }
        });
    }

    private static void step(
            LogFixture fixture, FaultyFileSystem files, int epoch, int[] sequence, SplittableRandom random)
            throws IOException {
        switch (random.nextInt(14)) {
            case 0 -> fixture.log.flush();
            case 1 -> fixture.directory().checkpoint();
            case 2 -> fixture.log.roll();
            case 3 -> {
                fixture.log.truncateTo(Math.max(0, fixture.log.logEndOffset() - random.nextInt(6)));
                sequence[0] = -1000;
            }
            case 4 -> {
                fixture.log.incrementLogStartOffset(random.nextLong(fixture.log.logEndOffset() + 1));
                fixture.log.applyRetention(fixture.log.logEndOffset(), NOW);
            }
            case 5 -> stop(fixture, files, 0);
            case 6 -> stop(fixture, files, 1);
            case 7 -> stop(fixture, files, 2);
            case 8 -> fixture.log.startLeaderEpoch(epoch);
            case 9 -> {
                if (sequence[0] >= 0) fixture.append(idempotent(5, 0, sequence[0]++, "p"), epoch);
            }
            default -> fixture.append(batchAt(NOW - random.nextInt(50), "v" + "x".repeat(random.nextInt(80))), epoch);
        }
        assertThat(fixture.failures).isEmpty();
    }

    private static void stop(LogFixture fixture, FaultyFileSystem files, int kind) throws IOException {
        if (kind == 0) fixture.stop();
        else fixture.close();
        if (kind == 2) files.powerLoss();
        List<Finding> findings = new ArrayList<>();
        PartitionSummary total = verify(fixture.path, ALL, findings);
        assertThat(total.damages()).as("%s", findings).isZero();
        if (kind < 2) assertThat(total.repairs()).as("%s", findings).isZero();
        fixture.reopen();
    }

    /** @return whether it was reported */
    private boolean reportedOrHarmless(String what, Path file) throws IOException {
        List<Finding> findings = new ArrayList<>();
        PartitionSummary total = verify(directory, ALL, findings);
        if (total.damages() + total.repairs() > 0) return true;
        if (BELIEVED.contains(String.valueOf(file.getFileName()))) return false;
        assertThat(serve()).as("not reported: %s, %s", what, findings).isEqualTo(served);
        return false;
    }

    private Served serve() throws IOException {
        try (LogFixture fixture = new LogFixture(directory, new NioFileSystem(), CONFIG)) {
            PartitionLog log = fixture.log;
            List<String> lookUps = new ArrayList<>();
            for (long time = NOW - 1; time < NOW + 25; time++) {
                lookUps.add("time " + time + " " + log.offsetForTimestamp(time, Long.MAX_VALUE));
            }
            lookUps.add("newest " + log.offsetOfMaxTimestamp(Long.MAX_VALUE));
            for (int epoch = 0; epoch < 6; epoch++) lookUps.add("epoch " + epoch + " " + log.endOffsetForEpoch(epoch));
            lookUps.add("aborted " + log.abortedTransactions(0, log.logEndOffset()));
            lookUps.add("stable " + log.lastStableOffset(log.logEndOffset()));
            lookUps.add("start " + log.logStartOffset());
            for (int i = 0; i <= 5; i++) {
                AppendInfo again = fixture.append(idempotent(5, 0, i, "again"), 9);
                lookUps.add(
                        "sequence " + i + " " + again.error() + " " + again.duplicate() + " " + again.firstOffset());
                if (again.ok() && !again.duplicate()) log.truncateTo(again.firstOffset());
            }
            List<String> records = fixture.records();
            assertThat(fixture.failures).isEmpty();
            return new Served(records, lookUps);
        } finally {
            restore();
        }
    }

    private static PartitionSummary verify(Path path, LogVerifier.Options options, List<Finding> findings)
            throws IOException {
        LogVerifier.Sink sink = new LogVerifier.Sink() {
            @Override
            public void finding(@Nullable PartitionFiles files, Finding finding) {
                findings.add(finding);
            }

            @Override
            public void partition(PartitionSummary summary) {}
        };
        NioFileSystem files = new NioFileSystem();
        return new LogVerifier(files, options, sink, bytes -> {}).verify(LogTree.of(files, path));
    }

    private void restore() throws IOException {
        for (Path file : read(directory).keySet()) if (!contents.containsKey(file)) Files.delete(file);
        for (Map.Entry<Path, byte[]> file : contents.entrySet()) {
            boolean same = Files.exists(file.getKey())
                    && java.util.Arrays.equals(Files.readAllBytes(file.getKey()), file.getValue());
            if (!same) Files.write(file.getKey(), file.getValue());
        }
    }

    private static Map<Path, byte[]> read(Path directory) throws IOException {
        Map<Path, byte[]> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith(".lock")) found.put(file, Files.readAllBytes(file));
            }
        }
        return found;
    }

    private static String suffix(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(Math.max(0, name.lastIndexOf('.')));
    }

    private static ByteBuffer transactional(long producerId, int sequence, String... values) {
        SimpleRecord[] records = Stream.of(values)
                .map(value -> new SimpleRecord(NOW, null, value.getBytes(StandardCharsets.UTF_8)))
                .toArray(SimpleRecord[]::new);
        return MemoryRecords.withTransactionalRecords(Compression.NONE, producerId, (short) 0, sequence, records)
                .buffer();
    }

    private static void mark(LogFixture fixture, long producerId, ControlRecordType type) {
        ByteBuffer marker = MemoryRecords.withEndTransactionMarker(
                        0, NOW, 0, producerId, (short) 0, new EndTransactionMarker(type, 3))
                .buffer();
        assertThat(fixture.log
                        .appendAsLeader(marker, 2, AppendOrigin.COORDINATOR, NOW)
                        .ok())
                .isTrue();
    }
}
