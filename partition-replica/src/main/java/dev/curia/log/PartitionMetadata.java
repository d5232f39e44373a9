package dev.curia.log;

import dev.curia.common.id.Uuid;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.MalformedFileException;
import dev.curia.log.io.SmallFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The file {@code partition.metadata}: to which topic, by id, a directory belongs. */
final class PartitionMetadata {
    static final String FILE_NAME = "partition.metadata";
    private static final String VERSION = "version: 0";
    private static final String TOPIC_ID = "topic_id: ";

    private PartitionMetadata() {}

    /** The file is whole or absent after a crash; which of the two is settled by the log's first flush. */
    static void write(FileSystem files, Path directory, Uuid topicId) throws IOException {
        String text = VERSION + "\n" + TOPIC_ID + topicId;
        SmallFiles.replaceUnforced(files, directory.resolve(FILE_NAME), StandardCharsets.UTF_8.encode(text));
    }

    /** Empty: there is no such file. */
    static Optional<Uuid> read(FileSystem files, Path directory) throws IOException {
        Path file = directory.resolve(FILE_NAME);
        if (!files.exists(file)) return Optional.empty();
        List<String> lines = SmallFiles.readText(files, file).lines().toList();
        if (lines.size() != 2 || !lines.get(0).equals(VERSION) || !lines.get(1).startsWith(TOPIC_ID)) {
            throw new MalformedFileException(file, "has the lines " + lines + ", expected version 0 and a topic_id");
        }
        try {
            return Optional.of(
                    Uuid.parse(lines.get(1).substring(TOPIC_ID.length()).strip()));
        } catch (IllegalArgumentException e) {
            throw new MalformedFileException(file, "has a bad topic id: " + e.getMessage());
        }
    }
}
