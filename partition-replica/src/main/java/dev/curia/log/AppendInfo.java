package dev.curia.log;

import dev.curia.log.batch.BatchCheck;
import dev.curia.proto.common.v1.ErrorCode;
import java.nio.ByteBuffer;

/**
 * What became of an append. Immutable.
 *
 * @param error NONE: the batches are in the log, now or, for a duplicate, since before; else nothing was written
 * @param message what was wrong; empty when nothing was
 * @param firstOffset of the first record; -1 with an error
 * @param lastOffset of the last record, inclusive; -1 with an error
 * @param maxTimestamp the newest time in the batches; -1: none
 * @param logAppendTimeMs the time stamped on the records; -1 unless the topic uses LogAppendTime
 * @param stored what was written: the given batches, or others instead of them; valid as long as those given, and until the next append
 * @param duplicate the offsets are those of an earlier append of the same batch; nothing was written now
 */
public record AppendInfo(
        ErrorCode error,
        String message,
        long firstOffset,
        long lastOffset,
        long maxTimestamp,
        long logAppendTimeMs,
        ByteBuffer stored,
        boolean duplicate) {
    /** Of an append that writes nothing. */
    static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    public boolean ok() {
        return error == ErrorCode.NONE;
    }

    static AppendInfo refused(ErrorCode error, String message) {
        return new AppendInfo(error, message, -1, -1, -1, -1, NOTHING, false);
    }

    static AppendInfo refused(BatchCheck check) {
        return refused(check.error(), check.message());
    }
}
