package dev.curia.log.producer;

import dev.curia.proto.common.v1.ErrorCode;

/** What a batch is to the log, given what its producer wrote before. */
public sealed interface SequenceCheck {
    /** To be written. */
    record Next() implements SequenceCheck {}

    /** Already written, at these offsets. */
    record Duplicate(long baseOffset, long lastOffset, long timestamp) implements SequenceCheck {}

    /** Not to be written. */
    record Refused(ErrorCode error, String message) implements SequenceCheck {}
}
