package dev.curia.system;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** kcat that sends lines as they come, until it is closed. One thread at a time. */
final class KcatProducer implements AutoCloseable {
    /** kcat takes its input in blocks of 128 bytes, and waits for the last byte of each: of lines of this length it keeps few. */
    static final int LINE_CHARACTERS = 127;

    private final Process process;
    private final BufferedWriter lines;
    private final Path said;

    KcatProducer(List<String> commandLine) {
        try {
            said = Files.createTempFile(Distribution.find().workspace(), "kcat", ".log");
            process = new ProcessBuilder(commandLine)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + commandLine, e);
        }
        lines = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** Nothing but ASCII. */
    void send(String line) {
        if (line.length() != LINE_CHARACTERS) throw new IllegalArgumentException("would be held back: " + line);
        try {
            lines.write(line + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("kcat has ended: " + said(), e);
        }
    }

    /** What was sent so far reaches kcat, which may keep a few lines until more come. */
    void flush() {
        try {
            lines.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("kcat has ended: " + said(), e);
        }
    }

    /** Ends the input and waits until all is delivered; what kcat said. */
    String finish() {
        try {
            lines.close();
            if (!process.waitFor(60, TimeUnit.SECONDS)) throw new AssertionError("kcat does not end: " + said());
            if (process.exitValue() != 0) throw new AssertionError("kcat failed: " + said());
            return said();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            Files.deleteIfExists(said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String said() {
        try {
            return Files.readString(said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
