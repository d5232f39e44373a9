package dev.curia.log.segment;

import dev.curia.log.io.FileSystem;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The files of one log directory that are open, and a bound on how many stay so while nobody uses them: a file is opened when it is first
 * needed and closed when it was not used for long (second chance), so that many idle partitions need few file handles. A file with bytes
 * that were never forced is not closed: a later handle might not hear of their write error. Thread-safe.
 */
public final class OpenFiles {
    /** So many are looked at for each that is added: the queue is passed once in a while, never at once. */
    private static final int LOOKS = 4;

    private final FileSystem files;
    private final int maxIdle;
    // Guarded by this. A file is in it at most once, see SharedFile.
    private final Deque<SharedFile> queue = new ArrayDeque<>();

    /** @param maxIdle how many files may stay open unused; those in use, or not yet forced, come on top */
    public OpenFiles(FileSystem files, int maxIdle) {
        this.files = files;
        this.maxIdle = maxIdle;
    }

    FileSystem files() {
        return files;
    }

    /** A file has become unused. Not from within a file's lock. */
    synchronized void unused(SharedFile file) {
        queue.addLast(file);
        for (int look = 0; look < LOOKS && queue.size() > maxIdle; look++) {
            SharedFile oldest = queue.removeFirst();
            if (oldest.keepOpen()) queue.addLast(oldest);
        }
    }

    /** How many files are open and known here, for metrics and tests. */
    public synchronized int size() {
        return queue.size();
    }
}
