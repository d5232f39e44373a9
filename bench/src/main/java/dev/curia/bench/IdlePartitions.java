package dev.curia.bench;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.curia.log.LogConfig;
import dev.curia.log.PartitionLog;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What partitions cost that nobody uses: heap and open files, for logs of a few segments that were opened and left alone. */
public final class IdlePartitions {
    private static final LogConfig CONFIG = BenchLog.config("index.interval.bytes", "1024");

    private IdlePartitions() {}

    /** @param arguments how many partitions (10000), and segments in each (3) */
    public static void main(String[] arguments) throws IOException {
        int partitions = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
        int segments = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        try (BenchLog directory = new BenchLog()) {
            ByteBuffer batch = Batches.of(1024, 4096, "none");
            for (int i = 0; i < partitions; i++) {
                PartitionLog log = directory.create("idle", i, CONFIG);
                for (int s = 0; s < segments; s++) {
                    if (s > 0) log.roll();
                    BenchLog.append(log, batch);
                    BenchLog.append(log, batch);
                }
                log.flush(); // Files stay open until what was written to them is on disk.
            }
            directory.restart();
            long heapBefore = heap();
            long filesBefore = openFiles();
            List<PartitionLog> open = new ArrayList<>();
            for (int i = 0; i < partitions; i++) open.add(directory.open("idle", i, CONFIG));
            long heap = heap() - heapBefore;
            long files = openFiles() - filesBefore;
            System.out.printf(
                    "%,d idle partitions of %d segments: %,d bytes of heap each, %,d MiB in all; %,d files open%n",
                    open.size(), segments, heap / partitions, heap >> 20, files);
        }
    }

    private static long heap() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            MemoryUsage usage = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
            used = Math.min(used, usage.getUsed());
        }
        return used;
    }

    private static long openFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : -1;
    }
}
