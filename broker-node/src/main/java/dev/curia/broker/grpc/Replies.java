package dev.curia.broker.grpc;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import io.grpc.stub.StreamObserver;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** How services answer. Stateless. */
final class Replies {
    private Replies() {}

    static <T> void reply(T response, StreamObserver<T> responses) {
        responses.onNext(response);
        responses.onCompleted();
    }

    /** When it is there. A failure is ours: what may go wrong is in the response. */
    static <T> void reply(CompletableFuture<T> future, StreamObserver<T> responses) {
        CompletableFuture<T> unused = future.whenComplete((response, failure) -> {
            if (failure == null) reply(response, responses);
            else
                responses.onError(io.grpc.Status.INTERNAL
                        .withDescription(failure.toString())
                        .withCause(failure)
                        .asRuntimeException());
        });
    }

    /** @param wrong with the request, so that it makes no sense; null: nothing */
    static boolean isWrong(@Nullable String wrong, StreamObserver<?> responses) {
        if (wrong == null) return false;
        responses.onError(io.grpc.Status.INVALID_ARGUMENT.withDescription(wrong).asRuntimeException());
        return true;
    }

    /** @param message null: the usual one of the error */
    static Status status(Errors error, @Nullable String message) {
        ErrorCode code = ErrorCode.forNumber(error.code());
        return Status.newBuilder()
                .setCode(code == null ? ErrorCode.UNKNOWN_SERVER_ERROR : code)
                .setMessage(error == Errors.NONE ? "" : Objects.requireNonNullElse(message, error.message()))
                .build();
    }
}
