package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.epoch.EpochHistory.EpochEnd;
import dev.curia.log.io.NioFileSystem;
import dev.curia.log.segment.Segment;
import dev.curia.testkit.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log against its slow, obvious twin: a list of batches. */
class PartitionLogPropertyTest {
    private static final int RETENTION_BYTES = 2000;
    private static final int RETENTION_MS = 500;
    private static final LogConfig CONFIG = LogFixture.withSegmentBytes(
            LogFixture.config(
                    "index.interval.bytes", "200",
                    "retention.bytes", Integer.toString(RETENTION_BYTES),
                    "retention.ms", Integer.toString(RETENTION_MS)),
            1200);

    @TempDir
    Path path;

    private record Batch(long base, int epoch, long time, List<String> values) {
        long end() {
            return base + values.size();
        }
    }

    @Test
    void agreesWithAListOfBatches() {
        Check.forAll(20, SplittableRandom::nextLong, seed -> {
            Path directory = Files.createTempDirectory(path, "run");
            try (LogFixture fixture = new LogFixture(directory, new NioFileSystem(), CONFIG)) {
                new Run(fixture, new SplittableRandom(seed)).steps(60);
            }
        });
    }

    private static final class Run {
        private final LogFixture fixture;
        private final SplittableRandom random;
        private final List<Batch> twin = new ArrayList<>();
        /** With what retention has dropped since, but not from disk. */
        private final List<Batch> everything = new ArrayList<>();

        private long start;
        private long durableStart;
        private long end;
        private int epoch;
        private int serial;

        Run(LogFixture fixture, SplittableRandom random) {
            this.fixture = fixture;
            this.random = random;
        }

        void steps(int count) throws IOException {
            for (int i = 0; i < count; i++) {
                switch (random.nextInt(14)) {
                    case 0 -> fixture.log.roll();
                    case 1 -> truncate(random.nextLong(Math.max(0, end - 12), end + 2));
                    case 2 -> {
                        fixture.restart();
                        durableStart = start;
                    }
                    case 3 -> crash();
                    case 4 -> fixture.log.flush();
                    case 5 -> {
                        if (random.nextInt(8) == 0) startOver(end + random.nextInt(5));
                    }
                    case 6 -> retain(random.nextLong(start, end + 1));
                    case 7 -> {
                        fixture.directory().checkpoint();
                        durableStart = start;
                        fixture.log.dropSegmentsBeforeStart();
                        fixture.later.runAll();
                    }
                    default -> append();
                }
                check();
            }
        }

        private void append() {
            epoch += random.nextInt(4) == 0 ? 1 : 0;
            int count = random.nextInt(1, 4);
            long time = LogFixture.NOW - random.nextInt(1000);
            List<String> values = new ArrayList<>();
            for (int i = 0; i < count; i++) values.add("v" + serial++ + "x".repeat(random.nextInt(100)));
            AppendInfo info = fixture.append(LogFixture.batchAt(time, values.toArray(new String[0])), epoch);
            assertThat(info.firstOffset()).as(info.message()).isEqualTo(end);
            twin.add(new Batch(end, epoch, time, values));
            everything.add(new Batch(end, epoch, time, values));
            end += count;
        }

        /** A start that was not yet on disk is forgotten, and nothing behind it was dropped. */
        private void crash() throws IOException {
            long first = fixture.log.segments().get(0).baseOffset();
            fixture.crash();
            start = Math.max(durableStart, first);
            twin.clear();
            everything.stream().filter(b -> b.end() > start).forEach(twin::add);
        }

        private void truncate(long offset) {
            fixture.log.truncateTo(offset);
            if (offset < start) {
                twin.clear();
                everything.clear();
                durableStart = Math.min(durableStart, offset);
                start = offset;
                end = offset;
                return;
            }
            twin.removeIf(batch -> batch.end() > offset);
            everything.removeIf(batch -> batch.end() > offset);
            end = twin.isEmpty() ? start : twin.get(twin.size() - 1).end();
        }

