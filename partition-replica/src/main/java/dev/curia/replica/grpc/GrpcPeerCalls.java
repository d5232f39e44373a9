package dev.curia.replica.grpc;

import dev.curia.common.net.FutureReply;
import dev.curia.proto.replication.v1.ContactRequest;
import dev.curia.proto.replication.v1.ContactResponse;
import dev.curia.proto.replication.v1.DigestRequest;
import dev.curia.proto.replication.v1.DigestResponse;
import dev.curia.proto.replication.v1.ReplicationGrpc;
import dev.curia.proto.replication.v1.ReplicationGrpc.ReplicationStub;
import dev.curia.replica.port.AuditLinks;
import dev.curia.replica.port.ContactLinks;
import dev.curia.replica.port.Peers;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** Questions to other brokers, each on a channel of its own so that they do not stand in records' way. Thread-safe. */
public final class GrpcPeerCalls implements AuditLinks, ContactLinks, AutoCloseable {
    private static final int MAX_ANSWER_BYTES = 16 << 20;
    private static final long DIGEST_MILLIS = 30_000;
    private static final long CONTACT_MILLIS = 1000;

    private final int self;
    private final Peers peers;
    private final LeaderChannels channels;
    private final Map<Integer, Link> open = new ConcurrentHashMap<>();

    private record Link(Peers.Address address, ManagedChannel channel) {}

    public GrpcPeerCalls(int self, Peers peers, NetworkThreads threads, ChannelCredentials credentials) {
        this(self, peers, new ReplicationChannels(threads, credentials));
    }

    public GrpcPeerCalls(int self, Peers peers, LeaderChannels channels) {
        this.self = self;
        this.peers = peers;
        this.channels = channels;
    }

    @Override
    public CompletableFuture<DigestResponse> ask(int broker, DigestRequest request) {
        return call(broker, DIGEST_MILLIS, (stub, reply) -> stub.digest(request, reply));
    }

    @Override
    public CompletableFuture<ContactResponse> askContact(int broker) {
        ContactRequest request = ContactRequest.newBuilder().setBrokerId(self).build();
        return call(broker, CONTACT_MILLIS, (stub, reply) -> stub.contact(request, reply));
    }

    private <T> CompletableFuture<T> call(
            int broker, long deadlineMillis, BiConsumer<ReplicationStub, FutureReply<T>> ask) {
        Optional<Peers.Address> address = peers.find(broker);
        if (address.isEmpty()) {
            return CompletableFuture.failedFuture(new IllegalStateException("broker " + broker + " is not registered"));
        }
        FutureReply<T> reply = new FutureReply<>();
        ReplicationStub stub = ReplicationGrpc.newStub(channel(broker, address.get()));
        ask.accept(stub.withDeadlineAfter(deadlineMillis, TimeUnit.MILLISECONDS), reply);
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
    }
}
