package dev.curia.log;

import dev.curia.log.producer.AbortedTxn;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.List;

/**
 * What a read found. The caller closes the slice, whatever the error.
 *
 * @param error NONE, OFFSET_OUT_OF_RANGE, KAFKA_STORAGE_ERROR, or NOT_LEADER_OR_FOLLOWER once the log is closed
 * @param slice empty with an error, and when there is nothing to read at that offset yet
 * @param aborted transactions that may have records in the slice; only for a reader of committed records
 */
public record LogRead(ErrorCode error, LogSlice slice, List<AbortedTxn> aborted) {
    static LogRead of(LogSlice slice, List<AbortedTxn> aborted) {
        return new LogRead(ErrorCode.NONE, slice, aborted);
    }

    static LogRead failed(ErrorCode error) {
        return new LogRead(error, FileSlice.EMPTY, List.of());
    }
}
