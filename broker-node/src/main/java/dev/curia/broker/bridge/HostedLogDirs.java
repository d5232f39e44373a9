package dev.curia.broker.bridge;

import dev.curia.broker.kafka.api.LogDirs;
import dev.curia.log.LogDirectories;
import dev.curia.log.LogDirectory;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The log directories of this process, those too that could not be opened. Thread-safe. */
public final class HostedLogDirs implements LogDirs {
    private static final long UNKNOWN = -1;

    private final LogDirectories directories;

    public HostedLogDirs(LogDirectories directories) {
        this.directories = directories;
    }

    @Override
    public List<LogDir> describe() {
        return Stream.concat(
                        directories.all().stream().map(HostedLogDirs::describe),
                        directories.unopened().stream().map(unopened -> offline(unopened.path())))
                .toList();
    }

    private static LogDir describe(LogDirectory directory) {
        if (!directory.isOnline()) return offline(directory.path());
        return new LogDir(
                directory.path().toAbsolutePath().toString(),
                true,
                directory.totalBytes(),
                directory.usableBytes(),
                directory.logs().stream()
                        .map(log -> new Held(log.name(), log.sizeInBytes()))
                        .toList());
    }

    private static LogDir offline(Path path) {
        return new LogDir(path.toAbsolutePath().toString(), false, UNKNOWN, UNKNOWN, List.of());
    }
}
