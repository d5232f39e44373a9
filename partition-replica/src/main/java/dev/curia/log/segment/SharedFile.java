package dev.curia.log.segment;

import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogFile;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file that is opened when first needed and closed when retired and no longer in use. Thread-safe. */
public final class SharedFile {
    private final FileSystem files;
    private Path path;
    private @Nullable LogFile open;
    private int users;
    private boolean retired;

    SharedFile(FileSystem files, Path path) {
        this.files = files;
        this.path = path;
    }

    /** The open file, until {@link #release}. Fails when the file was retired and nobody held it open. */
    public synchronized LogFile acquire() throws IOException {
        LogFile file = open;
        if (file == null) {
            if (retired) throw new IOException(path + " is closed");
            file = files.open(path);
            open = file;
        }
        users++;
        return file;
    }

    /** Once for each {@link #acquire}. */
    public synchronized void release() {
        users--;
        closeIfUnused();
    }

    /** Closes the file as soon as nobody uses it. */
    synchronized void retire() {
        retired = true;
        closeIfUnused();
    }

    synchronized void moveTo(Path target) throws IOException {
        files.rename(path, target);
        path = target;
    }

    synchronized Path path() {
        return path;
    }

    private void closeIfUnused() {
        LogFile file = open;
        if (!retired || users > 0 || file == null) return;
        open = null;
        try {
            file.close();
        } catch (IOException e) {
            // Nothing is lost: a close writes nothing, and what must be durable was forced before.
        }
    }
}
