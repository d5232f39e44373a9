package dev.curia.log;

import dev.curia.log.io.FileSystem;
import dev.curia.log.io.FileSystem.Space;
import dev.curia.proto.common.v1.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The room of a log directory: what was free when last looked, less what was appended since. Full when that is below the reserve, or when a
 * write met a full disk; room again when there is clearly more than the reserve. Thread-safe.
 */
final class DiskSpace {
    private static final Logger LOG = LoggerFactory.getLogger(DiskSpace.class);
    /** After a write failed for want of space it takes so many looks until appends are tried again, whatever the file system says. */
    private static final int LOOKS_AFTER_FAILURE = 10;

    private final Path directory;
    private final FileSystem files;
    private final DiskReserve reserve;
    private final AtomicLong usable = new AtomicLong();
    private volatile long total;
    private volatile long reserveBytes;
    private volatile boolean full;

    // Guarded by this.
    private int looksToWait;

    /** Looks for the first time. */
    DiskSpace(Path directory, FileSystem files, DiskReserve reserve) throws IOException {
        this.directory = directory;
        this.files = files;
        this.reserve = reserve;
        look();
    }

    boolean isFull() {
        return full;
    }

    long usableBytes() {
        return Math.max(0, usable.get());
    }

    long totalBytes() {
        return total;
    }

    /** Whether work in the background may take so many bytes for a while. It may go into the reserve, since it gives room back, but not far. */
    boolean hasRoomFor(long bytes) {
        return usable.get() - bytes >= reserveBytes / 2;
    }

    /** The answer to an append. */
    AppendInfo refusal() {
        return AppendInfo.refused(
                ErrorCode.KAFKA_STORAGE_ERROR,
                "The disk of log directory " + directory + " is full: " + usableBytes() + " bytes are usable, "
                        + reserveBytes + " are kept in reserve (log.dir.reserve.bytes); try again");
    }

    void appended(int bytes) {
        if (usable.addAndGet(-bytes) < reserveBytes && !full) becomeFull();
    }

    /** A write failed for want of space. */
    synchronized void exhausted() {
        looksToWait = LOOKS_AFTER_FAILURE;
        usable.set(0); // whatever the file system said last
        becomeFull();
    }

    /** Asks the file system. Blocks on the disk. */
    synchronized void look() throws IOException {
        Space space = files.space(directory);
        total = space.total();
        reserveBytes = reserve.bytesOf(total);
        usable.set(space.usable());
        if (looksToWait > 0) looksToWait--;
        if (!full && space.usable() < reserveBytes) becomeFull();
        if (full && looksToWait == 0 && space.usable() >= reserve.resumeBytesOf(total)) {
            full = false;
            LOG.info("log directory {} has room again, {} bytes: appends go on", directory, space.usable());
        }
    }

    private synchronized void becomeFull() {
        if (full) return;
        full = true;
        LOG.warn(
                "log directory {} is full, {} bytes are usable and {} kept in reserve: appends are refused until there is room",
                directory,
                usableBytes(),
                reserveBytes);
    }
}
