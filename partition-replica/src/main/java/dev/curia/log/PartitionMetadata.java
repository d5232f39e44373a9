package dev.curia.log;

import dev.curia.common.id.Uuid;
import dev.curia.log.epoch.EpochCheckpoint;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogFile;
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

    /** Made durable by the log's first flush: a thousand partitions of a new topic should not wait for the disk a thousand times. */
    static void write(FileSystem files, Path directory, Uuid topicId) throws IOException {
        String text = VERSION + "\n" + TOPIC_ID + topicId;
        try (LogFile out = files.open(directory.resolve(FILE_NAME))) {
            out.append(StandardCharsets.UTF_8.encode(text));
        }
    }

    /** Before anything else of the log counts as being on disk. */
    static void force(FileSystem files, Path directory) throws IOException {
        try (LogFile out = files.open(directory.resolve(FILE_NAME))) {
            out.force();
        }
    }

    /** Empty: there is no such file, or a crash came before it was whole, and so before anything of the log was promised to be on disk. */
    static Optional<Uuid> read(FileSystem files, Path directory) throws IOException {
        Path file = directory.resolve(FILE_NAME);
        if (!files.exists(file)) return Optional.empty();
        List<String> lines = SmallFiles.readText(files, file).lines().toList();
        Optional<Uuid> topicId = topicId(lines);
        if (topicId.isPresent() || !files.exists(directory.resolve(EpochCheckpoint.FILE_NAME))) return topicId;
        throw new MalformedFileException(file, "has the lines " + lines + ", expected version 0 and a topic_id");
    }

    private static Optional<Uuid> topicId(List<String> lines) {
        boolean known = lines.size() == 2
                && lines.get(0).equals(VERSION)
                && lines.get(1).startsWith(TOPIC_ID);
        if (!known) return Optional.empty();
        try {
            return Optional.of(
                    Uuid.parse(lines.get(1).substring(TOPIC_ID.length()).strip()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
