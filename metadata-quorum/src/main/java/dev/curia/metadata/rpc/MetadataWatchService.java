package dev.curia.metadata.rpc;

import dev.curia.common.loop.EventLoop;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.proto.metadata.v1.MetadataGrpc;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.WatchEvent;
import dev.curia.proto.metadata.v1.WatchRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Streams the applied metadata to whoever watches. A commit only wakes the watch loop, which then lets every {@link Watcher} send what it
 * has not yet sent; wake-ups are joined, so the log's threads are never held up. Thread-safe.
 */
final class MetadataWatchService extends MetadataGrpc.MetadataImplBase implements MetadataLog.CommitListener {
    private static final int MAX_WATCHERS = 10_000;

    private final MetadataLog log;
    private final EventLoop loop;
    private final Duration progressInterval;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final ImageSnapshots snapshots; // loop-confined
    private final Set<Watcher> watchers = new LinkedHashSet<>(); // loop-confined

    /** @param progressInterval an idle stream shows a sign of life this often */
    MetadataWatchService(MetadataLog log, EventLoop loop, Duration progressInterval) {
        this.log = log;
        this.snapshots = new ImageSnapshots(log);
        this.loop = loop;
        this.progressInterval = progressInterval;
    }

    void start() {
        loop.submit(this::tick);
    }

    @Override
    public void onCommitted(long index, List<MetadataRecord> records, MetadataImage image) {
        wake();
    }

    @Override
    public void onSnapshotInstalled(MetadataImage image) {
        wake();
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchEvent> caller) {
        ServerCallStreamObserver<WatchEvent> out = (ServerCallStreamObserver<WatchEvent>) caller;
        String clusterId = log.image().clusterId();
        if (!request.getClusterId().isEmpty()
                && !clusterId.isEmpty()
                && !request.getClusterId().equals(clusterId)) {
            out.onError(Status.FAILED_PRECONDITION
                    .withDescription("this is cluster " + clusterId + ", not " + request.getClusterId())
                    .asRuntimeException());
            return;
        }
        Watcher watcher = new Watcher(out, log, snapshots, request.getAfterIndex());
        out.setOnReadyHandler(() -> offer(watcher::drain));
        out.setOnCancelHandler(() -> offer(() -> watchers.remove(watcher)));
        if (!offer(() -> admit(watcher, out))) out.onError(overloaded());
    }

    private void admit(Watcher watcher, ServerCallStreamObserver<WatchEvent> out) {
        if (watchers.size() >= MAX_WATCHERS) {
            out.onError(overloaded());
            return;
        }
        watchers.add(watcher);
        watcher.drain();
    }

    private void wake() {
        if (!woken.getAndSet(true) && !offer(this::drainAll)) woken.set(false); // the next tick makes up for it
    }

    private void drainAll() {
        woken.set(false);
        watchers.forEach(Watcher::drain);
    }

    private void tick() {
        watchers.removeIf(Watcher::isGone);
        watchers.forEach(Watcher::tick);
        if (watchers.stream().noneMatch(Watcher::sendsSnapshot)) snapshots.forget();
        loop.schedule(progressInterval.toNanos(), this::tick);
    }

    private boolean offer(Runnable task) {
        return loop.offer(task);
    }

    private static StatusRuntimeException overloaded() {
        return Status.RESOURCE_EXHAUSTED
                .withDescription("too many watchers at this node; try another")
                .asRuntimeException();
    }
}
