package dev.curia.log.batch;

import dev.curia.proto.common.v1.ErrorCode;

/**
 * A verdict on batches. Immutable.
 *
 * @param error NONE: they may be written
 * @param message what was wrong, with which value, and what was expected; empty when nothing was
 */
public record BatchCheck(ErrorCode error, String message) {
    public static final BatchCheck OK = new BatchCheck(ErrorCode.NONE, "");

    public boolean ok() {
        return error == ErrorCode.NONE;
    }

    static BatchCheck corrupt(String message) {
        return new BatchCheck(ErrorCode.CORRUPT_MESSAGE, message);
    }

    static BatchCheck invalid(String message) {
        return new BatchCheck(ErrorCode.INVALID_RECORD, message);
    }
}
