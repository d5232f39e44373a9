package dev.curia.broker.grpc;

import dev.curia.broker.console.ConsoleException;
import dev.curia.broker.console.RecordFeed;
import dev.curia.proto.data.v1.ConsumeRequest;
import dev.curia.proto.data.v1.ConsumeResponse;
import dev.curia.proto.data.v1.DataGrpc;
import dev.curia.replica.port.Peers;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Consume streams of brokers' data API. One thread uses it; gRPC's threads only put parts into its queue, one of each stream. */
final class GrpcRecordFeed implements RecordFeed {
    private final PeerChannels peers;
    private final BlockingQueue<Part> parts = new LinkedBlockingQueue<>();
    private final Map<Integer, Stream> streams = new HashMap<>();
    private @Nullable Stream last; // has delivered what was taken last

    GrpcRecordFeed(PeerChannels peers) {
        this.peers = peers;
    }

    @Override
    public void open(int leader, ConsumeRequest request) {
        Optional<Peers.Address> address = peers.find(leader);
        if (address.isEmpty()) {
            parts.add(
                    failed(request.getPartition(), ConsoleException.unavailable("broker " + leader + " is not known")));
            return;
        }
        Stream stream = new Stream(leader, request);
        streams.put(request.getPartition(), stream);
        DataGrpc.newStub(peers.channel(leader, address.get())).consume(request, stream);
    }

    @Override
    public Optional<Part> next(Duration wait) throws InterruptedException {
        Stream done = last;
        last = null;
        if (done != null) done.more();
        Part part = parts.poll(Math.max(0, wait.toNanos()), TimeUnit.NANOSECONDS);
        if (part != null && !part.records().isEmpty()) last = streams.get(part.partition());
        return Optional.ofNullable(part);
    }

    @Override
    public void end(int partition) {
        Stream stream = streams.remove(partition);
        if (stream == null) return;
        stream.cancel();
        if (last == stream) last = null;
        parts.removeIf(part -> part.partition() == partition);
    }

    @Override
    public void close() {
        streams.values().forEach(Stream::cancel);
    }

    private static Part failed(int partition, ConsoleException why) {
        return new Part(partition, Optional.empty(), Optional.of(why));
    }

    private final class Stream implements ClientResponseObserver<ConsumeRequest, ConsumeResponse> {
        private final int leader;
        private final String topic;
        private final int partition;
        private volatile @Nullable ClientCallStreamObserver<ConsumeRequest> call;
        private volatile boolean cancelled;

        Stream(int leader, ConsumeRequest request) {
            this.leader = leader;
            this.topic = request.getTopic();
            this.partition = request.getPartition();
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<ConsumeRequest> started) {
            started.disableAutoRequestWithInitial(1);
            call = started;
        }

        void more() {
            ClientCallStreamObserver<ConsumeRequest> running = call;
            if (running != null && !cancelled) running.request(1);
        }

        void cancel() {
            cancelled = true;
            ClientCallStreamObserver<ConsumeRequest> running = call;
            if (running != null) running.cancel("enough", null);
        }

        @Override
        public void onNext(ConsumeResponse response) {
            if (cancelled) return;
            parts.add(
                    switch (response.getStatus().getCode()) {
                        case NONE -> new Part(partition, Optional.of(response), Optional.empty());
                        case TOPIC_AUTHORIZATION_FAILED ->
                            failed(partition, ConsoleException.refused("Read on topic " + topic));
                        default ->
                            failed(
                                    partition,
                                    ConsoleException.unavailable(
                                            response.getStatus().getMessage()));
                    });
        }

        @Override
        public void onError(Throwable failure) {
            if (cancelled) return;
            String why = "broker " + leader + ": " + GrpcClusterReads.reason(Status.fromThrowable(failure));
            parts.add(failed(partition, ConsoleException.unavailable(why)));
        }

        @Override
        public void onCompleted() {
            if (!cancelled) parts.add(new Part(partition, Optional.empty(), Optional.empty()));
        }
    }
}
