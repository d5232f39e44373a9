package dev.curia.log.producer;

import dev.curia.log.batch.BatchView;
import dev.curia.log.producer.ProducerEntry.Batch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Kafka's producer snapshot, version 1, big endian: the state before the offset that the file is named by.
 *
 * <pre>
 * int16 version = 1 | uint32 crc32c of what follows | int32 count, then for each producer
 * int64 producerId | int16 producerEpoch | int32 lastSequence | int64 lastOffset | int32 offsetDelta | int64 timestamp
 * | int32 coordinatorEpoch | int64 currentTxnFirstOffset
 * </pre>
 */
final class ProducerSnapshot {
    private static final short VERSION = 1;
    private static final int CRC_AT = 2;
    private static final int ENTRIES_AT = 6;
    private static final int ENTRY_BYTES = 46;

    private ProducerSnapshot() {}

    static ByteBuffer encode(ProducerTable producers) {
        ByteBuffer out = ByteBuffer.allocate(ENTRIES_AT + Integer.BYTES + ENTRY_BYTES * producers.size());
        out.putShort(VERSION).putInt(0).putInt(producers.size());
        producers.forEach(entry -> {
            Batch last = entry.last();
            out.putLong(entry.producerId).putShort(entry.producerEpoch);
            out.putInt(last == null ? BatchView.NONE : last.lastSequence());
            out.putLong(last == null ? BatchView.NONE : last.lastOffset());
            out.putInt(last == null ? 0 : last.offsetDelta());
            out.putLong(entry.lastTimestamp).putInt(entry.coordinatorEpoch).putLong(entry.currentTxnFirstOffset);
        });
        out.flip();
        return out.putInt(CRC_AT, crc(out));
    }

    /** Empty: not a whole, undamaged snapshot. */
    static Optional<List<ProducerEntry>> decode(ByteBuffer in) {
        if (in.remaining() < ENTRIES_AT + Integer.BYTES) return Optional.empty();
        int start = in.position();
        if (in.getShort(start) != VERSION || in.getInt(start + CRC_AT) != crc(in)) return Optional.empty();
        int count = in.getInt(start + ENTRIES_AT);
        if (count < 0 || in.remaining() != ENTRIES_AT + Integer.BYTES + (long) ENTRY_BYTES * count) {
            return Optional.empty();
        }
        ByteBuffer entries = in.duplicate().position(start + ENTRIES_AT + Integer.BYTES);
        List<ProducerEntry> producers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) producers.add(entry(entries));
        return Optional.of(producers);
    }

    private static ProducerEntry entry(ByteBuffer in) {
        ProducerEntry entry = new ProducerEntry(in.getLong());
        entry.producerEpoch = in.getShort();
        int lastSequence = in.getInt();
        long lastOffset = in.getLong();
        int offsetDelta = in.getInt();
        entry.lastTimestamp = in.getLong();
        entry.coordinatorEpoch = in.getInt();
        entry.currentTxnFirstOffset = in.getLong();
        entry.lastSeenMillis = entry.lastTimestamp;
        if (lastOffset >= 0) entry.add(new Batch(lastSequence, lastOffset, offsetDelta, entry.lastTimestamp));
        return entry;
    }

    private static int crc(ByteBuffer snapshot) {
        CRC32C crc = new CRC32C();
        crc.update(snapshot.duplicate().position(snapshot.position() + ENTRIES_AT));
        return (int) crc.getValue();
    }
}
