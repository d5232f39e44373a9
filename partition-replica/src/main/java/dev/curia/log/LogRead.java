package dev.curia.log;

import dev.curia.proto.common.v1.ErrorCode;

/**
 * What a read found. The caller closes the slice, whatever the error.
 *
 * @param error NONE, OFFSET_OUT_OF_RANGE, KAFKA_STORAGE_ERROR, or NOT_LEADER_OR_FOLLOWER once the log is closed
 * @param slice empty with an error, and when there is nothing to read at that offset yet
 */
public record LogRead(ErrorCode error, LogSlice slice) {
    static LogRead failed(ErrorCode error) {
        return new LogRead(error, FileSlice.EMPTY);
    }
}
