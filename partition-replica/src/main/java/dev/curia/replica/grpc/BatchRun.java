package dev.curia.replica.grpc;

import java.nio.ByteBuffer;

/**
 * Walks a run of whole record batches (format v2) by their headers.
 *
 * <pre>
 * at  0  base offset        int64
 *     8  length from 12 on  int32
 *    23  last offset delta  int32
 * </pre>
 */
final class BatchRun {
    private static final int LENGTH = 8;
    private static final int OVERHEAD = 12;
    private static final int LAST_OFFSET_DELTA = 23;

    private BatchRun() {}

    /** The offset behind the last record of the run. */
    static long endOffset(ByteBuffer batches) {
        int at = batches.position();
        while (true) {
            int next = at + OVERHEAD + batches.getInt(at + LENGTH);
            if (next <= at || next > batches.limit()) {
                throw new IllegalStateException(
                        "a log slice of " + batches.remaining() + " bytes has no whole batch at " + at);
            }
            if (next == batches.limit()) return batches.getLong(at) + batches.getInt(at + LAST_OFFSET_DELTA) + 1;
            at = next;
        }
    }
}
