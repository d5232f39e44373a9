package dev.curia.metadata.rocksdb;

import java.nio.ByteBuffer;

/**
 * How far the stored image has come; written together with it. Immutable. On disk: the five fields in this order, 8 bytes each, big
 * endian.
 *
 * @param term of the last log entry applied
 * @param index of the last log entry applied; -1 before the first
 * @param batchTerm of the last metadata batch applied
 * @param batchSequence of that batch within its term
 * @param batchIndex of that batch, which is the image's index; at most {@code index}
 */
public record StoredPosition(long term, long index, long batchTerm, long batchSequence, long batchIndex) {
    /** Of an empty store. */
    public static final StoredPosition NONE = new StoredPosition(0, -1, 0, 0, -1);

    private static final int BYTES = 5 * Long.BYTES;

    static StoredPosition fromBytes(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalStateException("a stored position has " + BYTES + " bytes, not " + bytes.length);
        }
        ByteBuffer b = ByteBuffer.wrap(bytes);
        return new StoredPosition(b.getLong(), b.getLong(), b.getLong(), b.getLong(), b.getLong());
    }

    byte[] toBytes() {
        return ByteBuffer.allocate(BYTES)
                .putLong(term)
                .putLong(index)
                .putLong(batchTerm)
                .putLong(batchSequence)
                .putLong(batchIndex)
                .array();
    }
}
