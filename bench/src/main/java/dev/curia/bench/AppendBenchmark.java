package dev.curia.bench;

import dev.curia.log.LogConfig;
import dev.curia.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Appending a client's batches on the leader: checks, offsets, one write to the page cache, indexes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class AppendBenchmark {
    /** The log is emptied when it reaches this size; that costs well below a hundredth of the time. */
    private static final long MOST_BYTES = 2L << 30;

    @Param({"100", "1024", "10240"})
    int recordBytes;

    /** Of values, before they are compressed. */
    @Param({"1024", "16384", "131072"})
    int batchBytes;

    @Param({"none", "lz4", "zstd", "gzip", "snappy"})
    String codec = "none";

    @SuppressWarnings("NullAway.Init") // by JMH
    private BenchLog directory;

    @SuppressWarnings("NullAway.Init") // by JMH
    private PartitionLog log;

    @SuppressWarnings("NullAway.Init") // by JMH
    private ByteBuffer batch;

    private int count;

    @Setup(Level.Trial)
    public void open() throws IOException {
        directory = new BenchLog();
        LogConfig config = BenchLog.config("segment.bytes", Integer.toString(1 << 30));
        log = directory.create("append", 0, config);
        batch = Batches.of(recordBytes, batchBytes, codec);
        count = batch.getInt(57);
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        directory.close();
    }

    @Benchmark
    public void append(Moved moved) {
        BenchLog.append(log, batch);
        moved.add(count, batch.remaining());
        if (log.sizeInBytes() > MOST_BYTES) log.truncateFullyAndStartAt(log.logEndOffset());
    }
}
