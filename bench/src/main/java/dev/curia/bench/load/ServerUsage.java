package dev.curia.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What processes have used, all together, as Linux tells in {@code /proc}. */
public final class ServerUsage {
    /** Fields after the command's name, which is in parentheses: 14 and 15 of proc_pid_stat(5), of which the 3rd is the first here. */
    private static final int USER_TICKS = 11;

    /** USER_HZ is the same on all machines that Linux has long run on. */
    private static final double TICKS_A_SECOND = 100;

    private final List<Long> pids;
    private final Window window;

    public ServerUsage(List<Long> pids) {
        this(pids, Window.NONE);
    }

    /** @param window is told while a {@link Meter} measures these processes */
    public ServerUsage(List<Long> pids, Window window) {
        this.pids = List.copyOf(pids);
        this.window = window;
    }

    Window window() {
        return window;
    }

    /**
     * Of all processors, in user and system mode, since the processes began, without what they spent on compiling: that is much in the first minutes
     * and next to nothing later. In steps of 10 ms for each.
     */
    public double cpuSeconds() {
        return pids.stream().mapToDouble(pid -> cpuSeconds(read(pid, "stat"))).sum() - compilingSeconds();
    }

    /** What the just-in-time compilers' threads have used of all processors. */
    public double compilingSeconds() {
        return pids.stream()
                .flatMap(pid -> threads(pid).stream())
                .filter(ServerUsage::isCompiler)
                .mapToDouble(ServerUsage::cpuSeconds)
                .sum();
    }

    static boolean isCompiler(String stat) {
        return stat.contains(" (C1 Compiler") || stat.contains(" (C2 Compiler");
    }

    private static List<String> threads(long pid) {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return tasks.flatMap(task -> stat(task).stream()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell what process " + pid + " uses (this needs Linux)", e);
        }
    }

    public double residentMegabytes() {
        return pids.stream()
                .mapToDouble(pid -> residentMegabytes(read(pid, "status")))
                .sum();
    }

    static double cpuSeconds(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[USER_TICKS + 1])) / TICKS_A_SECOND;
    }

    /** Empty when it has ended meanwhile, which compilers' threads do not. */
    private static Optional<String> stat(Path task) {
        try {
            return Optional.of(Files.readString(task.resolve("stat"), StandardCharsets.UTF_8));
        } catch (IOException ended) {
            return Optional.empty();
        }
    }

    static double residentMegabytes(String status) {
        String line = status.lines()
                .filter(l -> l.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no VmRSS: the process has ended"));
        return Long.parseLong(line.replaceAll("\\D", "")) * 1_024 / 1e6;
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell what process " + pid + " uses (this needs Linux)", e);
        }
    }
}
