package dev.curia.metadata.ratis;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The file {@code recoveries.log} of a quorum node's directory: what was done to its metadata by hand, a line each time. */
final class RecoveryNotes {
    private static final String NAME = "recoveries.log";

    private RecoveryNotes() {}

    /** Durable when it returns. */
    static void add(Path root, String line) throws IOException {
        try (FileChannel channel = FileChannel.open(
                root.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE)) {
            channel.write(StandardCharsets.UTF_8.encode(line));
            channel.force(true);
        }
    }

    /** Oldest first; empty when nothing ever was. */
    static List<String> of(Path root) throws IOException {
        Path file = root.resolve(NAME);
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }
}
