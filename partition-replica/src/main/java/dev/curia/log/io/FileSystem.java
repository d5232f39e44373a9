package dev.curia.log.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The disk as the log sees it. Thread-safe. Names created, renamed or deleted are durable after {@link #forceDirectory}. What needs room
 * fails with {@link NoSpaceException} when there is none, and with any other {@link IOException} when the disk does.
 */
public interface FileSystem {
    /** Opens for reading and appending; creates an empty file where there is none. */
    LogFile open(Path file) throws IOException;

    /** Opens an existing file for reading. */
    LogFile openReadOnly(Path file) throws IOException;

    boolean exists(Path path);

    /** When the file was last written, in milliseconds since 1970. */
    long lastModifiedMillis(Path file) throws IOException;

    /** What lies directly in a directory, in no order. */
    List<Path> list(Path directory) throws IOException;

    void createDirectories(Path directory) throws IOException;

    /** Atomically, replacing a file of that name. */
    void rename(Path from, Path to) throws IOException;

    /** A file, or a directory with all in it; nothing happens when it does not exist. */
    void delete(Path path) throws IOException;

    void forceDirectory(Path directory) throws IOException;

    /** Of the file system that holds {@code directory}, which must exist. */
    Space space(Path directory) throws IOException;

    /**
     * In bytes.
     *
     * @param usable what this process can still write
     */
    record Space(long usable, long total) {}

    /**
     * Takes a lock that ends with this process at the latest.
     *
     * @return releases it
     * @throws LockedException when someone else holds it
     */
    AutoCloseable lock(Path file) throws IOException;

    /** The lock is held by another process, or by another part of this one. */
    final class LockedException extends IOException {
        private static final long serialVersionUID = 1L;

        public LockedException(Path file) {
            super("locked by another process: " + file);
        }
    }
}
