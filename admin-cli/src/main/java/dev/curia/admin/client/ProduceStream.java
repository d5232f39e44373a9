package dev.curia.admin.client;

import dev.curia.proto.data.v1.DataGrpc;
import dev.curia.proto.data.v1.ProduceRequest;
import dev.curia.proto.data.v1.ProduceResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * One Produce stream to one broker: answers come in the order of the requests. Its owner's thread calls it; what comes back is put
 * on the owner's queue.
 *
 * @param <T> what the owner knows each request by
 */
final class ProduceStream<T> {
    /** Something came back: a response to the oldest unanswered request, or the end of the stream. */
    record Event<T>(
            ProduceStream<T> stream,
            @Nullable ProduceResponse response,
            @Nullable Throwable failure) {}

    final ServerAddress broker;
    private final StreamObserver<ProduceRequest> requests;
    private final ArrayDeque<T> unanswered = new ArrayDeque<>();

    ProduceStream(ServerAddress broker, ManagedChannel channel, BlockingQueue<Event<T>> events) {
        this.broker = broker;
        this.requests = DataGrpc.newStub(channel).produce(new StreamObserver<>() {
            @Override
            public void onNext(ProduceResponse response) {
                events.add(new Event<>(ProduceStream.this, response, null));
            }

            @Override
            public void onError(Throwable failure) {
                events.add(new Event<>(ProduceStream.this, null, failure));
            }

            @Override
            public void onCompleted() {
                onError(io.grpc.Status.UNAVAILABLE
                        .withDescription("the broker ended the stream")
                        .asRuntimeException());
            }
        });
    }

    void send(T key, ProduceRequest request) {
        unanswered.add(key);
        requests.onNext(request);
    }

    /** Whose answer came. */
    @Nullable
    T answered() {
        return unanswered.poll();
    }

    /** Those that will get no answer. */
    ArrayDeque<T> unanswered() {
        return unanswered;
    }

    void close() {
        requests.onCompleted();
    }
}
