package dev.curia.replica.node;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica.AppendRequest;
import dev.curia.replica.Replica.AppendResult;
import java.util.concurrent.CompletableFuture;

/** What somebody wants to append, not yet done. */
record WaitingAppend(AppendRequest request, long receivedNanos, CompletableFuture<AppendResult> result) {
    /** Takes it up: appends, or refuses, and lets go of the buffer. */
    interface Appender {
        void append(WaitingAppend append);
    }

    void refuse(ErrorCode error, String message) {
        request.released().run();
        result.complete(PendingAcks.failure(error, message));
    }
}
