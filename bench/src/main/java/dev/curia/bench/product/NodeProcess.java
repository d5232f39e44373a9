package dev.curia.bench.product;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A server process that is started and ended as often as needed, and ends with this one. Not thread-safe. */
public final class NodeProcess implements AutoCloseable {
    private final List<String> command;
    private final Map<String, String> environment;
    private final Path log;
    private final Thread killAtExit = new Thread(this::close);
    private volatile @Nullable Process process;

    /** @param log the output of every run is appended */
    public NodeProcess(List<String> command, Map<String, String> environment, Path log) {
        this.command = List.copyOf(command);
        this.environment = Map.copyOf(environment);
        this.log = log;
        Runtime.getRuntime().addShutdownHook(killAtExit);
    }

    /** Runs when this returns: started if it had ended, resumed if it was frozen. */
    public void heal() {
        if (isAlive()) {
            signal("CONT");
            return;
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command, e);
        }
    }

    public boolean isAlive() {
        Process now = process;
        return now != null && now.isAlive();
    }

    /** SIGKILL; returns when the process is gone. */
    public void kill() {
        running().destroyForcibly();
        awaitEnd();
    }

    /** SIGTERM; returns when the process is gone. */
    public void terminate() {
        askToEnd();
        awaitEnd();
    }

    /** SIGTERM, without waiting. */
    void askToEnd() {
        running().destroy();
    }

    /** Of the run that goes on, or the last one. */
    public long pid() {
        return running().pid();
    }

    /** @param signal as {@code kill} names it */
    public void signal(String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(running().pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    public Path log() {
        return log;
    }

    /** What is reachable on its heap. Collects its garbage. */
    public long reachableHeapBytes() {
        String text = diagnose("GC.class_histogram");
        // "Total  <instances>  <bytes>"
        return text.lines()
                .filter(line -> line.startsWith("Total"))
                .mapToLong(line -> Long.parseLong(line.trim().replaceAll(".* ", "")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("jcmd printed no total: " + text));
    }

    /**
     * Has its Java do what {@code jcmd} can ask for.
     *
     * @return what {@code jcmd} printed
     */
    String diagnose(String command) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try {
            Process asking = new ProcessBuilder(jcmd.toString(), Long.toString(pid()), command)
                    .redirectErrorStream(true)
                    .start();
            return new String(asking.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Killed, if it runs. */
    @Override
    public void close() {
        if (process != null) kill();
    }

    private Process running() {
        Process now = process;
        if (now == null) throw new IllegalStateException("not started: " + command);
        return now;
    }

    void awaitEnd() {
        try {
            running().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
