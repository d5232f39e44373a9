package dev.curia.metadata.rpc;

import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.MetadataLog.Committed;
import dev.curia.proto.metadata.v1.CommittedBatch;
import dev.curia.proto.metadata.v1.SnapshotPart;
import dev.curia.proto.metadata.v1.WatchEvent;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * One watch stream. It has no queue: whenever the stream can take more, the next batches are looked up by index in the
 * log's changes, and when those are gone the image is sent whole. So a slow watcher costs nothing and loses
 * nothing. Confined to the watch loop.
 */
final class Watcher {
    private static final int BATCHES_A_TURN = 64;

    private final ServerCallStreamObserver<WatchEvent> out;
    private final MetadataLog log;
    private final ImageSnapshots snapshots;
    private Iterator<SnapshotPart> parts = Collections.emptyIterator(); // of a snapshot being sent
    private long sentIndex;
    private boolean sentSinceTick;

    Watcher(ServerCallStreamObserver<WatchEvent> out, MetadataLog log, ImageSnapshots snapshots, long afterIndex) {
        this.out = out;
        this.log = log;
        this.snapshots = snapshots;
        this.sentIndex = afterIndex;
    }

    /** Sends what there is, as far as the stream takes it. */
    void drain() {
        while (!out.isCancelled() && out.isReady()) {
            if (parts.hasNext()) {
                sendPart();
                continue;
            }
            if (log.image().index() <= sentIndex) return;
            Optional<List<Committed>> next =
                    sentIndex < 0 ? Optional.empty() : log.changesAfter(sentIndex, BATCHES_A_TURN);
            if (next.isEmpty()) startSnapshot();
            else if (next.get().isEmpty()) return;
            else next.get().forEach(this::send);
        }
    }

    boolean sendsSnapshot() {
        return parts.hasNext();
    }

    /** A sign of life when nothing was sent since the last tick. */
    void tick() {
        drain();
        if (!sentSinceTick && !parts.hasNext() && !out.isCancelled() && out.isReady()) {
            send(WatchEvent.newBuilder().setProgressIndex(sentIndex).build());
        }
        sentSinceTick = false;
    }

    boolean isGone() {
        return out.isCancelled();
    }

    private void send(Committed batch) {
        sentIndex = batch.index();
        send(WatchEvent.newBuilder()
                .setBatch(CommittedBatch.newBuilder().setIndex(batch.index()).addAllRecords(batch.records()))
                .build());
    }

    private void send(WatchEvent event) {
        sentSinceTick = true;
        out.onNext(event);
    }

    private void startSnapshot() {
        List<SnapshotPart> snapshot = snapshots.take();
        parts = snapshot.iterator();
        sentIndex = snapshot.get(0).getIndex();
    }

    private void sendPart() {
        send(WatchEvent.newBuilder().setSnapshot(parts.next()).build());
        if (!parts.hasNext()) parts = Collections.emptyIterator(); // this one would keep all of them
    }
}
