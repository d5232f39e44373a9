package dev.curia.bench.metadata;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.SystemClock;
import dev.curia.metadata.client.MetadataWatcher;
import dev.curia.metadata.client.QuorumChannels;
import dev.curia.metadata.image.MetadataDelta;
import dev.curia.metadata.image.MetadataImage;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The metadata as a broker keeps it, and when it shows something for the first time. Thread-safe. */
final class WatchedImage implements MetadataWatcher.Listener, AutoCloseable {
    private record Awaited(Predicate<MetadataImage> what, CompletableFuture<Long> atNanos) {}

    private final SystemClock clock = new SystemClock();
    private final MetadataWatcher watcher;
    private volatile @Nullable Awaited awaited;

    WatchedImage(QuorumChannels channels, List<HostPort> nodes, EventLoop loop) {
        watcher = new MetadataWatcher(QuorumNodes.CLUSTER, channels, nodes, loop, clock, new Random(), this);
    }

    void start() {
        watcher.start();
    }

    MetadataImage image() {
        return watcher.image();
    }

    void awaitIndex(long index) {
        watcher.awaitIndex(index).join();
    }

    void expect(long index) {
        watcher.expect(index);
    }

    /** On the monotonic clock; one at a time. */
    CompletableFuture<Long> when(Predicate<MetadataImage> what) {
        CompletableFuture<Long> atNanos = new CompletableFuture<>();
        awaited = new Awaited(what, atNanos);
        return atNanos;
    }

    @Override
    public void onUpdate(MetadataDelta delta, MetadataImage image) {
        Awaited now = awaited;
        if (now == null || !now.what().test(image)) return;
        awaited = null;
        now.atNanos().complete(clock.monotonicNanos());
    }

    @Override
    public void close() {
        watcher.close();
    }
}
