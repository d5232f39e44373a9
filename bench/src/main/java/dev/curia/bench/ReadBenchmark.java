package dev.curia.bench;

import dev.curia.log.LogRead;
import dev.curia.log.LogSlice;
import dev.curia.log.PartitionLog;
import dev.curia.log.batch.BatchView;
import dev.curia.log.batch.InvalidBatchException;
import dev.curia.log.batch.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
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

/** Reading from the page cache: up to 1 MiB from a random offset, as bytes and as decoded records. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class ReadBenchmark {
    private static final int READ_BYTES = 1 << 20;
    private static final long LOG_BYTES = 256 << 20;

    @Param({"100", "1024", "10240"})
    int recordBytes;

    @Param({"16384"})
    int batchBytes;

    @Param({"none", "lz4", "zstd", "gzip", "snappy"})
    String codec = "none";

    private final ByteBuffer target = ByteBuffer.allocateDirect(READ_BYTES);
    private final SplittableRandom random = new SplittableRandom(1);
    private final RecordReader reader = new RecordReader();
    private final BatchView view = new BatchView();

    @SuppressWarnings("NullAway.Init") // by JMH
    private BenchLog directory;

    @SuppressWarnings("NullAway.Init") // by JMH
    private PartitionLog log;

    @Setup(Level.Trial)
    public void fill() throws IOException {
        directory = new BenchLog();
        log = directory.create("read", 0, BenchLog.config("segment.bytes", Integer.toString(64 << 20)));
        ByteBuffer batch = Batches.of(recordBytes, batchBytes, codec);
        while (log.sizeInBytes() < LOG_BYTES) BenchLog.append(log, batch);
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        reader.close();
        directory.close();
    }

    @Benchmark
    public void bytes(Moved moved) throws IOException {
        read();
        for (int at = 0; at < target.limit(); at += view.sizeInBytes()) {
            moved.add(view.at(target, at).recordCount(), 0);
        }
        moved.add(0, target.limit());
    }

    @Benchmark
    public long records(Moved moved) throws IOException, InvalidBatchException {
        read();
        long seen = 0;
        for (int at = 0; at < target.limit(); at += view.sizeInBytes()) {
            reader.open(view.at(target, at));
            while (reader.next()) {
                ByteBuffer value = reader.value();
                seen += value == null ? 0 : value.remaining();
                moved.add(1, 0);
            }
        }
        moved.add(0, target.limit());
        return seen;
    }

    private void read() throws IOException {
        LogRead read = log.read(random.nextLong(log.logEndOffset()), READ_BYTES, true, Long.MAX_VALUE);
        try (LogSlice slice = read.slice()) {
            target.clear().limit(slice.size());
            while (target.hasRemaining()) {
                if (slice.channel().read(target, slice.position() + target.position()) < 0) {
                    throw new IOException("the segment ends too early");
                }
            }
        }
        target.flip();
    }
}
