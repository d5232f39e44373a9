package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.SystemClock;
import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.clean.CleanerConfig;
import dev.curia.log.clean.CleanerMetrics;
import dev.curia.log.clean.LogCleaner;
import dev.curia.log.io.NioFileSystem;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.testkit.Await;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cleaner threads beside an owner thread that appends, rolls and cuts, and readers. */
class CompactionConcurrencyTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int KEYS = 50;

    @TempDir
    Path path;

    private final SystemClock clock = new SystemClock();
    private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final EventLoop owner = new EventLoop("owner", 1000, clock, (what, cause) -> faults.add(cause));
    private final AtomicBoolean done = new AtomicBoolean();

    private OwnerThread ownerThread() {
        return new OwnerThread() {
            @Override
            public <T> Optional<T> call(Supplier<T> task) {
                CompletableFuture<T> answer = new CompletableFuture<>();
                if (!owner.offer(() -> answer.complete(task.get()))) return Optional.empty();
                try {
                    return Optional.of(answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
                } catch (Exception e) {
                    faults.add(e);
                    return Optional.empty();
                }
            }
        };
    }

    @Test
    void readersAndTheWriterGoOnAndNoNewestValueIsLost() throws Exception {
        try (LogFixture fixture = new LogFixture(path, new NioFileSystem(), CompactionFixture.topic());
                LogCleaner cleaner = new LogCleaner(
                        new CleanerConfig(true, 2, 2_000, 0.9, 4_096, Double.MAX_VALUE, 1),
                        clock,
                        new Random(3),
                        (what, cause) -> faults.add(cause),
                        new CleanerMetrics(meters))) {
            PartitionLog log = fixture.log;
            Writer writer = new Writer(log);
            cleaner.add(log.compaction().port(ownerThread(), () -> Optional.of(writer.bounds())));
            owner.start();
            cleaner.start();
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < 2; i++)
                readers.add(new Thread(() -> read(log, () -> writer.highWatermark), "reader-" + i));
            readers.forEach(Thread::start);

            int rounds = 400;
            for (int i = 0; i < rounds; i++) onOwner(writer::step);
            onOwner(writer::rollAndFlush);
            Await.until(
                    "all is compacted",
                    PATIENCE,
                    () -> fixture.log
                                    .compaction()
                                    .port(ownerThread(), Optional::empty)
                                    .cleanedTo()
                            >= log.segments().get(log.segments().size() - 1).baseOffset());
            done.set(true);
            for (Thread reader : readers) reader.join();
            owner.close();

            assertThat(faults).isEmpty();
            assertThat(fixture.failures).isEmpty();
            assertThat(newest(log, log.logEndOffset())).isEqualTo(writer.newest());
            assertThat(runs("failed")).isZero();
            assertThat(runs("completed") + runs("partial")).isGreaterThan(10);
            System.getLogger(getClass().getName())
                    .log(
                            System.Logger.Level.INFO,
                            "{0} completed, {1} partial, {2} aborted",
                            runs("completed"),
                            runs("partial"),
                            runs("aborted"));
            fixture.crash();
            assertThat(newest(fixture.log, log.logEndOffset())).isEqualTo(writer.newest());
        }
    }

    private double runs(String result) {
        return meters.get("curia_cleaner_runs").tag("result", result).counter().count();
    }

    private void onOwner(Runnable task) throws Exception {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        owner.submit(() -> {
            try {
                task.run();
                ended.complete(null);
            } catch (RuntimeException | AssertionError e) {
                ended.completeExceptionally(e);
            }
        });
        ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** What a reader from the start finds must be in order, whole, and for each key never older than what it found before. */
    private void read(PartitionLog log, LongSupplier highWatermark) {
        try {
            while (!done.get()) newest(log, highWatermark.getAsLong());
        } catch (IOException | AssertionError | RuntimeException e) {
            faults.add(e);
        }
    }

    private static Map<String, String> newest(PartitionLog log, long end) throws IOException {
        Map<String, String> found = new HashMap<>();
        long offset = log.logStartOffset();
        long last = -1;
        while (offset < end) {
            LogRead read = log.read(offset, 10_000, true, end);
            try (LogSlice slice = read.slice()) {
                if (read.error() != ErrorCode.NONE) throw new AssertionError("at " + offset + ": " + read.error());
                if (slice.size() == 0) throw new AssertionError("nothing at " + offset + " before " + end);
                for (RecordBatch batch :
                        MemoryRecords.readableRecords(slice.toBuffer()).batches()) {
                    batch.ensureValid();
                    for (Record record : batch) {
                        assertThat(record.offset()).isGreaterThan(last);
                        last = record.offset();
                        String value = CompactionFixture.text(record.value());
                        assertThat(value).startsWith(record.offset() + "@");
                        found.put(CompactionFixture.text(record.key()), value);
                    }
                    offset = batch.nextOffset();
                }
            }
        }
        return found;
    }

    /** Confined to the owner thread, but for the bounds. */
    private static final class Writer {
        private final PartitionLog log;
        private final SplittableRandom random = new SplittableRandom(5);
        private final Map<Long, String[]> written = new HashMap<>();
        private volatile long highWatermark;

        Writer(PartitionLog log) {
            this.log = log;
        }

        CompactionBounds bounds() {
            return new CompactionBounds(highWatermark, highWatermark);
        }

        void step() {
            int count = random.nextInt(1, 20);
            SimpleRecord[] records = new SimpleRecord[count];
            for (int i = 0; i < count; i++) {
                long offset = log.logEndOffset() + i;
                String[] keyAndValue = {"k" + random.nextInt(KEYS), offset + "@" + "x".repeat(random.nextInt(100))};
                written.put(offset, keyAndValue);
                records[i] = new SimpleRecord(
                        LogFixture.NOW,
                        CompactionFixture.bytes(keyAndValue[0]),
                        CompactionFixture.bytes(keyAndValue[1]));
            }
            ByteBuffer batch = MemoryRecords.withRecords(Compression.lz4().build(), records)
                    .buffer();
            assertThat(log.appendAsLeader(batch, 0, AppendOrigin.CLIENT, LogFixture.NOW)
                            .ok())
                    .isTrue();
            if (random.nextInt(5) == 0) highWatermark = log.logEndOffset();
            if (random.nextInt(4) == 0) {
                log.roll();
                log.flush();
            }
            if (random.nextInt(10) == 0) log.truncateTo(random.nextLong(highWatermark, log.logEndOffset() + 1));
        }

        void rollAndFlush() {
            highWatermark = log.logEndOffset();
            log.roll();
            log.flush();
        }

        Map<String, String> newest() {
            Map<String, String> values = new HashMap<>();
            for (long offset = 0; offset < log.logEndOffset(); offset++) {
                String[] keyAndValue = written.get(offset);
                if (keyAndValue != null) values.put(keyAndValue[0], keyAndValue[1]);
            }
            return values;
        }
    }
}
