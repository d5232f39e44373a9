package dev.curia.log.segment;

import dev.curia.log.io.LogFile;
import dev.curia.log.io.SmallFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file that is opened when needed, closed by {@link OpenFiles} when long unused, and closed for good when retired and no longer in use.
 * Thread-safe.
 */
public final class SharedFile {
    private final OpenFiles cache;
    private volatile boolean recentlyUsed;
    // Whether bytes were written since the last force.
    private volatile boolean unforced;

    // Guarded by this.
    private Path path;
    private @Nullable LogFile open;
    private int users;
    private boolean retired;
    private boolean cached;

    SharedFile(OpenFiles cache, Path path) {
        this.cache = cache;
        this.path = path;
    }

    /** The open file, until {@link #release}; created when there is none. Fails with {@link RetiredFileException} once retired. */
    public LogFile acquire() throws IOException {
        synchronized (this) {
            LogFile file = open;
            if (file == null) {
                if (retired) throw new RetiredFileException(path);
                file = cache.files().open(path);
                open = file;
            }
            users++;
            return file;
        }
    }

    /** Once for each {@link #acquire}. */
    public void release() {
        recentlyUsed = true;
        synchronized (this) {
            users--;
            if (retired) {
                closeIfUnused();
                return;
            }
            if (cached) return;
            cached = true;
        }
        cache.unused(this);
    }

    /** Bytes were written that a power loss may take. */
    void written() {
        unforced = true;
    }

    /** Puts what was written before on disk. */
    void force() throws IOException {
        LogFile file = acquire();
        try {
            unforced = false;
            file.force();
        } catch (IOException e) {
            unforced = true;
            throw e;
        } finally {
            release();
        }
    }

    /** Closes the file as soon as nobody uses it. */
    synchronized void retire() {
        retired = true;
        closeIfUnused();
    }

    /** The directory got another name. */
    synchronized void movedTo(Path directory) {
        path = directory.resolve(path.getFileName());
    }

    synchronized void moveTo(Path target) throws IOException {
        cache.files().rename(path, target);
        path = target;
    }

    /** Puts a file with this content in its place; who has the old one open goes on reading that. Not durable. */
    synchronized void replace(ByteBuffer content) throws IOException {
        if (retired) throw new RetiredFileException(path);
        SmallFiles.replaceUnforced(cache.files(), path, content);
        // Readers hold the old handle: it stays theirs, and is closed by the garbage collector's cleaner at the latest.
        LogFile old = open;
        open = null;
        if (users == 0 && old != null) old.close();
    }

    /** In bytes. */
    long size() throws IOException {
        LogFile file = acquire();
        try {
            return file.size();
        } finally {
            release();
        }
    }

    boolean exists() {
        return cache.files().exists(path());
    }

    void delete() throws IOException {
        cache.files().delete(path());
    }

    synchronized Path path() {
        return path;
    }

    /** Closes the file unless it is in use, was used since the last call, or has bytes that were not forced; answers whether it is still open. */
    synchronized boolean keepOpen() {
        if (open == null) {
            cached = false;
            return false;
        }
        if (users > 0 || unforced || recentlyUsed) {
            recentlyUsed = false;
            return true;
        }
        cached = false;
        close();
        return false;
    }

    private void closeIfUnused() {
        if (users == 0 && open != null) close();
    }

    private void close() {
        LogFile file = open;
        open = null;
        try {
            if (file != null) file.close();
        } catch (IOException e) {
            // Nothing is lost: a close writes nothing, and what must be durable was forced before.
        }
    }
}
