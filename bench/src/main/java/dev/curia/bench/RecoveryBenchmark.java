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

/** Opening a log after a crash before its first flush: every batch is read, checked and indexed. One thread, from the page cache. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 4)
public class RecoveryBenchmark {
    private static final LogConfig CONFIG = BenchLog.config("segment.bytes", Integer.toString(1 << 30));

    @Param({"512"})
    int logMib;

    @Param({"1024", "16384", "131072"})
    int batchBytes;

    @SuppressWarnings("NullAway.Init") // by JMH
    private BenchLog directory;

    private long records;
    private long bytes;

    @Setup(Level.Trial)
    public void fill() throws IOException {
        directory = new BenchLog();
        PartitionLog log = directory.create("recovery", 0, CONFIG);
        ByteBuffer batch = Batches.of(1024, batchBytes, "none");
        while (log.sizeInBytes() < (long) logMib << 20) BenchLog.append(log, batch);
        records = log.logEndOffset();
        bytes = log.sizeInBytes();
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        directory.close();
    }

    @Benchmark
    public PartitionLog scan(Moved moved) throws IOException {
        directory.crash();
        PartitionLog log = directory.open("recovery", 0, CONFIG);
        if (log.logEndOffset() != records) throw new IllegalStateException("records were lost");
        moved.add(records, bytes);
        return log;
    }
}
