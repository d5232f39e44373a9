package dev.curia.log;

import dev.curia.common.id.Uuid;
import dev.curia.log.io.CheckpointFile;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.MalformedFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The file {@code move-checkpoint} in a partition's directory: the partition is about to go into service in another log directory, whose id it
 * names. When that directory cannot be looked at, what lies here may be stale.
 */
final class MoveNote {
    static final String FILE_NAME = "move-checkpoint";

    private MoveNote() {}

    /** Durably. */
    static void write(FileSystem files, Path directory, Uuid target) throws IOException {
        new CheckpointFile(files, directory.resolve(FILE_NAME)).write(List.of(target.toString()));
    }

    static Optional<Uuid> read(FileSystem files, Path directory) throws IOException {
        Path path = directory.resolve(FILE_NAME);
        List<String[]> lines = new CheckpointFile(files, path).read(1);
        if (lines.isEmpty()) return Optional.empty();
        try {
            return Optional.of(Uuid.parse(lines.get(0)[0]));
        } catch (IllegalArgumentException e) {
            throw new MalformedFileException(path, "has a bad directory id: " + e.getMessage());
        }
    }

    /** Durably; answers whether there was one. */
    static boolean remove(FileSystem files, Path directory) throws IOException {
        Path path = directory.resolve(FILE_NAME);
        if (!files.exists(path)) return false;
        files.delete(path);
        files.forceDirectory(directory);
        return true;
    }
}
