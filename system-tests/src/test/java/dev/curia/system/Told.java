package dev.curia.system;

import dev.curia.common.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A file in which a program tells what it does while it runs, a line each with the time in front. Immutable. */
record Told(Path file) {
    void tell(Clock clock, String text) {
        try {
            Files.writeString(
                    file, clock.wallMillis() + " " + text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> lines() {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How often something was told that begins with this. */
    long count(String what) {
        return lines().stream().filter(line -> line.contains(" " + what)).count();
    }
}
