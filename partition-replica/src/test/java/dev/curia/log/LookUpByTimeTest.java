package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.io.NioFileSystem;
import dev.curia.testkit.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records by time against a plain list, with times in any order, records deleted within a batch, and readers that may not see the end. */
class LookUpByTimeTest {
    private record Stored(long offset, long time, int epoch) {}

    @TempDir
    Path dir;

    @Test
    void theNewestRecordIsOneThatAReaderMayHave() throws IOException {
        try (LogFixture fixture = new LogFixture(dir)) {
            for (long time : new long[] {9, 1, 5, 3, 7}) fixture.append(LogFixture.batchAt(time, "v"));
            assertThat(fixture.log.offsetOfMaxTimestamp(99)).hasValue(new TimestampOffset(0, 9, 0));
            fixture.log.incrementLogStartOffset(1);
            assertThat(fixture.log.offsetOfMaxTimestamp(99)).as("0 is deleted").hasValue(new TimestampOffset(4, 7, 0));
            assertThat(fixture.log.offsetOfMaxTimestamp(4))
                    .as("4 is not committed")
                    .hasValue(new TimestampOffset(2, 5, 0));
            fixture.log.incrementLogStartOffset(5);
            assertThat(fixture.log.offsetOfMaxTimestamp(99)).isEmpty();
        }
    }

    @Test
    void recordsWithoutATimeAreNeverFoundAndNotIndexed() throws IOException {
        try (LogFixture fixture =
                new LogFixture(dir, new NioFileSystem(), LogFixture.config("index.interval.bytes", "100"))) {
            for (int segment = 0; segment < 2; segment++) {
                for (int i = 0; i < 10; i++) fixture.append(LogFixture.batchAt(-1, "timeless"));
                fixture.log.roll();
            }
            assertThat(fixture.file("00000000000000000000.timeindex")).isEmptyFile();
            assertThat(fixture.file("00000000000000000010.timeindex")).isEmptyFile();
            assertThat(fixture.log.offsetForTimestamp(0, 99)).isEmpty();
            assertThat(fixture.log.offsetOfMaxTimestamp(99)).isEmpty();

            for (int i = 0; i < 5; i++) fixture.append(LogFixture.batchAt(-1, "timeless"));
            fixture.append(LogFixture.batchAt(7, "timed"));
            for (int i = 0; i < 5; i++) fixture.append(LogFixture.batchAt(-1, "timeless"));
            for (int restarts = 0; restarts < 3; restarts++) {
                assertThat(fixture.log.offsetForTimestamp(0, 99)).hasValue(new TimestampOffset(25, 7, 0));
                assertThat(fixture.log.offsetOfMaxTimestamp(99)).hasValue(new TimestampOffset(25, 7, 0));
                if (restarts == 0) fixture.crash();
                else fixture.restart();
            }
            fixture.log.roll();
            assertThat(fixture.file("00000000000000000020.timeindex")).hasSize(12);
        }
    }

    @Test
    void timesAreFoundAsInAList() {
        Check.forAll(60, SplittableRandom::split, random -> {
            Path path = Files.createTempDirectory(dir, "log");
            try (LogFixture fixture = new LogFixture(
                    path,
                    new NioFileSystem(),
                    LogFixture.config("index.interval.bytes", Integer.toString(random.nextInt(1, 400))))) {
                List<Stored> twin = new ArrayList<>();
                List<Long> boundaries = new ArrayList<>(List.of(0L));
                for (int i = 0; i < 40; i++) {
                    if (random.nextInt(8) == 0) fixture.log.roll();
                    append(fixture, twin, random);
                    boundaries.add(fixture.log.logEndOffset());
                    if (random.nextInt(6) == 0) {
                        fixture.log.incrementLogStartOffset(random.nextLong(fixture.log.logEndOffset()));
                    }
                    check(fixture.log, twin, boundaries.get(random.nextInt(boundaries.size())), random);
                }
            }
        });
    }

    private static void append(LogFixture fixture, List<Stored> twin, SplittableRandom random) {
        int epoch = random.nextInt(3) + fixture.log.lastEpoch().orElse(0);
        SimpleRecord[] records = new SimpleRecord[random.nextInt(1, 6)];
        boolean timeless = random.nextInt(3) == 0;
        for (int i = 0; i < records.length; i++) {
            long time = timeless ? -1 : random.nextInt(100);
            records[i] = new SimpleRecord(time, new byte[random.nextInt(50)]);
            twin.add(new Stored(fixture.log.logEndOffset() + i, time, epoch));
        }
        Compression codec =
                random.nextBoolean() ? Compression.NONE : Compression.gzip().build();
        fixture.append(MemoryRecords.withRecords(codec, records).buffer(), epoch);
    }

    private static void check(PartitionLog log, List<Stored> twin, long bound, SplittableRandom random) {
        List<Stored> visible = twin.stream()
                .filter(r -> r.offset() >= log.logStartOffset() && r.offset() < bound && r.time() >= 0)
                .toList();
        assertThat(log.offsetOfMaxTimestamp(bound))
                .isEqualTo(answer(visible.stream()
                        .max(Comparator.comparingLong(Stored::time).thenComparing(r -> -r.offset()))));
        long time = random.nextInt(110);
        assertThat(log.offsetForTimestamp(time, bound))
                .isEqualTo(answer(visible.stream().filter(r -> r.time() >= time).findFirst()));
    }

    private static Optional<TimestampOffset> answer(Optional<Stored> record) {
        return record.map(r -> new TimestampOffset(r.offset(), r.time(), r.epoch()));
    }
}
