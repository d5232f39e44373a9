package dev.curia.bench.profile;

import dev.curia.bench.load.Window;
import dev.curia.common.time.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Samples processes with Linux's perf, from when this is made; what is read are the samples of one {@link Window}. To attach it takes half a second, and
 * while it does not sample it does not see which libraries are loaded: so it is neither started nor turned on when the window begins. Not
 * thread-safe.
 */
final class Perf implements Window, AutoCloseable {
    /** Not a divisor of what else happens so many times a second. */
    static final int HERTZ = 499;

    private final List<Long> pids;
    private final Path data;
    private final Path messages;
    private final Process recorder;
    private final Clock clock;
    private long begin;
    private long end;

    /** @param directory for the samples, until this is closed */
    Perf(List<Long> pids, Path directory, Clock clock) throws IOException {
        this.clock = clock;
        this.pids = List.copyOf(pids);
        this.data = directory.resolve("perf.data");
        this.messages = directory.resolve("perf.log");
        this.recorder = new ProcessBuilder(
                        "perf",
                        "record",
                        "-g",
                        "-F",
                        Integer.toString(HERTZ),
                        "-k",
                        "CLOCK_MONOTONIC", // as Java's
                        "--control",
                        "fd:0,1",
                        "-p",
                        pids.stream().map(String::valueOf).collect(Collectors.joining(",")),
                        "-o",
                        data.toString())
                .redirectError(messages.toFile())
                .start();
        awaitAttached();
    }

    @Override
    public void begin() {
        begin = clock.monotonicNanos();
    }

    @Override
    public void end() {
        end = clock.monotonicNanos();
    }

    /** It answers as soon as it samples. */
    private void awaitAttached() throws IOException {
        recorder.outputWriter(StandardCharsets.UTF_8).append("ping\n").flush();
        String answer = recorder.inputReader(StandardCharsets.UTF_8).readLine();
        if (answer == null) {
            throw new IOException("perf record has ended: "
                    + Files.readString(messages, StandardCharsets.UTF_8).strip());
        }
    }

    /**
     * Reads the samples, after the window. Methods have names only if {@code /tmp/perf-PID.map} has been written meanwhile, and as far as they have not been
     * compiled anew.
     */
    void read(Consumer<Sample> samples) throws IOException {
        stop();
        Process script = new ProcessBuilder(
                        "perf",
                        "script",
                        "-i",
                        data.toString(),
                        "-F",
                        "comm,tid,ip,sym,dso",
                        "--no-inline", // which would take minutes to find
                        "--time",
                        seconds(begin) + "," + seconds(end))
                .redirectError(messages.toFile())
                .start();
        try (BufferedReader lines = script.inputReader(StandardCharsets.UTF_8)) {
            Script.read(lines, samples);
        }
        int code = end(script);
        if (code != 0) throw new IOException("perf script ended with " + code + ", see " + messages);
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%d.%09d", nanos / 1_000_000_000, nanos % 1_000_000_000);
    }

    /** It writes what it still has, and ends. */
    private void stop() throws IOException {
        end(new ProcessBuilder("kill", "-INT", Long.toString(recorder.pid()))
                .inheritIO()
                .start());
        end(recorder);
    }

    private static int end(Process process) throws IOException {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("waiting for " + process.info());
        }
    }

    /** The samples are gone then, and the names. */
    @Override
    public void close() throws IOException {
        recorder.destroyForcibly();
        Files.deleteIfExists(data);
        for (long pid : pids) Files.deleteIfExists(Path.of("/tmp", "perf-" + pid + ".map"));
    }
}
