package dev.curia.bench.floor;

import dev.curia.bench.load.Times;
import dev.curia.common.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes files, and forces them to the disk. */
final class BareFiles {
    private static final int PIECE_BYTES = 128 << 10;
    private static final int FILE_BYTES = 512 << 20;
    private static final int RECORD_BYTES = 1_024;

    private final Path directory;
    private final Clock clock;
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);

    BareFiles(Path directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** @return seconds of a processor for 10^9 bytes to files that grow, one after the other, all of which stay in the page cache meanwhile */
    double growing(double gigabytes) throws IOException {
        int files = Math.max(1, (int) (gigabytes * 1e9 / FILE_BYTES));
        long nanos = 0;
        for (int i = 0; i < files; i++) {
            try (FileChannel file = open("growing-" + i)) {
                nanos += fill(file);
            }
        }
        for (int i = 0; i < files; i++) Files.delete(directory.resolve("growing-" + i));
        return nanos / 1e9 / (files * (double) FILE_BYTES / 1e9);
    }

    /** As {@link #growing}, to one file again and again: what that takes where the memory was just used. */
    double again(double gigabytes) throws IOException {
        int times = Math.max(1, (int) (gigabytes * 1e9 / FILE_BYTES));
        long nanos = 0;
        try (FileChannel file = open("again")) {
            fill(file);
            for (int i = 0; i < times; i++) nanos += fill(file);
        }
        Files.delete(directory.resolve("again"));
        return nanos / 1e9 / (times * (double) FILE_BYTES / 1e9);
    }

    private long fill(FileChannel file) throws IOException {
        long before = ThreadTime.ownNanos();
        for (long at = 0; at < FILE_BYTES; at += PIECE_BYTES) file.write(piece.clear(), at);
        return ThreadTime.ownNanos() - before;
    }

    /**
     * Single records, one after the other.
     *
     * @param overZeros whether they are written where zeros were written and forced before
     * @return half of them took no longer
     */
    double forcedMillis(int records, boolean overZeros) throws IOException {
        long[] nanos = new long[records];
        try (FileChannel file = open("forced")) {
            if (overZeros) {
                for (long at = 0; at < (long) records * RECORD_BYTES; at += PIECE_BYTES) file.write(piece.clear(), at);
                file.force(true);
            }
            for (int i = 0; i < records; i++) {
                long start = clock.monotonicNanos();
                file.write(piece.clear().limit(RECORD_BYTES), (long) i * RECORD_BYTES);
                file.force(false);
                nanos[i] = clock.monotonicNanos() - start;
            }
        }
        Files.delete(directory.resolve("forced"));
        return new Times(nanos).millis(50);
    }

    private FileChannel open(String name) throws IOException {
        return FileChannel.open(
                directory.resolve(name),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }
}
