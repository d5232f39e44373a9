package dev.curia.broker.fetch;

import dev.curia.log.LogSlice;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Threads for reads that may have to wait for the disk, so that event loops never do. Bounded; thread-safe. */
public final class DiskReads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskReads.class);
    private static final Path NULL_DEVICE = Path.of("/dev/null");
    private static final long STOP_TIMEOUT_SECONDS = 5;

    private final ThreadPoolExecutor threads;
    private final Optional<FileChannel> sink;

    /**
     * @param threadCount num.io.threads
     * @param queueCapacity reads that may wait for a thread
     */
    public DiskReads(int threadCount, int queueCapacity) throws IOException {
        threads = new ThreadPoolExecutor(
                threadCount, threadCount, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(queueCapacity), task -> {
                    Thread thread = new Thread(task, "disk-read");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        sink = Files.isWritable(NULL_DEVICE)
                ? Optional.of(FileChannel.open(NULL_DEVICE, StandardOpenOption.WRITE))
                : Optional.empty();
    }

    /** @return false when too many wait already, or this is closed: the task will not run, push back */
    public boolean offer(Runnable task) {
        try {
            threads.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /**
     * Waits until the slice is in the page cache, so that a later sendfile does not wait: sending it to the null device reads the pages
     * and copies nothing. Where there is no such device this does nothing.
     */
    void warm(LogSlice slice) {
        sink.ifPresent(target -> {
            try {
                for (long done = 0; done < slice.size(); ) {
                    long sent = slice.channel().transferTo(slice.position() + done, slice.size() - done, target);
                    if (sent <= 0) return;
                    done += sent;
                }
            } catch (IOException e) {
                // Sending the slice to its reader will meet the same error, where it closes the connection.
                LOG.warn("cannot read {} bytes at {} ahead: {}", slice.size(), slice.position(), e.getMessage());
            }
        });
    }

    /** Ends what runs without interrupting it: an interrupted read would close its segment's channel under everyone. */
    @Override
    public void close() throws IOException {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("reads still wait for the disk after {} s", STOP_TIMEOUT_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (sink.isPresent()) sink.get().close();
    }
}
