package dev.curia.log;

import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.clean.CleanableLog;
import dev.curia.log.clean.CleanerConfig;
import dev.curia.log.clean.CleanerMetrics;
import dev.curia.log.clean.LogCleaner;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.NioFileSystem;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.testkit.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/** A log whose records have keys, and a cleaner for it without threads, in virtual time. */
final class CompactionFixture implements AutoCloseable {
    static final CleanerConfig CLEANER = new CleanerConfig(true, 1, 1 << 20, 0.9, 64 << 10, Double.MAX_VALUE, 15_000);

    final ManualClock clock = new ManualClock(LogFixture.NOW);
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final LogFixture fixture;
    final CleanerConfig config;
    LogCleaner cleaner;
    /** Null: the log's end. */
    @Nullable
    Long stableEnd;

    @Nullable
    Long replicatedEnd;

    /** Null: the same. */
    @Nullable
    Long replicatedEndAtPublish;

    private boolean onOwner;

    CompactionFixture(Path path, String... settings) throws IOException {
        this(path, new NioFileSystem(), CLEANER, settings);
    }

    CompactionFixture(Path path, FileSystem files, CleanerConfig config, String... settings) throws IOException {
        this.fixture = new LogFixture(path, files, topic(settings));
        this.config = config;
        this.cleaner = newCleaner();
    }

    /** A topic that is compacted whenever there is anything to compact. */
    static LogConfig topic(String... settings) {
        List<String> all = new ArrayList<>(List.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0"));
        all.addAll(List.of(settings));
        return LogFixture.config(all.toArray(String[]::new));
    }

    private LogCleaner newCleaner() {
        LogCleaner fresh = new LogCleaner(
                config,
                clock,
                new Random(7),
                (what, cause) -> {
                    throw new AssertionError(what, cause);
                },
                new CleanerMetrics(meters));
        return fresh;
    }

    PartitionLog log() {
        return fixture.log;
    }

    CleanableLog port() {
        return port(log());
    }

    CleanableLog port(PartitionLog log) {
        OwnerThread owner = new OwnerThread() {
            @Override
            public <T> Optional<T> call(Supplier<T> task) {
                onOwner = true;
                try {
                    return Optional.of(task.get());
                } finally {
                    onOwner = false;
                }
            }
        };
        return log.compaction().port(owner, () -> Optional.of(bounds(log)));
    }

    private CompactionBounds bounds(PartitionLog log) {
        long end = log.logEndOffset();
        Long replicated = onOwner && replicatedEndAtPublish != null ? replicatedEndAtPublish : replicatedEnd;
        return new CompactionBounds(stableEnd == null ? end : stableEnd, replicated == null ? end : replicated);
    }

    /** Cleans until nothing is due; answers how often. */
    int clean() {
        log().flush();
        cleaner.add(port());
        int count = 0;
        while (cleaner.cleanNext()) count++;
        return count;
    }

    double metric(String name, String... tags) {
        return meters.get(name).tags(tags).counter().count();
    }

    /** Appends one batch of "key=value" and, for tombstones, "key" texts; answers its base offset. */
    long put(String... texts) {
        return put(Compression.NONE, texts);
    }

    long put(Compression codec, String... texts) {
        return append(MemoryRecords.withRecords(codec, records(texts)).buffer(), AppendOrigin.CLIENT);
    }

    long append(ByteBuffer batch, AppendOrigin origin) {
        AppendInfo info = log().appendAsLeader(batch, 0, origin, clock.wallMillis());
        if (info.error() != ErrorCode.NONE) throw new AssertionError(info.toString());
        return info.firstOffset();
    }

    SimpleRecord[] records(String... texts) {
        SimpleRecord[] records = new SimpleRecord[texts.length];
        for (int i = 0; i < texts.length; i++) {
            int equals = texts[i].indexOf('=');
            byte[] key = bytes(equals < 0 ? texts[i] : texts[i].substring(0, equals));
            records[i] = new SimpleRecord(
                    clock.wallMillis(), key, equals < 0 ? null : bytes(texts[i].substring(equals + 1)));
        }
        return records;
    }

    /** Everything in the log, as "offset:key=value", tombstones as "offset:key". */
    List<String> contents() throws IOException {
        List<String> found = new ArrayList<>();
        for (RecordBatch batch : batches()) {
            for (Record record : batch) {
                if (record.offset() < log().logStartOffset() || batch.isControlBatch()) continue;
                String value = record.hasValue() ? "=" + text(record.value()) : "";
                found.add(record.offset() + ":" + text(record.key()) + value);
            }
        }
        return found;
    }

    /** Every batch that a reader finds from the log's start on. */
    List<RecordBatch> batches() throws IOException {
        List<RecordBatch> found = new ArrayList<>();
        long offset = log().logStartOffset();
        while (offset < log().logEndOffset()) {
            LogRead read = log().read(offset, 1 << 20, true, Long.MAX_VALUE);
            try (LogSlice slice = read.slice()) {
                if (read.error() != ErrorCode.NONE) throw new AssertionError("at " + offset + ": " + read.error());
                if (slice.size() == 0) throw new AssertionError("nothing at " + offset);
                for (RecordBatch batch :
                        MemoryRecords.readableRecords(slice.toBuffer()).batches()) {
                    batch.ensureValid();
                    found.add(batch);
                    offset = batch.nextOffset();
                }
            }
        }
        return found;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(@Nullable ByteBuffer bytes) {
        return bytes == null
                ? "-"
                : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    @Override
    public void close() {
        fixture.close();
    }
}
