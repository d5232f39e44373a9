package dev.curia.system;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A client that goes on until it is killed. What it says is appended to a log file. Never outlives the tests' own process. */
final class ClientProcess implements AutoCloseable {
    private final Path log;
    private final Process process;
    private final Thread killAtExit;

    private ClientProcess(Path log, Process process) {
        this.log = log;
        this.process = process;
        killAtExit = new Thread(process::destroyForcibly, "kill-" + log.getFileName());
        Runtime.getRuntime().addShutdownHook(killAtExit);
    }

    static ClientProcess start(List<String> line, Map<String, String> environment, Path log) {
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            return new ClientProcess(log, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + line, e);
        }
    }

    /** A program of the tests themselves, with the libraries they have. */
    static ClientProcess java(Class<?> program, List<String> arguments, Path log) {
        return java(System.getProperty("java.class.path"), program.getName(), arguments, log);
    }

    static ClientProcess java(String classPath, String mainClass, List<String> arguments, Path log) {
        List<String> line = new ArrayList<>(List.of(
                javaCommand(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=logback-program.xml",
                "-Dorg.slf4j.simpleLogger.showDateTime=true",
                "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
                "-cp",
                classPath,
                mainClass));
        line.addAll(arguments);
        return start(line, Map.of(), log);
    }

    /** The same JVM as that of the tests. */
    static String javaCommand() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** By name: STOP, CONT. */
    void signal(String name) {
        Command.of("kill", "-" + name, Long.toString(process.pid())).run().orFail();
    }

    /** @throws AssertionError with the end of what it said, when it has ended */
    void checkAlive() {
        if (process.isAlive()) return;
        String text = logText();
        throw new AssertionError(log + ": ended with exit code " + process.exitValue() + ":\n"
                + text.substring(Math.max(0, text.length() - 4_000)));
    }

    /** All it has said so far, and those before it with the same log. */
    String logText() {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL; returns when the process is gone. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        Runtime.getRuntime().removeShutdownHook(killAtExit);
    }
}
