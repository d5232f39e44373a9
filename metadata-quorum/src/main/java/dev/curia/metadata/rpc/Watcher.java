package dev.curia.metadata.rpc;

import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.MetadataLog.Committed;
import dev.curia.proto.metadata.v1.CommittedBatch;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.SnapshotPart;
import dev.curia.proto.metadata.v1.WatchEvent;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * One watch stream. It has no queue: whenever the stream can take more, the next batches are looked up by index in the
 * log's changes, and when those are gone the image is sent whole. So a slow watcher costs nothing and loses
 * nothing. Confined to the watch loop.
 */
final class Watcher {
    private static final int BATCHES_A_TURN = 64;
    private static final int PART_RECORDS = 2000;
    private static final int PART_BYTES = 1024 * 1024;

    private final ServerCallStreamObserver<WatchEvent> out;
    private final MetadataLog log;
    private final Deque<SnapshotPart> parts = new ArrayDeque<>(); // of a snapshot being sent
    private long sentIndex;
    private boolean sentSinceTick;

    Watcher(ServerCallStreamObserver<WatchEvent> out, MetadataLog log, long afterIndex) {
        this.out = out;
        this.log = log;
        this.sentIndex = afterIndex;
    }

    /** Sends what there is, as far as the stream takes it. */
    void drain() {
        while (!out.isCancelled() && out.isReady()) {
            if (!parts.isEmpty()) {
                send(WatchEvent.newBuilder().setSnapshot(parts.remove()).build());
                continue;
            }
            MetadataImage image = log.image();
            if (image.index() <= sentIndex) return;
            Optional<List<Committed>> next =
                    sentIndex < 0 ? Optional.empty() : log.changesAfter(sentIndex, BATCHES_A_TURN);
            if (next.isEmpty()) startSnapshot(image);
            else if (next.get().isEmpty()) return;
            else next.get().forEach(this::send);
        }
    }

    /** A sign of life when nothing was sent since the last tick. */
    void tick() {
        drain();
        if (!sentSinceTick && parts.isEmpty() && !out.isCancelled() && out.isReady()) {
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

    private void startSnapshot(MetadataImage image) {
        List<List<MetadataRecord>> cut = cut(image.toRecords());
        for (int i = 0; i < cut.size(); i++) {
            parts.add(SnapshotPart.newBuilder()
                    .setIndex(image.index())
                    .addAllRecords(cut.get(i))
                    .setFirst(i == 0)
                    .setLast(i == cut.size() - 1)
                    .build());
        }
        sentIndex = image.index();
    }

    /** At least one part, so that even an empty image is announced. */
    private static List<List<MetadataRecord>> cut(List<MetadataRecord> records) {
        List<List<MetadataRecord>> cut = new ArrayList<>();
        List<MetadataRecord> part = new ArrayList<>();
        int bytes = 0;
        for (MetadataRecord record : records) {
            int size = record.getSerializedSize();
            if (!part.isEmpty() && (part.size() >= PART_RECORDS || bytes + size > PART_BYTES)) {
                cut.add(part);
                part = new ArrayList<>();
                bytes = 0;
            }
            part.add(record);
            bytes += size;
        }
        cut.add(part);
        return cut;
    }
}
