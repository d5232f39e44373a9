package dev.curia.bench;

import dev.curia.common.time.Clock;
import dev.curia.common.time.SystemClock;
import dev.curia.log.CompactionBounds;
import dev.curia.log.LogConfig;
import dev.curia.log.OwnerThread;
import dev.curia.log.PartitionLog;
import dev.curia.log.clean.CleanerConfig;
import dev.curia.log.clean.CleanerMetrics;
import dev.curia.log.clean.LogCleaner;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Compacts one log whose keys were each written several times: MiB a second, and memory a million keys. */
public final class Compaction {
    private static final LogConfig CONFIG = BenchLog.config(
            "cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0", "segment.bytes", Integer.toString(64 << 20));
    private static final int A_BATCH = 100;

    private Compaction() {}

    /** @param arguments thousands of keys (1000), versions of each (4), bytes of a value (100), MiB of the dedupe buffer (128) */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int keys = 1000 * argument(arguments, 0, 1000);
        int versions = argument(arguments, 1, 4);
        int valueBytes = argument(arguments, 2, 100);
        long bufferBytes = (long) argument(arguments, 3, 128) << 20;
        run("warm-up", 100_000, versions, valueBytes, bufferBytes, false);
        run("timed", keys, versions, valueBytes, bufferBytes, false);
        run("memory", keys, versions, valueBytes, bufferBytes, true);
    }

    private static void run(String what, int keys, int versions, int valueBytes, long bufferBytes, boolean memory)
            throws IOException, InterruptedException {
        Clock clock = new SystemClock();
        LogCleaner cleaner = new LogCleaner(
                new CleanerConfig(true, 1, bufferBytes, 0.9, 512 << 10, Double.MAX_VALUE, 15_000),
                clock,
                new SplittableRandom(1),
                (fault, cause) -> {
                    throw new IllegalStateException(fault, cause);
                },
                new CleanerMetrics(new SimpleMeterRegistry()));
        try (BenchLog directory = new BenchLog(cleaner)) {
            PartitionLog log = directory.create("compact", 0, CONFIG);
            fill(log, keys, versions, valueBytes);
            log.roll();
            log.flush();
            long before = log.sizeInBytes();
            log.compaction()
                    .start(
                            new Direct(),
                            () -> Optional.of(new CompactionBounds(log.logEndOffset(), log.logEndOffset())));
            HeapPeak peak = memory ? new HeapPeak() : null;
            long begin = clock.monotonicNanos();
            boolean cleaned = cleaner.cleanNext();
            double seconds = (clock.monotonicNanos() - begin) / 1e9;
            long most = peak == null ? 0 : peak.stop();
            if (!cleaned) throw new IllegalStateException("nothing was compacted");
            if (peak == null) {
                System.out.printf(
                        "%s: %,d keys, %,d records: %,d MiB to %,d MiB in %.2f s, %.0f MiB/s%n",
                        what,
                        keys,
                        (long) keys * versions,
                        before >> 20,
                        log.sizeInBytes() >> 20,
                        seconds,
                        (before >> 20) / seconds);
            } else {
                System.out.printf(
                        "%s: at most %.1f MiB of heap more than before, %.1f MiB per million keys%n",
                        what, most / (double) (1 << 20), most / (double) (1 << 20) * 1e6 / keys);
            }
        }
    }

    private static void fill(PartitionLog log, int keys, int versions, int valueBytes) {
        SplittableRandom random = new SplittableRandom(1);
        byte[][] values = new byte[64][];
        for (int i = 0; i < values.length; i++) values[i] = RandomText.of(random, valueBytes);
        for (int version = 0; version < versions; version++) {
            for (int first = 0; first < keys; first += A_BATCH) {
                int from = first;
                ByteBuffer batch = Batches.of(
                        Math.min(A_BATCH, keys - first),
                        "none",
                        i -> ByteBuffer.allocate(16).putLong(8, from + i).array(),
                        i -> values[(from + i) % values.length]);
                BenchLog.append(log, batch);
            }
        }
    }

    private static int argument(String[] arguments, int index, int otherwise) {
        return arguments.length > index ? Integer.parseInt(arguments[index]) : otherwise;
    }

    /** This thread is the owner. */
    private static final class Direct implements OwnerThread {
        @Override
        public <T> Optional<T> call(Supplier<T> task) {
            return Optional.of(task.get());
        }
    }

    /** Collects garbage again and again and notes the most that was left. */
    private static final class HeapPeak {
        private final AtomicBoolean running = new AtomicBoolean(true);
        private final long before = used();
        private final Thread sampler = new Thread(this::sample, "heap-peak");
        private volatile long most;

        HeapPeak() {
            sampler.start();
        }

        long stop() throws InterruptedException {
            running.set(false);
            sampler.join();
            return most - before;
        }

        private void sample() {
            while (running.get()) most = Math.max(most, used());
        }

        private static long used() {
            System.gc();
            return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        }
    }
}
