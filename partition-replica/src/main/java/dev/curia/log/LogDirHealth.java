package dev.curia.log;

import dev.curia.log.io.LogDirFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/** Whether a log directory can still be trusted. It never recovers: a failed disk needs a restart. Thread-safe. */
final class LogDirHealth {
    private final Path directory;
    private final LogDirFailure listener;
    private final AtomicBoolean online = new AtomicBoolean(true);

    LogDirHealth(Path directory, LogDirFailure listener) {
        this.directory = directory;
        this.listener = listener;
    }

    boolean isOnline() {
        return online.get();
    }

    /** Takes the directory offline; the listener hears of the first failure only. */
    void fail(String what, IOException cause) {
        if (online.getAndSet(false)) listener.onFailure(directory, what, cause);
    }
}
