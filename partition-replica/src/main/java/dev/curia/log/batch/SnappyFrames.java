package dev.curia.log.batch;

import java.nio.ByteBuffer;

/**
 * Looks over snappy data before it is decompressed, because the decompressor allocates whatever a block claims to expand to. Stateless.
 *
 * <pre>
 * framed:   magic 0x82 "SNAPPY" 0, int32 version, int32 compatible version, then blocks of int32 length and data
 * unframed: one block, which is all
 * block:    uvarint expanded length, then the data
 * </pre>
 */
final class SnappyFrames {
    private static final long MAGIC = 0x82_53_4E_41_50_50_59_00L;
    private static final int HEADER_BYTES = 16;
    /** A snappy element of three bytes stands for up to 64: no block can expand to more than this times its length. */
    private static final int MAX_RATIO = 22;

    private SnappyFrames() {}

    /** Refuses blocks that end behind the data, or that claim more than they can expand to or than may be held. */
    static void check(ByteBuffer data) throws InvalidBatchException {
        int end = data.limit();
        int at = data.position();
        if (end - at < Long.BYTES || data.getLong(at) != MAGIC) {
            checkBlock(data, at, end);
            return;
        }
        at += HEADER_BYTES;
        if (at > end) throw wrong("the header is cut short");
        while (at < end) {
            if (end - at < Integer.BYTES) throw wrong("a block's length is cut short");
            int length = data.getInt(at);
            at += Integer.BYTES;
            if (length <= 0 || length > end - at) {
                throw wrong("a block claims " + length + " bytes, expected 1 to " + (end - at));
            }
            checkBlock(data, at, at + length);
            at += length;
        }
    }

    private static void checkBlock(ByteBuffer data, int from, int to) throws InvalidBatchException {
        long expanded = 0;
        for (int at = from, shift = 0; ; at++, shift += 7) {
            if (at >= to || shift > 28) throw wrong("a block has no length");
            byte next = data.get(at);
            expanded |= (long) (next & 0x7F) << shift;
            if (next >= 0) break;
        }
        if (expanded > (long) (to - from) * MAX_RATIO) {
            throw wrong("a block of " + (to - from) + " bytes claims to expand to " + expanded);
        }
        if (expanded > RecordReader.MAX_HELD_BYTES) {
            throw InvalidBatchException.tooLarge("A snappy block expands to " + expanded + " bytes, more than "
                    + RecordReader.MAX_HELD_BYTES + ", which must be held at once");
        }
    }

    private static InvalidBatchException wrong(String what) {
        return InvalidBatchException.invalid("The batch's snappy data is damaged: " + what);
    }
}
