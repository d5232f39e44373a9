package dev.curia.broker.security;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A thread that looks at the files of TLS every now and then. */
public final class TlsReloads implements AutoCloseable {
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "tls-reload");
        made.setDaemon(true);
        return made;
    });

    @SuppressWarnings("FutureReturnValueIgnored") // what can fail is logged where it does
    public TlsReloads(List<TlsContext> contexts, Duration interval) {
        long nanos = interval.toNanos();
        contexts.forEach(
                each -> thread.scheduleWithFixedDelay(each::reloadIfChanged, nanos, nanos, TimeUnit.NANOSECONDS));
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
