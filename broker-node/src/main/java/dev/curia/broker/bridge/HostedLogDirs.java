package dev.curia.broker.bridge;

import dev.curia.broker.kafka.api.LogDirs;
import dev.curia.log.LogDirectories;
import dev.curia.log.LogDirectory;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The log directories of this process. Thread-safe. */
public final class HostedLogDirs implements LogDirs {
    private static final long UNKNOWN = -1;

    private final LogDirectories directories;

    public HostedLogDirs(LogDirectories directories) {
        this.directories = directories;
    }

    @Override
    public List<LogDir> describe() {
        return directories.all().stream().map(HostedLogDirs::describe).toList();
    }

    private static LogDir describe(LogDirectory directory) {
        String path = directory.path().toAbsolutePath().toString();
        if (!directory.isOnline()) return new LogDir(path, false, UNKNOWN, UNKNOWN, List.of());
        return new LogDir(
                path,
                true,
                space(directory.path(), FileStore::getTotalSpace),
                space(directory.path(), FileStore::getUsableSpace),
                directory.logs().stream()
                        .map(log -> new Held(log.name(), log.sizeInBytes()))
                        .toList());
    }

    /** A disk that does not even say that is found out by those who write to it. */
    private static long space(Path directory, Space what) {
        try {
            return what.of(Files.getFileStore(directory));
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    @FunctionalInterface
    private interface Space {
        long of(FileStore store) throws IOException;
    }
}
