package dev.curia.metadata.client;

import dev.curia.common.net.HostPort;
import dev.curia.proto.metadata.v1.BrokerMessage;
import dev.curia.proto.metadata.v1.ControllerGrpc;
import dev.curia.proto.metadata.v1.ControllerMessage;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** One session call. Used from the owner's thread; the handlers run there. */
final class SessionStream implements ClientResponseObserver<BrokerMessage, ControllerMessage> {
    private final HostPort node;
    private final QuorumChannels channels;
    private final BiConsumer<SessionStream, ControllerMessage> onMessage;
    private final BiConsumer<SessionStream, Throwable> onEnd;
    private final Executor owner;
    private @Nullable ManagedChannel channel;
    private volatile @Nullable ClientCallStreamObserver<BrokerMessage> call;
    private boolean ended; // owner's thread

    SessionStream(
            HostPort node,
            QuorumChannels channels,
            BiConsumer<SessionStream, ControllerMessage> onMessage,
            BiConsumer<SessionStream, Throwable> onEnd,
            Executor owner) {
        this.node = node;
        this.channels = channels;
        this.onMessage = onMessage;
        this.onEnd = onEnd;
        this.owner = owner;
    }

    HostPort node() {
        return node;
    }

    void open() {
        ManagedChannel to = channels.to(node);
        channel = to;
        var unused = ControllerGrpc.newStub(to).session(this);
    }

    /** Does nothing on a stream that has ended or that cannot take more: a heartbeat too many is not worth a queue. */
    void send(BrokerMessage message) {
        ClientCallStreamObserver<BrokerMessage> out = call;
        if (ended || out == null) return;
        if (!message.hasHeartbeat() || out.isReady()) out.onNext(message);
    }

    void finish() {
        if (ended || call == null) return;
        ended = true;
        call.onCompleted();
    }

    void cancel() {
        if (ended || call == null) return;
        ended = true;
        call.cancel("leaving this node", null);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<BrokerMessage> stream) {
        call = stream;
    }

    @Override
    public void onNext(ControllerMessage message) {
        owner.execute(() -> onMessage.accept(this, message));
    }

    @Override
    public void onError(Throwable failure) {
        owner.execute(() -> {
            ended = true;
            boolean lost = Status.fromThrowable(failure).getCode() == Status.Code.UNAVAILABLE
                    && !ControllerHints.present(failure);
            if (lost && channel != null) channels.discard(node, channel);
            onEnd.accept(this, failure);
        });
    }

    @Override
    public void onCompleted() {
        onError(Status.CANCELLED.withDescription("the server ended the session").asRuntimeException());
    }
}
