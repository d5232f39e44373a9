package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.epoch.EpochHistory.EpochEnd;
import dev.curia.log.io.NioFileSystem;
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
    private static final LogConfig CONFIG =
            LogFixture.config("segment.bytes", "1048576", "index.interval.bytes", "200");

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
        private long start;
        private long end;
        private int epoch;
        private int serial;

        Run(LogFixture fixture, SplittableRandom random) {
            this.fixture = fixture;
            this.random = random;
        }

        void steps(int count) throws IOException {
            for (int i = 0; i < count; i++) {
                switch (random.nextInt(12)) {
                    case 0 -> fixture.log.roll();
                    case 1 -> truncate(random.nextLong(Math.max(0, end - 12), end + 2));
                    case 2 -> fixture.restart();
                    case 3 -> fixture.crash();
                    case 4 -> fixture.log.flush();
                    case 5 -> {
                        if (random.nextInt(8) == 0) startOver(end + random.nextInt(5));
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
            end += count;
        }

        private void truncate(long offset) {
            fixture.log.truncateTo(offset);
            if (offset < start) {
                twin.clear();
                start = offset;
                end = offset;
                return;
            }
            twin.removeIf(batch -> batch.end() > offset);
            end = twin.isEmpty() ? start : twin.get(twin.size() - 1).end();
        }

        private void startOver(long offset) {
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
