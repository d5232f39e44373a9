package dev.curia.replica.grpc;

import dev.curia.proto.replication.v1.DigestRequest;
import dev.curia.proto.replication.v1.DigestResponse;
import dev.curia.proto.replication.v1.ReplicationGrpc;
import dev.curia.replica.port.AuditLinks;
import dev.curia.replica.port.Peers;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The auditor's calls to other brokers, each on a channel of its own so that they do not stand in records' way. Thread-safe. */
public final class GrpcAuditLinks implements AuditLinks, AutoCloseable {
    private static final int MAX_ANSWER_BYTES = 16 << 20;
    private static final int DEADLINE_SECONDS = 30;

    private final Peers peers;
    private final LeaderChannels channels = new ReplicationChannels(1);
    private final Map<Integer, Link> open = new ConcurrentHashMap<>();

    private record Link(Peers.Address address, ManagedChannel channel) {}

    public GrpcAuditLinks(Peers peers) {
        this.peers = peers;
    }

    @Override
    public CompletableFuture<DigestResponse> ask(int broker, DigestRequest request) {
        CompletableFuture<DigestResponse> answer = new CompletableFuture<>();
        Optional<Peers.Address> address = peers.find(broker);
        if (address.isEmpty()) {
            answer.completeExceptionally(new IllegalStateException("broker " + broker + " is not registered"));
            return answer;
        }
        ReplicationGrpc.newStub(channel(broker, address.get()))
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .digest(request, new StreamObserver<>() {
                    @Override
                    public void onNext(DigestResponse response) {
                        answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        answer.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {
                        answer.completeExceptionally(new IllegalStateException("no answer")); // unless there was one
                    }
                });
        return answer;
    }

    private ManagedChannel channel(int broker, Peers.Address address) {
        return open.compute(broker, (id, link) -> {
                    if (link != null && link.address.equals(address)) return link;
                    if (link != null) link.channel.shutdownNow();
                    return new Link(address, channels.open(address, MAX_ANSWER_BYTES));
                })
                .channel;
    }

    @Override
    public void close() {
        open.values().forEach(link -> link.channel.shutdownNow());
        channels.close();
    }
}
