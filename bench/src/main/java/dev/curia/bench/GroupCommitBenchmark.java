package dev.curia.bench;

import dev.curia.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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

/**
 * Appends that count when they are on disk ({@code curia.durability=fsynced}), with so many in flight: those that wait for one fsync share
 * the next.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
public class GroupCommitBenchmark {
    private static final long MOST_BYTES = 1L << 30;

    @Param({"1", "8", "64", "512"})
    int inFlight;

    @SuppressWarnings("NullAway.Init") // by JMH
    private BenchLog directory;

    @SuppressWarnings("NullAway.Init") // by JMH
    private PartitionLog log;

    @SuppressWarnings("NullAway.Init") // by JMH
    private ByteBuffer batch;

    private volatile long onDisk;

    @Setup(Level.Trial)
    public void open() throws IOException {
        directory = new BenchLog();
        log = directory.create("commit", 0, BenchLog.config("segment.bytes", Integer.toString(1 << 30)));
        batch = Batches.of(1024, 1024, "none");
        Thread owner = Thread.currentThread();
        log.onFlushed(offset -> {
            onDisk = offset;
            LockSupport.unpark(owner);
        });
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        directory.close();
    }

    @Benchmark
    public void append(Moved moved) {
        BenchLog.append(log, batch);
        log.requestFlush();
        while (log.logEndOffset() - onDisk >= inFlight) LockSupport.parkNanos(this, TimeUnit.SECONDS.toNanos(1));
        moved.add(1, batch.remaining());
        if (log.sizeInBytes() < MOST_BYTES) return;
        log.flush();
        log.truncateFullyAndStartAt(log.logEndOffset());
    }
}
