package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.NioFileSystem;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** A log directory with one log, batches as Kafka's own client builds them, and what a reader finds. */
public final class LogFixture implements AutoCloseable {
    static final TopicPartition NAME = new TopicPartition("orders", 0);
    static final Uuid TOPIC_ID = new Uuid(1, 2);
    static final long NOW = 1_700_000_000_000L;

    final Path path;
    final List<IOException> failures = new ArrayList<>();
    final ManualTimers later = new ManualTimers();
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final FileSystem files;
    private LogConfig config;
    private LogDirectory directory;
    PartitionLog log;

    LogFixture(Path path) throws IOException {
        this(path, new NioFileSystem(), LogConfig.defaults());
    }

    LogFixture(Path path, FileSystem files, LogConfig config) throws IOException {
        this.path = path;
        this.files = files;
        this.config = config;
        this.directory = openDirectory();
        this.log = openOrCreate(directory, config);
    }

    public static LogConfig config(String... namesAndValues) {
        Map<String, String> settings = new java.util.HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) settings.put(namesAndValues[i], namesAndValues[i + 1]);
        return LogConfig.of(settings);
    }

    /** Smaller segments than a topic may ask for. */
    public static LogConfig withSegmentBytes(LogConfig c, int segmentBytes) {
        return new LogConfig(
                segmentBytes,
                c.segmentMs(),
                c.segmentJitterMs(),
                c.maxIndexBytes(),
                c.indexIntervalBytes(),
                c.flushMessages(),
                c.flushMs(),
                c.fileDeleteDelayMs(),
                c.compacted(),
                c.deleting(),
                c.retentionMs(),
                c.retentionBytes(),
                c.preallocate(),
                c.fsynced(),
                c.batches(),
                c.compaction());
    }

    static ByteBuffer batch(String... values) {
        return batchAt(NOW, values);
    }

    static ByteBuffer batchAt(long timestamp, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(timestamp, null, values[i].getBytes(StandardCharsets.UTF_8));
        }
        return MemoryRecords.withRecords(Compression.NONE, records).buffer();
    }

    static ByteBuffer idempotent(long producerId, int epoch, int sequence, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(NOW, null, values[i].getBytes(StandardCharsets.UTF_8));
        }
        return MemoryRecords.withIdempotentRecords(Compression.NONE, producerId, (short) epoch, sequence, records)
                .buffer();
    }

    AppendInfo append(ByteBuffer batches) {
        return append(batches, 0);
    }

    AppendInfo append(ByteBuffer batches, int leaderEpoch) {
        return log.appendAsLeader(batches, leaderEpoch, AppendOrigin.CLIENT, NOW);
    }

    /** Offset and value of every record, as Kafka's client decodes them. */
    List<String> records() throws IOException {
        return records(log, log.logStartOffset());
    }

    /** Each as {@code offset=value}. */
    public static List<String> records(PartitionLog log, long from) throws IOException {
        List<String> found = new ArrayList<>();
        long offset = from;
        while (offset < log.logEndOffset()) {
            LogRead read = log.read(offset, 1 << 20, true, Long.MAX_VALUE);
            try (LogSlice slice = read.slice()) {
                if (!read.error().equals(dev.curia.proto.common.v1.ErrorCode.NONE) || slice.size() == 0) {
                    throw new AssertionError("nothing at " + offset + ": " + read.error());
                }
                for (Record record :
                        MemoryRecords.readableRecords(slice.toBuffer()).records()) {
                    if (record.offset() >= offset) found.add(record.offset() + "=" + text(record.value()));
                    offset = Math.max(offset, record.offset() + 1);
                }
            }
        }
        return found;
    }

    static String text(ByteBuffer value) {
        return StandardCharsets.UTF_8.decode(value.duplicate()).toString();
    }

    Path file(String name) {
        return log.directory().resolve(name);
    }

    /** The records' file of the segment that begins at offset 0. */
    byte[] firstFile() throws IOException {
        return Files.readAllBytes(file("00000000000000000000.log"));
    }

    /** How many zeros follow the records of a log of one segment; nothing else may. */
    int zeros() throws IOException {
        byte[] file = firstFile();
        int end = log.view().activeSize();
        for (int i = end; i < file.length; i++) assertThat(file[i]).isZero();
        return file.length - end;
    }

    /** As after a clean stop. */
    void restart() throws IOException {
        directory.close(7);
        reopen();
    }

    /** As after a kill: what was written to files is there, nothing else. */
    void crash() throws IOException {
        directory.close();
        reopen();
    }

    void restartWith(LogConfig newConfig) throws IOException {
        config = newConfig;
        restart();
    }

    void stop() throws IOException {
        directory.close(7);
    }

    /** A process that has started but was told of no partition yet. */
    void reopenWithoutLogs() throws IOException {
        directory = openDirectory();
    }

    void reopen() throws IOException {
        reopenWithoutLogs();
        log = directory.open(NAME, TOPIC_ID, config);
    }

    /** As {@link #reopen}; after a crash that came before the log was made whole, it is made anew. */
    void reopenOrCreate() throws IOException {
        directory = openDirectory();
        log = openOrCreate(directory, config);
    }

    private static PartitionLog openOrCreate(LogDirectory directory, LogConfig config) throws IOException {
        if (directory.partitions().stream().anyMatch(p -> p.topicId().isPresent())) {
            return directory.open(NAME, TOPIC_ID, config);
        }
        directory.delete(NAME);
        return directory.create(NAME, TOPIC_ID, config);
    }

    LogDirectory directory() {
        return directory;
    }

    @Override
    public void close() {
        directory.close();
    }

    private LogDirectory openDirectory() throws IOException {
        LogDirectory.Ports ports = new LogDirectory.Ports(
                files,
                new SplittableRandom(1),
                new Background(Runnable::run, Runnable::run, later),
                new DiskReserve(0),
                new LogMetrics(metrics),
                (dir, what, cause) -> failures.add(cause));
        return LogDirectory.open(path, "cluster-a", 1, ports);
    }
}
