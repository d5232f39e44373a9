package dev.curia.bench.scale;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** A batch of one record whose value is zeros; whole in all respects, checksum included. Not thread-safe. */
final class ZeroBatch {
    /** Where these lie in a record batch of version 2. */
    private static final int CRC = 17;

    private static final int CHECKED = 21;
    private static final int BASE_TIMESTAMP = 27;
    private static final int MAX_TIMESTAMP = 35;

    private final ByteBuffer batch;

    /** @param bytes of the whole batch, which are enough for it */
    ZeroBatch(int bytes) {
        // The lengths of larger values take as many bytes.
        int others = of(bytes / 2).remaining() - bytes / 2;
        ByteBuffer made = of(bytes - others);
        batch = ByteBuffer.allocateDirect(bytes).put(made).flip();
    }

    private static ByteBuffer of(int valueBytes) {
        return MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(0, null, new byte[valueBytes]))
                .buffer();
    }

    /** The same buffer again, for an append, with another time. */
    ByteBuffer at(long timestamp) {
        batch.putLong(0, 0); // the offset that the last append left in it
        batch.putLong(BASE_TIMESTAMP, timestamp).putLong(MAX_TIMESTAMP, timestamp);
        CRC32C crc = new CRC32C();
        crc.update(batch.slice(CHECKED, batch.capacity() - CHECKED));
        batch.putInt(CRC, (int) crc.getValue());
        return batch.clear();
    }
}
