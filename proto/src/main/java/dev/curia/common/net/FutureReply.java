package dev.curia.common.net;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** Turns the one reply of a unary gRPC call into a future, which fails with the call's status. Thread-safe. */
public final class FutureReply<T> implements StreamObserver<T> {
    private final CompletableFuture<T> reply = new CompletableFuture<>();

    /** Completes on a thread of gRPC. */
    public CompletableFuture<T> future() {
        return reply;
    }

    @Override
    public void onNext(T message) {
        reply.complete(message);
    }

    @Override
    public void onError(Throwable failure) {
        reply.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
        // Too late when there was a reply.
        reply.completeExceptionally(Status.UNKNOWN.withDescription("no answer").asRuntimeException());
    }
}
