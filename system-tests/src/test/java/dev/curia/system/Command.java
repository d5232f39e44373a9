package dev.curia.system;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program run to its end, with a deadline. */
final class Command {
    /** Longer than any that is given to a command, which can say what it waited for. */
    private static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(90);

    private final List<String> line;
    private final byte[] input;
    private final Map<String, String> environment;
    private final Duration atMost;

    private Command(List<String> line, byte[] input, Map<String, String> environment, Duration atMost) {
        this.line = line;
        this.input = input;
        this.environment = environment;
        this.atMost = atMost;
    }

    /** What became of it. */
    static final class Result {
        private final String line;
        private final int exitCode;
        private final byte[] out;
        private final String err;

        private Result(String line, int exitCode, byte[] out, String err) {
            this.line = line;
            this.exitCode = exitCode;
            this.out = out;
            this.err = err;
        }

        int exitCode() {
            return exitCode;
        }

        byte[] out() {
            return out.clone();
        }

        String err() {
            return err;
        }

        String text() {
            return new String(out, StandardCharsets.UTF_8);
        }

        /** Returns this, or fails with what the program said. */
        Result orFail() {
            if (exitCode != 0) throw new AssertionError("failed: " + this);
            return this;
        }

        @Override
        public String toString() {
            return line + "\nexit code " + exitCode + "\nstdout: " + text() + "\nstderr: " + err;
        }
    }

    static Command of(List<String> line) {
        return new Command(List.copyOf(line), new byte[0], Map.of(), DEFAULT_DEADLINE);
    }

    static Command of(String... line) {
        return of(List.of(line));
    }

    Command input(byte[] bytes) {
        return new Command(line, bytes, environment, atMost);
    }

    Command environment(Map<String, String> more) {
        return new Command(line, input, Map.copyOf(more), atMost);
    }

    Command within(Duration deadline) {
        return new Command(line, input, environment, deadline);
    }

    /** @throws AssertionError when it does not end in time; it is killed then */
    Result run() {
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            try {
                return finish(process);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + line, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while running " + line, e);
        }
    }

    private Result finish(Process process) throws InterruptedException {
        Collector out = Collector.of(process.getInputStream());
        Collector err = Collector.of(process.getErrorStream());
        Thread feeder = daemon(() -> feed(process.getOutputStream()));
        feeder.start();
        boolean ended = process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) process.destroyForcibly().waitFor();
        Result result = new Result(
                String.join(" ", line),
                process.exitValue(),
                out.bytes(),
                new String(err.bytes(), StandardCharsets.UTF_8));
        if (!ended) throw new AssertionError("not done within " + atMost + ": " + result);
        return result;
    }

    /** A program may end without reading all its input. */
    private void feed(OutputStream stdin) {
        try (stdin) {
            stdin.write(input);
        } catch (IOException e) {
            return;
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "command");
        thread.setDaemon(true);
        return thread;
    }

    /** Reads a stream to its end on a thread of its own, so that no pipe fills up. */
    private record Collector(Thread thread, ByteArrayOutputStream collected) {
        static Collector of(InputStream stream) {
            ByteArrayOutputStream collected = new ByteArrayOutputStream();
            Thread thread = daemon(() -> {
                try (stream) {
                    stream.transferTo(collected);
                } catch (IOException e) {
                    return; // killed
                }
            });
            thread.start();
            return new Collector(thread, collected);
        }

        byte[] bytes() throws InterruptedException {
            thread.join(10_000);
            return collected.toByteArray();
        }
    }
}
