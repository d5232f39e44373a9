package dev.curia.broker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was opened, closed in reverse order. Not thread-safe. */
final class Resources implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Resources.class);

    private static final long STOP_SECONDS = 10;

    private record Resource(String name, AutoCloseable closing) {}

    private final Deque<Resource> open = new ArrayDeque<>();

    /** Takes over the closing of {@code resource}. */
    <T extends AutoCloseable> T own(T resource) {
        open.push(new Resource(resource.getClass().getSimpleName(), resource));
        return resource;
    }

    /** Runs {@code closing} in its turn. */
    void onClose(String name, AutoCloseable closing) {
        open.push(new Resource(name, closing));
    }

    /** A pool of daemon threads for work that may block; closing waits a while for what runs. */
    ExecutorService ownExecutor(String name, int threads) {
        ExecutorService executor = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        onClose(name, () -> {
            executor.shutdown();
            if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) executor.shutdownNow();
        });
        return executor;
    }

    /** Closes everything; a failure is logged and does not keep the rest open. */
    @Override
    public void close() {
        while (!open.isEmpty()) {
            Resource next = open.pop();
            try {
                next.closing.close();
            } catch (Exception e) {
                LOG.warn("closing {} failed", next.name, e);
            }
        }
    }
}
