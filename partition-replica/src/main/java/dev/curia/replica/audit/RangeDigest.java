package dev.curia.replica.audit;

import dev.curia.log.batch.BatchView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What one replica has of a range of offsets. Immutable.
 *
 * @param from where the range begins
 * @param end behind the last batch; {@code from} when there is none
 * @param value over all batches
 * @param damagedAt where a batch is not what was appended: its checksum is wrong, or it is out of place. Nothing behind it was looked at
 */
public record RangeDigest(
        long from, long end, long bytes, long value, List<BatchMark> batches, OptionalLong damagedAt) {
    /**
     * One batch.
     *
     * @param hash over its checksum and all of its header that the checksum does not cover
     * @param rewritten by compaction, as only that leaves fewer records than offsets or notes when deletes go
     */
    public record BatchMark(long baseOffset, long lastOffset, long hash, boolean rewritten) {}

    public RangeDigest {
        batches = List.copyOf(batches);
    }

    /** Makes a digest of batches as they are read. Used by one thread. */
    public static final class Builder {
        private final long from;
        private final BatchView view = new BatchView();
        private final List<BatchMark> batches = new ArrayList<>();
        private long next;
        private long bytes;
        private long value;
        private OptionalLong damagedAt = OptionalLong.empty();

        public Builder(long from) {
            this.from = from;
            this.next = from;
        }

        /** Behind the last batch. */
        public long next() {
            return next;
        }

        public long bytes() {
            return bytes;
        }

        /**
         * Adds the batches between position and limit, which must be whole; big endian.
         *
         * @return false when one is damaged: no more can be added
         */
        public boolean add(ByteBuffer buffer) {
            int at = buffer.position();
            while (at < buffer.limit()) {
                int left = buffer.limit() - at;
                BatchView batch = view.at(buffer, at);
                if (left < BatchView.HEADER_BYTES
                        || batch.sizeInBytes() < BatchView.HEADER_BYTES
                        || batch.sizeInBytes() > left
                        || !batch.crcMatches()
                        || batch.lastOffset() < Math.max(next, batch.baseOffset())
                        || (!batches.isEmpty() && batch.baseOffset() < next)) {
                    damagedAt = OptionalLong.of(next);
                    return false;
                }
                add(batch, buffer.getInt(at + BatchView.CRC));
                at += batch.sizeInBytes();
            }
            return true;
        }

        private void add(BatchView batch, int crc) {
            long hash = mix(0, batch.baseOffset());
            hash = mix(hash, ((long) batch.leaderEpoch() << 32) | batch.sizeInBytes());
            hash = mix(hash, ((long) batch.magic() << 32) | (crc & 0xffff_ffffL));
            boolean rewritten = batch.recordCount() <= batch.lastOffsetDelta() || batch.hasDeleteHorizon();
            batches.add(new BatchMark(batch.baseOffset(), batch.lastOffset(), hash, rewritten));
            value = mix(value, hash);
            bytes += batch.sizeInBytes();
            next = batch.lastOffset() + 1;
        }

        public RangeDigest build() {
            return new RangeDigest(from, next, bytes, value, batches, damagedAt);
        }
    }

    /** No secret is kept from anybody: it finds accidents. The finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
    private static long mix(long state, long input) {
        long z = (state ^ input) + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
