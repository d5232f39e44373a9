package dev.curia.metadata.decide;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;

/** Outcomes of single items. */
public final class Statuses {
    public static final Status OK = Status.getDefaultInstance();

    private Statuses() {}

    /** @param message what was wrong, with which value, and what was expected */
    public static Status error(ErrorCode code, String message) {
        return Status.newBuilder().setCode(code).setMessage(message).build();
    }

    public static boolean isOk(Status status) {
        return status.getCode() == ErrorCode.NONE;
    }
}
