package dev.curia.log;

import dev.curia.common.time.Timers;
import java.util.ArrayList;
import java.util.List;

/** Keeps what is to be done later until a test says that the time has come. */
public final class ManualTimers implements Timers {
    private final List<Runnable> tasks = new ArrayList<>();

    @Override
    public synchronized Runnable schedule(long delayNanos, Runnable task) {
        tasks.add(task);
        return () -> cancel(task);
    }

    private synchronized void cancel(Runnable task) {
        tasks.remove(task);
    }

    /** Runs what is there now. */
    public void runAll() {
        List<Runnable> due;
        synchronized (this) {
            due = List.copyOf(tasks);
            tasks.clear();
        }
        due.forEach(Runnable::run);
    }
}
