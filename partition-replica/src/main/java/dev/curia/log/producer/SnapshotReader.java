package dev.curia.log.producer;

import dev.curia.log.batch.BatchView;
import dev.curia.log.producer.ProducerEntry.Batch;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** What a producer snapshot says, for tools that show or check it. Stateless. */
public final class SnapshotReader {
    private SnapshotReader() {}

    /**
     * One producer.
     *
     * @param lastSequence -1: it has written nothing in this epoch
     * @param lastOffset of its last batch; -1: none
     * @param coordinatorEpoch of the last marker; -1: none
     * @param currentTxnFirstOffset -1: no transaction is open
     */
    public record Producer(
            long producerId,
            short producerEpoch,
            int lastSequence,
            long lastOffset,
            int offsetDelta,
            long lastTimestamp,
            int coordinatorEpoch,
            long currentTxnFirstOffset) {}

    /** Empty: the bytes are no whole, undamaged snapshot. */
    public static Optional<List<Producer>> read(ByteBuffer snapshot) {
        return ProducerSnapshot.decode(snapshot)
                .map(entries -> entries.stream().map(SnapshotReader::producer).toList());
    }

    private static Producer producer(ProducerEntry entry) {
        Batch last = entry.last();
        return new Producer(
                entry.producerId,
                entry.producerEpoch,
                entry.lastSequence(),
                last == null ? BatchView.NONE : last.lastOffset(),
                last == null ? 0 : last.offsetDelta(),
                entry.lastTimestamp,
                entry.coordinatorEpoch,
                entry.currentTxnFirstOffset);
    }
}
