package dev.curia.metadata.client;

import dev.curia.common.net.HostPort;
import dev.curia.proto.metadata.v1.MetadataGrpc;
import dev.curia.proto.metadata.v1.WatchEvent;
import dev.curia.proto.metadata.v1.WatchRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One watch call. Events are handed to the owner's thread one at a time: the next is asked for when the last has been dealt with, so
 * nothing piles up here. Used from the owner's thread; the handlers run there.
 */
final class WatchStream implements ClientResponseObserver<WatchRequest, WatchEvent> {
    private final HostPort node;
    private final QuorumChannels channels;
    private final BiConsumer<WatchStream, WatchEvent> onEvent;
    private final BiConsumer<WatchStream, Throwable> onEnd;
    private final Executor owner;
    private @Nullable ManagedChannel channel;
    private volatile @Nullable ClientCallStreamObserver<WatchRequest> call;

    WatchStream(
            HostPort node,
            QuorumChannels channels,
            BiConsumer<WatchStream, WatchEvent> onEvent,
            BiConsumer<WatchStream, Throwable> onEnd,
            Executor owner) {
        this.node = node;
        this.channels = channels;
        this.onEvent = onEvent;
        this.onEnd = onEnd;
        this.owner = owner;
    }

    HostPort node() {
        return node;
    }

    void open(WatchRequest request) {
        ManagedChannel to = channels.to(node);
        channel = to;
        MetadataGrpc.newStub(to).watch(request, this);
    }

    void requestNext() {
        if (call != null) call.request(1);
    }

    void cancel(String why) {
        if (call != null) call.cancel(why, null);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
        stream.disableAutoRequestWithInitial(1);
        call = stream;
    }

    @Override
    public void onNext(WatchEvent event) {
        owner.execute(() -> onEvent.accept(this, event));
    }

    @Override
    public void onError(Throwable failure) {
        owner.execute(() -> {
            boolean lost = Status.fromThrowable(failure).getCode() == Status.Code.UNAVAILABLE;
            if (lost && channel != null) channels.discard(node, channel);
            onEnd.accept(this, failure);
        });
    }

    @Override
    public void onCompleted() {
        onError(Status.UNAVAILABLE.withDescription("the server ended the watch").asRuntimeException());
    }
}
