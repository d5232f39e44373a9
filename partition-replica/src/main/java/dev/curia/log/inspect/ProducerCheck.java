package dev.curia.log.inspect;

import dev.curia.log.batch.BatchView;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.SmallFiles;
import dev.curia.log.producer.SnapshotReader;
import dev.curia.log.producer.SnapshotReader.Producer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compares producer snapshots with the batches before them. Not thread-safe. */
final class ProducerCheck {
    /** With more producers than these a snapshot's content is no longer compared. */
    private static final int MOST = 200_000;

    private final Map<Long, Last> producers = new HashMap<>();
    private final OpenTransactions transactions;
    private long scannedFrom = -1;
    private boolean comparable = true;

    private record Last(short epoch, int sequence, long offset) {}

    ProducerCheck(OpenTransactions transactions) {
        this.transactions = transactions;
    }

    /** Takes a batch that is known to be sound. */
    void batch(BatchView batch) {
        if (scannedFrom < 0) scannedFrom = batch.baseOffset();
        if (!batch.hasProducerId() || !comparable) return;
        if (batch.isControl()) {
            producers.computeIfPresent(
                    batch.producerId(),
                    (id, last) -> last.epoch == batch.producerEpoch()
                            ? last
                            : new Last(batch.producerEpoch(), BatchView.NONE, BatchView.NONE));
        } else {
            producers.put(
                    batch.producerId(), new Last(batch.producerEpoch(), batch.lastSequence(), batch.lastOffset()));
        }
        if (producers.size() > MOST) lose();
    }

    /** Batches were missed, or are missing on purpose. */
    void lose() {
        comparable = false;
        producers.clear();
    }

    /**
     * Checks a snapshot of the state before {@code offset}, up to which all batches have been taken.
     *
     * @return what is wrong; null: nothing
     */
    @Nullable
    String snapshot(FileSystem files, Path file, long offset) throws IOException {
        Optional<List<Producer>> found = SnapshotReader.read(SmallFiles.read(files, file));
        if (found.isEmpty()) return "is no whole snapshot: its length, version or checksum is wrong";
        for (Producer producer : found.get()) {
            String defect = defect(producer, offset);
            if (defect != null) return "says of producer " + producer.producerId() + " " + defect;
        }
        return null;
    }

    private @Nullable String defect(Producer producer, long offset) {
        if (producer.lastOffset() >= offset) {
            return "that it wrote offset " + producer.lastOffset() + ", which is not before " + offset;
        }
        if (!comparable) return null;
        Last last = producers.get(producer.producerId());
        if (last == null) {
            boolean beforeTheLog = scannedFrom < 0 || producer.lastOffset() < scannedFrom;
            return beforeTheLog
                    ? null
                    : "that it wrote offset " + producer.lastOffset() + ", where the log has nothing of it";
        }
        if (last.epoch != producer.producerEpoch() || last.offset != producer.lastOffset()) {
            return "epoch " + producer.producerEpoch() + " and last offset " + producer.lastOffset()
                    + ", the log before offset " + offset + " says epoch " + last.epoch + " and " + last.offset;
        }
        if (last.sequence != producer.lastSequence()) {
            return "last sequence " + producer.lastSequence() + ", the log says " + last.sequence;
        }
        long open = transactions.firstOffset(producer.producerId()).orElse(BatchView.NONE);
        long claimed = producer.currentTxnFirstOffset();
        boolean beganBefore = claimed >= 0 && claimed < transactions.since();
        if (beganBefore || open == claimed) return null;
        return "that its open transaction begins at " + claimed + ", the log says " + open;
    }
}
