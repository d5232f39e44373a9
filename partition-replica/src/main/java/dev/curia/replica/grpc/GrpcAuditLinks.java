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

/** The auditor's calls to leaders, each on a channel of its own so that they do not stand in records' way. Thread-safe. */
public final class GrpcAuditLinks implements AuditLinks, AutoCloseable {
    private static final int MAX_ANSWER_BYTES = 16 << 20;
    private static final int DEADLINE_SECONDS = 30;

    private final Peers peers;
    private final LeaderChannels channels = new ReplicationChannels(1);
    private final Map<Peers.Address, ManagedChannel> open = new ConcurrentHashMap<>();

    public GrpcAuditLinks(Peers peers) {
        this.peers = peers;
    }

    @Override
    public CompletableFuture<DigestResponse> ask(int leader, DigestRequest request) {
        CompletableFuture<DigestResponse> answer = new CompletableFuture<>();
        Optional<Peers.Address> address = peers.find(leader);
        if (address.isEmpty()) {
            answer.completeExceptionally(new IllegalStateException("broker " + leader + " is not registered"));
            return answer;
        }
        ManagedChannel channel = open.computeIfAbsent(address.get(), to -> channels.open(to, MAX_ANSWER_BYTES));
        ReplicationGrpc.newStub(channel)
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

    @Override
    public void close() {
        open.values().forEach(ManagedChannel::shutdownNow);
        channels.close();
    }
}
