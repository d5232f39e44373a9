package dev.curia.bench.profile;

import dev.curia.bench.load.Window;
import dev.curia.common.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** How the system gave its processors to servers during a window. Not thread-safe. */
final class Scheduling implements Window {
    private final List<Long> pids;
    private final Clock clock;
    private Moment begin;
    private Moment end;

    /** What Linux tells at one time. */
    private record Moment(long nanos, Processors processors, ThreadTimes threads) {}

    Scheduling(List<Long> pids, Clock clock) {
        this.pids = List.copyOf(pids);
        this.clock = clock;
        this.begin = now();
        this.end = begin;
    }

    @Override
    public void begin() {
        begin = now();
    }

    @Override
    public void end() {
        end = now();
    }

    /** A sentence. */
    String text() {
        double seconds = (end.nanos() - begin.nanos()) / 1e9;
        return String.format(
                Locale.ROOT,
                "%.2f s, processors idle %.0f %%, taken by the host %.0f %%; worked + waited for a processor: %s.",
                seconds,
                100 * end.processors().idleSince(begin.processors()),
                100 * end.processors().stolenSince(begin.processors()),
                end.threads().since(begin.threads()).text(seconds));
    }

    private Moment now() {
        try {
            return new Moment(
                    clock.monotonicNanos(),
                    Processors.of(Files.readString(Path.of("/proc/stat"), StandardCharsets.UTF_8)),
                    ThreadTimes.of(
                            pids.stream().flatMap(pid -> threads(pid).stream()).toList()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell what the processors did (this needs Linux)", e);
        }
    }

    private static List<ThreadTimes.OfThread> threads(long pid) {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return tasks.flatMap(task -> thread(task).stream()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell what the threads of process " + pid + " did", e);
        }
    }

    /** Empty when it has ended meanwhile. */
    private static Optional<ThreadTimes.OfThread> thread(Path task) {
        try {
            return Optional.of(new ThreadTimes.OfThread(
                    Files.readString(task.resolve("comm"), StandardCharsets.UTF_8)
                            .trim(),
                    Files.readString(task.resolve("schedstat"), StandardCharsets.UTF_8)));
        } catch (IOException ended) {
            return Optional.empty();
        }
    }
}
