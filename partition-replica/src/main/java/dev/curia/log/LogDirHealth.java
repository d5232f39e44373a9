package dev.curia.log;

import dev.curia.log.io.LogDirFailure;
import dev.curia.log.io.NoSpaceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/** Whether a log directory can still be trusted. It never recovers: a failed disk needs a restart. Thread-safe. */
final class LogDirHealth {
    private final Path directory;
    private final LogDirFailure listener;
    private final DiskSpace space;
    private final AtomicBoolean online = new AtomicBoolean(true);

    LogDirHealth(Path directory, LogDirFailure listener, DiskSpace space) {
        this.directory = directory;
        this.listener = listener;
        this.space = space;
    }

    boolean isOnline() {
        return online.get();
    }

    /**
     * Takes the directory offline; the listener hears of the first failure only. But a full disk is not a dead one: it takes no appends for a
     * while, and that is all.
     */
    void fail(String what, IOException cause) {
        if (cause instanceof NoSpaceException) space.exhausted();
        else if (online.getAndSet(false)) listener.onFailure(directory, what, cause);
    }
}
