package dev.curia.log;

import dev.curia.common.id.Uuid;
import dev.curia.log.io.CheckpointFile;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.MalformedFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The file {@code directory-ids-checkpoint} of a log directory: which log directories its broker has. So a broker notices that one of them
 * was replaced, and that what it does not find may not be new but lost. Not thread-safe.
 */
final class DirectoryIds {
    static final String FILE_NAME = "directory-ids-checkpoint";

    private final Path path;
    private final CheckpointFile file;

    DirectoryIds(FileSystem files, Path directory) {
        this.path = directory.resolve(FILE_NAME);
        this.file = new CheckpointFile(files, path);
    }

    Set<Uuid> read() throws IOException {
        Set<Uuid> ids = new HashSet<>();
        for (String[] fields : file.read(1)) ids.add(id(fields[0]));
        return ids;
    }

    private Uuid id(String text) throws IOException {
        try {
            return Uuid.parse(text);
        } catch (IllegalArgumentException e) {
            throw new MalformedFileException(path, "has a bad directory id: " + e.getMessage());
        }
    }

    /** Durably, if the file does not say so yet. */
    void write(Set<Uuid> ids) throws IOException {
        if (read().equals(ids)) return;
        List<String> lines = ids.stream().map(Uuid::toString).sorted().toList();
        file.write(lines);
    }
}
