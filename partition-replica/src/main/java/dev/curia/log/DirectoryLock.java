package dev.curia.log;

import dev.curia.log.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file {@code .lock} of a log directory, which keeps other processes out. */
final class DirectoryLock {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);

    private DirectoryLock() {}

    /** @throws LogDirectoryException when another process has it */
    static AutoCloseable take(FileSystem files, Path directory) throws IOException {
        Path file = directory.resolve(".lock");
        try {
            return files.lock(file);
        } catch (FileSystem.LockedException e) {
            throw new LogDirectoryException(
                    "The log directory " + directory + " is in use by another process (" + file
                            + " is locked). Stop that process, or give this one another log.dirs.",
                    e);
        }
    }

    static void release(AutoCloseable lock) {
        try {
            lock.close();
        } catch (Exception e) {
            LOG.warn("releasing the lock of a log directory failed; it ends with this process", e);
        }
    }
}
