package dev.curia.log;

import dev.curia.log.io.FileSystem;
import dev.curia.log.io.SmallFiles;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The file {@code metadata-history} of a log directory: the history of the metadata that its partitions agree with. None: the first history of
 * a cluster, whose name is empty. Thread-safe, for one writer.
 */
final class FollowedHistory {
    private final FileSystem files;
    private final Path file;
    private volatile String history;

    FollowedHistory(FileSystem files, Path directory) throws IOException {
        this.files = files;
        this.file = directory.resolve("metadata-history");
        this.history = files.exists(file) ? SmallFiles.readText(files, file).strip() : "";
    }

    boolean is(String other) {
        return history.equals(other);
    }

    /** Durable when it returns the file. */
    Path write(String newHistory) throws IOException {
        SmallFiles.replaceText(files, file, newHistory + "\n");
        history = newHistory;
        return file;
    }
}
