package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.io.NioFileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers on other threads beside an owner that appends, rolls, flushes and cuts the unread end. */
class ConcurrentReadTest {
    private static final int APPENDS = 4000;

    /** Nothing below it is cut. */
    private final AtomicLong highWatermark = new AtomicLong();

    @TempDir
    Path path;

    @Test
    void readersSeeWholeBatchesOfTheRightOffsets() throws Exception {
        LogConfig config = LogFixture.config("index.interval.bytes", "200");
        ExecutorService readers = Executors.newFixedThreadPool(2);
        AtomicBoolean done = new AtomicBoolean();
        try (LogFixture fixture = new LogFixture(path, new NioFileSystem(), config)) {
            List<Future<Integer>> results = new ArrayList<>();
            for (int seed = 0; seed < 2; seed++) {
                SplittableRandom random = new SplittableRandom(seed);
                results.add(readers.submit(() -> readUntil(done, fixture.log, random)));
            }
            write(fixture);
            done.set(true);
            for (Future<Integer> result : results)
                assertThat(result.get(30, TimeUnit.SECONDS)).isPositive();
            assertThat(fixture.failures).isEmpty();
            assertThat(fixture.log.isOnline()).isTrue();
        } finally {
            done.set(true);
            readers.shutdown();
        }
    }

    private void write(LogFixture fixture) {
        SplittableRandom random = new SplittableRandom(99);
        for (int i = 0; i < APPENDS; i++) {
            long offset = fixture.log.logEndOffset();
            assertThat(fixture.append(LogFixture.batch("v" + offset)).firstOffset())
                    .isEqualTo(offset);
            if (random.nextInt(200) == 0) fixture.log.roll();
            if (random.nextInt(50) == 0) fixture.log.truncateTo(random.nextLong(highWatermark.get(), offset + 1));
            highWatermark.accumulateAndGet(fixture.log.logEndOffset() - random.nextInt(20), Math::max);
        }
    }

    private int readUntil(AtomicBoolean done, PartitionLog log, SplittableRandom random) throws Exception {
        int reads = 0;
        while (!done.get() || reads == 0) {
            long bound = highWatermark.get();
            if (bound <= 0) continue;
            long offset = random.nextLong(bound);
            try (LogSlice slice = log.read(offset, 500, true, bound).slice()) {
                assertThat(slice.size()).isPositive();
                long expected = offset;
                for (Record record :
                        MemoryRecords.readableRecords(slice.toBuffer()).records()) {
                    assertThat(record.offset()).isEqualTo(expected);
                    assertThat(LogFixture.text(record.value())).isEqualTo("v" + expected++);
                }
                assertThat(expected).isGreaterThan(offset).isLessThanOrEqualTo(bound);
            }
            reads++;
        }
        return reads;
    }
}