        /** The oldest segments go, one after the other, while they are too old or too many; never what is not committed. */
        private void retain(long highWatermark) {
            List<Segment> segments = fixture.log.segments();
            long left = fixture.log.sizeInBytes();
            long expected = start;
            for (int i = 0; i < segments.size(); i++) {
                long segmentEnd = i + 1 < segments.size() ? segments.get(i + 1).baseOffset() : end;
                int bytes = segments.get(i).size();
                if (segmentEnd > highWatermark || bytes == 0) break;
                long from = segments.get(i).baseOffset();
                // Records before the start count too: they are still in the segment.
                long newest = everything.stream()
                        .filter(b -> b.base() >= from && b.end() <= segmentEnd)
                        .mapToLong(Batch::time)
                        .max()
                        .orElseThrow();
                boolean gone = segmentEnd <= expected
                        || left - bytes >= RETENTION_BYTES
                        || LogFixture.NOW - newest > RETENTION_MS;
                if (!gone) break;
                expected = Math.max(expected, segmentEnd);
                left -= bytes;
            }
            fixture.log.applyRetention(highWatermark, LogFixture.NOW);
            assertThat(fixture.log.logStartOffset()).isEqualTo(expected);
            start = expected;
            twin.removeIf(batch -> batch.end() <= start);
        }

        private void startOver(long offset) {
            durableStart = Math.min(durableStart, offset);
            everything.clear();
            fixture.log.truncateFullyAndStartAt(offset);
            twin.clear();
            start = offset;
            end = offset;
        }

        private void check() throws IOException {
            PartitionLog log = fixture.log;
            assertThat(log.logEndOffset()).isEqualTo(end);
            assertThat(log.logStartOffset()).isEqualTo(start);
            assertThat(log.recoveryPoint()).isBetween(0L, end);
            assertThat(LogFixture.records(log, start)).isEqualTo(expected(start, end));
            checkRead();
            checkTime();
            for (int asked = Math.max(0, epoch - 3); asked <= epoch; asked++) checkEpoch(asked);
        }

        private void checkRead() throws IOException {
            if (start == end) return;
            long from = random.nextLong(start, end);
            long bound = random.nextLong(from, end + 1);
            int maxBytes = random.nextInt(600);
            List<String> found = new ArrayList<>();
            int size;
            try (LogSlice slice = fixture.log.read(from, maxBytes, true, bound).slice()) {
                size = slice.size();
                ByteBuffer bytes = slice.toBuffer();
                for (Record record : MemoryRecords.readableRecords(bytes).records()) {
                    found.add(record.offset() + "=" + LogFixture.text(record.value()));
                }
                assertThat(MemoryRecords.readableRecords(bytes).validBytes()).isEqualTo(size);
            }
            Batch first = twin.stream().filter(b -> b.end() > from).findFirst().orElseThrow();
            if (first.end() > bound) {
                assertThat(found).isEmpty();
                return;
            }
            assertThat(found).isEqualTo(expected(first.base(), first.base() + found.size()));
            assertThat(found.size()).isGreaterThanOrEqualTo(first.values().size());
            assertThat(first.base() + found.size()).isLessThanOrEqualTo(bound);
            if (found.size() > first.values().size()) assertThat(size).isLessThanOrEqualTo(maxBytes);
        }

        private void checkTime() {
            long time = LogFixture.NOW - random.nextInt(1000);
            TimestampOffset expected = twin.stream()
                    .filter(b -> b.time() >= time)
                    .findFirst()
                    .map(b -> new TimestampOffset(b.base(), b.time(), b.epoch()))
                    .orElse(null);
            assertThat(fixture.log.offsetForTimestamp(time, Long.MAX_VALUE).orElse(null))
                    .isEqualTo(expected);
        }

        private void checkEpoch(int asked) {
            EpochEnd answer = fixture.log.endOffsetForEpoch(asked);
            Batch last = twin.stream()
                    .filter(b -> b.epoch() <= asked)
                    .reduce((a, b) -> b)
                    .orElse(null);
            if (last != null) assertThat(answer).isEqualTo(new EpochEnd(last.epoch(), last.end()));
        }

        private List<String> expected(long from, long to) {
            List<String> records = new ArrayList<>();
            for (Batch batch : twin) {
                for (int i = 0; i < batch.values().size(); i++) {
                    long offset = batch.base() + i;
                    if (offset >= from && offset < to)
                        records.add(offset + "=" + batch.values().get(i));
                }
            }
            return records;
        }
    }
}
