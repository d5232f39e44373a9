package dev.curia.replica.grpc;

import dev.curia.common.net.FutureReply;
import dev.curia.proto.replication.v1.DigestRequest;
import dev.curia.proto.replication.v1.DigestResponse;
import dev.curia.proto.replication.v1.ReplicationGrpc;
import dev.curia.replica.port.AuditLinks;
import dev.curia.replica.port.Peers;
import io.grpc.ManagedChannel;
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
        Optional<Peers.Address> address = peers.find(broker);
        if (address.isEmpty()) {
            return CompletableFuture.failedFuture(new IllegalStateException("broker " + broker + " is not registered"));
        }
        FutureReply<DigestResponse> reply = new FutureReply<>();
        ReplicationGrpc.newStub(channel(broker, address.get()))
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .digest(request, reply);
        return reply.future();
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
