package dev.curia.bench;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.AppendInfo;
import dev.curia.log.Background;
import dev.curia.log.DiskReserve;
import dev.curia.log.LogConfig;
import dev.curia.log.LogDirectory;
import dev.curia.log.LogMetrics;
import dev.curia.log.PartitionLog;
import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.clean.Cleaners;
import dev.curia.log.io.NioFileSystem;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A log directory of its own below {@code -Dbench.dir} (default: the system's temporary directory), and logs in it. One thread at a time. */
final class BenchLog implements AutoCloseable {
    static final long NOW = 1_700_000_000_000L;
    private static final Uuid TOPIC_ID = new Uuid(1, 2);

    private final Path path;
    private final Cleaners cleaner;
    private final ExecutorService background = Executors.newFixedThreadPool(2, work -> {
        Thread thread = new Thread(work, "bench-background");
        thread.setDaemon(true);
        return thread;
    });
    private LogDirectory directory;

    BenchLog() throws IOException {
        this(Cleaners.NONE);
    }

    /** @param cleaner compacts its logs */
    BenchLog(Cleaners cleaner) throws IOException {
        this.cleaner = cleaner;
        Path parent = Path.of(System.getProperty("bench.dir", System.getProperty("java.io.tmpdir")));
        this.path = Files.createTempDirectory(Files.createDirectories(parent), "curia-bench");
        this.directory = open();
    }

    static LogConfig config(String... namesAndValues) {
        Map<String, String> settings = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) settings.put(namesAndValues[i], namesAndValues[i + 1]);
        return LogConfig.of(settings);
    }

    PartitionLog create(String topic, int partition, LogConfig config) throws IOException {
        return directory.create(new TopicPartition(topic, partition), TOPIC_ID, config);
    }

    PartitionLog open(String topic, int partition, LogConfig config) throws IOException {
        return directory.open(new TopicPartition(topic, partition), TOPIC_ID, config);
    }

    /** Appends a batch of {@link Batches}; the same buffer may be given again and again. */
    static void append(PartitionLog log, ByteBuffer batch) {
        batch.putLong(0, 0); // The offset that the last append left in it.
        AppendInfo info = log.appendAsLeader(batch, 0, AppendOrigin.CLIENT, NOW);
        if (!info.ok()) throw new IllegalStateException(info.error() + ": " + info.message());
    }

    /** Lets go of all as a crash would, and opens the directory anew, but no log yet. */
    void crash() throws IOException {
        directory.close();
        directory = open();
    }

    /** Stops in order, and opens the directory anew, but no log yet. */
    void restart() throws IOException {
        directory.close(1);
        directory = open();
    }

    private LogDirectory open() throws IOException {
        LogDirectory.Ports ports = new LogDirectory.Ports(
                new NioFileSystem(),
                new SplittableRandom(1),
                new Background(background, background, (delayNanos, task) -> () -> {}, cleaner),
                new DiskReserve(0),
                new LogMetrics(new SimpleMeterRegistry()),
                (failed, what, cause) -> {
                    throw new IllegalStateException(what, cause);
                });
        return LogDirectory.open(path, "bench", 1, ports);
    }

    /** Removes everything. */
    @Override
    public void close() throws IOException {
        directory.close();
        background.shutdown();
        new NioFileSystem().delete(path);
    }
}
