package dev.curia.admin.client;

/**
 * Which partition a record goes to when nobody says: that of its key's hash, exactly as Kafka's Java client (murmur2, seed
 * 0x9747b28c), so that all producers agree; records without a key stay on one partition for a while and then move on.
 * Not thread-safe.
 */
public final class KeyPartitioner {
    private static final int STICKY_BYTES = 64 << 10;

    private final int partitions;
    private int sticky;
    private int stickyBytes;

    /** @param start where the first record without a key goes, from 0 to {@code partitions - 1} */
    public KeyPartitioner(int partitions, int start) {
        this.partitions = partitions;
        this.sticky = start;
    }

    public int forKey(byte[] key) {
        return (murmur2(key) & 0x7fffffff) % partitions;
    }

    /** @param bytes of the record */
    public int withoutKey(int bytes) {
        if (stickyBytes >= STICKY_BYTES) {
            sticky = (sticky + 1) % partitions;
            stickyBytes = 0;
        }
        stickyBytes += bytes;
        return sticky;
    }

    /** MurmurHash2, 32 bits, little endian. */
    static int murmur2(byte[] data) {
        int m = 0x5bd1e995;
        int length = data.length;
        int hash = 0x9747b28c ^ length;
        int whole = length & ~3;
        for (int i = 0; i < whole; i += 4) {
            int word = (data[i] & 0xff)
                    | (data[i + 1] & 0xff) << 8
                    | (data[i + 2] & 0xff) << 16
                    | (data[i + 3] & 0xff) << 24;
            word *= m;
            word ^= word >>> 24;
            hash = hash * m ^ word * m;
        }
        int rest = length - whole;
        if (rest > 0) {
            for (int i = rest - 1; i >= 0; i--) hash ^= (data[whole + i] & 0xff) << (8 * i);
            hash *= m;
        }
        hash ^= hash >>> 13;
        hash *= m;
        return hash ^ hash >>> 15;
    }
}
