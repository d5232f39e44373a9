package dev.curia.metadata.client;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.Clock;
import dev.curia.metadata.image.MetadataDelta;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.metadata.v1.CommittedBatch;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.SnapshotPart;
import dev.curia.proto.metadata.v1.WatchEvent;
import dev.curia.proto.metadata.v1.WatchRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a local copy of the metadata image. It follows one quorum node's watch stream, resumes after the last index it has, and goes to
 * another node when the stream breaks, falls silent, or lags behind what is known to be committed. The node it likes best is the active
 * controller's: that has a change when a majority has it on disk, any other not before its own disk does.
 *
 * <p>{@link #image} is thread-safe and never goes back. The listener is called on the loop, in order, and sees every image exactly once;
 * after a snapshot the delta is the difference of the two images.
 */
public final class MetadataWatcher implements AutoCloseable {
    /** Gets each new image. Called on the watcher's loop; must not block. */
    public interface Listener {
        void onUpdate(MetadataDelta delta, MetadataImage image);
    }

    private record Awaiter(long index, CompletableFuture<Void> future) {}

    private static final Logger LOG = LoggerFactory.getLogger(MetadataWatcher.class);
    private static final Duration SILENCE = Duration.ofSeconds(4);
    private static final Duration MAX_LAG = Duration.ofSeconds(2);
    private static final Duration CHECK = Duration.ofMillis(500);

    private final String clusterId;
    private final QuorumChannels channels;
    private final NodeChoice choice;
    private final EventLoop loop;
    private final Clock clock;
    private final Listener listener;

    private volatile MetadataImage image = MetadataImage.EMPTY;

    // Loop-confined from here on.
    private final PriorityQueue<Awaiter> awaiters = new PriorityQueue<>(Comparator.comparingLong(Awaiter::index));
    private final List<MetadataRecord> snapshot = new ArrayList<>();
    private @Nullable WatchStream stream;
    private @Nullable WatchStream successor; // takes over with its first event
    private long heardNanos;
    private long expectedIndex = -1;
    private long expectedSinceNanos;
    private boolean closed;

    /**
     * @param clusterId whose metadata to follow; empty: any
     * @param loop runs the listener; started and closed by the owner
     */
    public MetadataWatcher(
            String clusterId,
            QuorumChannels channels,
            List<HostPort> bootstrap,
            EventLoop loop,
            Clock clock,
            RandomGenerator random,
            Listener listener) {
        this.clusterId = clusterId;
        this.channels = channels;
        this.choice = new NodeChoice(bootstrap, channels::learned, random);
        this.loop = loop;
        this.clock = clock;
        this.listener = listener;
    }

    public void start() {
        loop.submit(() -> {
            connect();
            check();
        });
    }

    /** The newest image; {@link MetadataImage#EMPTY} before the first. */
    public MetadataImage image() {
        return image;
    }

    /** Completes on the loop when the listener has seen an image of at least this index; fails only when the watcher is closed. */
    public CompletableFuture<Void> awaitIndex(long index) {
        CompletableFuture<Void> future = new CompletableFuture<>();
        onLoop(
                () -> {
                    if (image.index() >= index) future.complete(null);
                    else if (closed) future.completeExceptionally(closedException());
                    else awaiters.add(new Awaiter(index, future));
                },
                () -> future.completeExceptionally(closedException()));
        return future;
    }

    /** The cluster is known to have committed this index: a node that does not show it within two seconds is left for another. */
    public void expect(long index) {
        onLoop(
                () -> {
                    if (index <= Math.max(expectedIndex, image.index())) return;
                    if (expectedIndex <= image.index()) expectedSinceNanos = clock.monotonicNanos();
                    expectedIndex = index;
                },
                () -> {});
    }

    /** The active controller is at this node: follows that one, without a pause, if it answers. */
    public void prefer(HostPort node) {
        onLoop(
                () -> {
                    choice.prefer(node);
                    // Without a stream the next attempt goes there.
                    if (stream == null || stream.node().equals(node))
                        leave(successor, "the other one is at the controller");
                    else if (successor == null || !successor.node().equals(node)) succeedBy(node);
                },
                () -> {});
    }

    @Override
    public void close() {
        onLoop(
                () -> {
                    closed = true;
                    leave(stream, "the watcher is closed");
                    leave(successor, "the watcher is closed");
                    stream = null;
                    awaiters.forEach(awaiter -> awaiter.future().completeExceptionally(closedException()));
                    awaiters.clear();
                },
                () -> {});
    }

    private void connect() {
        if (closed) return;
        snapshot.clear();
        heardNanos = clock.monotonicNanos();
        WatchStream opened = new WatchStream(choice.current(), channels, this::onEvent, this::onEnd, this::offload);
        stream = opened;
        open(opened);
    }

    private void succeedBy(HostPort node) {
        if (closed) return;
        leave(successor, "the controller is elsewhere");
        WatchStream opened = new WatchStream(node, channels, this::onEvent, this::onEnd, this::offload);
        successor = opened;
        open(opened);
    }

    private void open(WatchStream opened) {
        opened.open(WatchRequest.newBuilder()
                .setClusterId(clusterId)
                .setAfterIndex(image.index())
                .build());
    }

    private void takeOver(WatchStream next) {
        leave(stream, "another takes over");
        stream = next;
        successor = null;
        snapshot.clear();
    }

    private void leave(@Nullable WatchStream left, String why) {
        if (left == null) return;
        if (left == successor) successor = null;
        left.cancel(why);
    }

    private void offload(Runnable task) {
        onLoop(task, () -> {});
    }

    private void onEvent(WatchStream from, WatchEvent event) {
        if (from == successor) takeOver(from);
        if (from != stream) return;
        choice.worked();
        heardNanos = clock.monotonicNanos();
        switch (event.getKindCase()) {
            case SNAPSHOT -> onSnapshot(event.getSnapshot());
            case BATCH -> onBatch(event.getBatch());
            case PROGRESS_INDEX, KIND_NOT_SET -> {} // a sign of life
        }
        from.requestNext();
    }

    private void onEnd(WatchStream from, Throwable failure) {
        LOG.debug("metadata watch at {} ended", from.node(), failure);
        if (from == successor) successor = null;
        if (from != stream || closed) return;
        stream = null;
        retryAfter(choice.failed(from.node(), ControllerHints.of(failure)));
    }

    private void retryAfter(long nanos) {
        loop.schedule(nanos, () -> {
            if (stream == null) connect();
        });
    }

    private void onSnapshot(SnapshotPart part) {
        if (part.getFirst()) snapshot.clear();
        snapshot.addAll(part.getRecordsList());
        if (!part.getLast()) return;
        if (part.getIndex() >= image.index()) {
            MetadataImage next =
                    MetadataImage.EMPTY.apply(part.getIndex(), snapshot).image();
            publish(MetadataDelta.between(image, next), next);
        }
        snapshot.clear();
    }

    private void onBatch(CommittedBatch batch) {
        if (batch.getIndex() <= image.index()) return;
        MetadataImage.Applied applied = image.apply(batch.getIndex(), batch.getRecordsList());
        publish(applied.delta(), applied.image());
    }

    private void publish(MetadataDelta delta, MetadataImage next) {
        image = next;
        listener.onUpdate(delta, next);
        for (Awaiter a = awaiters.peek(); a != null && a.index() <= next.index(); a = awaiters.peek()) {
            awaiters.remove().future().complete(null);
        }
    }

    private void check() {
        if (closed) return;
        long now = clock.monotonicNanos();
        if (stream != null) {
            boolean silent = now - heardNanos > SILENCE.toNanos();
            boolean lagging = image.index() < expectedIndex && now - expectedSinceNanos > MAX_LAG.toNanos();
            if (silent || lagging) {
                LOG.info("leaving metadata watch at {}: {}", stream.node(), silent ? "silent" : "it lags behind");
                expectedSinceNanos = now;
                stream.cancel(silent ? "silent" : "lagging");
                long delay = choice.failed(stream.node(), Optional.empty());
                stream = null;
                retryAfter(delay);
            }
        }
        loop.schedule(CHECK.toNanos(), this::check);
    }

    private void onLoop(Runnable task, Runnable whenClosed) {
        try {
            loop.submit(task);
        } catch (RejectedExecutionException e) {
            whenClosed.run();
        }
    }

    private static IllegalStateException closedException() {
        return new IllegalStateException("the metadata watcher is closed");
    }
}
