package dev.curia.log.batch;

import dev.curia.proto.common.v1.ErrorCode;

/**
 * The records of a batch are not what they should be, or more than may be taken. Expected on hostile bytes, so it is cheap: without a
 * stack trace, the message says what was found where.
 */
public final class InvalidBatchException extends Exception {
    private final ErrorCode error;

    InvalidBatchException(ErrorCode error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    public static InvalidBatchException invalid(String message) {
        return new InvalidBatchException(ErrorCode.INVALID_RECORD, message);
    }

    public static InvalidBatchException corrupt(String message) {
        return new InvalidBatchException(ErrorCode.CORRUPT_MESSAGE, message);
    }

    static InvalidBatchException tooLarge(String message) {
        return new InvalidBatchException(ErrorCode.MESSAGE_TOO_LARGE, message);
    }

    /** CORRUPT_MESSAGE, INVALID_RECORD, INVALID_TIMESTAMP, MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE or UNSUPPORTED_COMPRESSION_TYPE. */
    public ErrorCode error() {
        return error;
    }

    /** As a verdict on the batch. */
    public BatchCheck check() {
        return new BatchCheck(error, String.valueOf(getMessage()));
    }
}
