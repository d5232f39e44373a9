package dev.curia.system;

import dev.curia.testkit.Await;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One server process, started and broken as often as a test likes. Its output of all its lives goes to one log file. Never outlives
 * the tests' own process. Not thread-safe.
 */
final class NodeProcess implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final Duration STOPS_WITHIN = Duration.ofSeconds(30);
    private static final String HEAP = "-Xmx256m";

    private final String name;
    private final List<String> command;
    private final List<String> firstStart;
    private final Path log;
    private final String httpAddress;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private boolean startedBefore;
    private @Nullable Process process;
    private @Nullable Thread killAtExit;

    /**
     * @param firstStart more arguments for the very first start
     * @param httpAddress host and port of its HTTP listener
     */
    NodeProcess(String name, List<String> command, List<String> firstStart, Path log, String httpAddress) {
        this.name = name;
        this.command = List.copyOf(command);
        this.firstStart = List.copyOf(firstStart);
        this.log = log;
        this.httpAddress = httpAddress;
    }

    String name() {
        return name;
    }

    int httpPort() {
        return Integer.parseInt(httpAddress, httpAddress.lastIndexOf(':') + 1, httpAddress.length(), 10);
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    long pid() {
        return running().pid();
    }

    /** Starts the process; it need not serve yet when this returns. */
    void start() {
        if (isAlive()) throw new IllegalStateException(name + " runs already");
        List<String> line = new ArrayList<>(command);
        if (!startedBefore) line.addAll(firstStart);
        startedBefore = true;
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("CURIA_HEAP_OPTS", HEAP);
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            Process started = builder.start();
            process = started;
            killAtExit = new Thread(started::destroyForcibly, "kill-" + name);
            Runtime.getRuntime().addShutdownHook(killAtExit);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name, e);
        }
    }

    /** Waits until the node says that it can serve. */
    void awaitReady() {
        Await.until(name + " ready, see " + log, READY_WITHIN, () -> {
            if (!isAlive()) throw new AssertionError(name + " has ended:\n" + logTail());
            return get("/health/ready").statusCode() == 200;
        });
    }

    /** Starts it and waits until it serves. */
    void startAndAwaitReady() {
        start();
        awaitReady();
    }

    /** SIGTERM; waits for the end and returns the exit code. */
    int terminate() {
        Process stopping = running();
        stopping.destroy();
        try {
            if (!stopping.waitFor(STOPS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(name + " did not stop within " + STOPS_WITHIN + " of SIGTERM:\n" + logTail());
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        forget();
        return stopping.exitValue();
    }

    /** SIGKILL; returns when the process is gone. */
    void kill() {
        // Not interruptible: a test that is out of time must leave nothing behind either.
        running().destroyForcibly().onExit().join();
        forget();
    }

    /** SIGSTOP: it does nothing from now on, but its connections stay. */
    void pause() {
        signal("STOP");
    }

    /** SIGCONT. */
    void resume() {
        signal("CONT");
    }

    /** Waits for a process that is expected to end by itself. */
    int awaitExit(Duration atMost) {
        Process ending = running();
        try {
            if (!ending.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(name + " still runs after " + atMost + ":\n" + logTail());
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        forget();
        return ending.exitValue();
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + httpAddress + path))
                .timeout(Duration.ofSeconds(5))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** All it has said so far, in all its lives. */
    String logText() {
        try {
            return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (isAlive()) kill();
        forget();
    }

    private String logTail() {
        String text = logText();
        return text.substring(Math.max(0, text.length() - 4_000));
    }

    private void signal(String signal) {
        Command.of("kill", "-" + signal, Long.toString(pid())).run().orFail();
    }

    private Process running() {
        if (process == null) throw new IllegalStateException(name + " is not started");
        return process;
    }

    private void forget() {
        if (killAtExit != null) Runtime.getRuntime().removeShutdownHook(killAtExit);
        killAtExit = null;
        process = null;
    }

    private static AssertionError interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new AssertionError("interrupted", e);
    }
}
