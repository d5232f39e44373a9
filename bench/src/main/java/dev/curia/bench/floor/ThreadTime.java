package dev.curia.bench.floor;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** Processor time of single threads, in user and system mode. Stateless. */
final class ThreadTime {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private ThreadTime() {}

    /** Of the thread that asks, in nanoseconds. */
    static long ownNanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** In nanoseconds; the thread must be running. */
    static long nanos(Thread thread) {
        long nanos = THREADS.getThreadCpuTime(thread.getId());
        if (nanos < 0) throw new IllegalStateException(thread.getName() + " has ended, or its time cannot be told");
        return nanos;
    }
}
