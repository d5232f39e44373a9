package dev.curia.replica.grpc;

import dev.curia.common.loop.EventLoop;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.replication.v1.ContactRequest;
import dev.curia.proto.replication.v1.ContactResponse;
import dev.curia.proto.replication.v1.DigestRequest;
import dev.curia.proto.replication.v1.DigestResponse;
import dev.curia.proto.replication.v1.FollowerMessage;
import dev.curia.proto.replication.v1.ReplicationGrpc;
import dev.curia.replica.port.LocalBroker;
import dev.curia.replica.port.ReplicaMetrics;
import dev.curia.replica.port.ReplicationSource;
import dev.curia.replica.port.StreamKind;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * The leader's side of replication: serves {@code curia.replication.v1.Replication}. Bind it on the broker's gRPC server, which should
 * allow keep-alives from 5 seconds on ({@code permitKeepAliveTime}); its calls do little on the server's executor, direct or not.
 *
 * <p>Each {@link StreamKind} has threads of its own that send: a cold read for one that catches up may block its thread and delays no one at the
 * tail. Thread-safe.
 */
public final class ReplicationService {
    private final LocalBroker self;
    private final ReplicationSource.Directory sources;
    private final List<EventLoop> tails;
    private final EventLoop catchUp;
    private final ReplicaMetrics metrics;
    private volatile Function<DigestRequest, CompletableFuture<DigestResponse>> digests =
            request -> CompletableFuture.completedFuture(DigestResponse.newBuilder()
                    .setCode(ErrorCode.NOT_LEADER_OR_FOLLOWER)
                    .build());
    private volatile IntFunction<ContactResponse> contact =
            asker -> ContactResponse.newBuilder().setHearsController(true).build();
    private final Set<LeaderStream> streams = ConcurrentHashMap.newKeySet();

    /**
     * @param tails one or more of them, and {@code catchUp}, send; owned, started and, after the server is down, closed by the caller
     */
    public ReplicationService(
            LocalBroker self,
            ReplicationSource.Directory sources,
            List<EventLoop> tails,
            EventLoop catchUp,
            ReplicaMetrics metrics) {
        this.self = self;
        this.sources = sources;
        this.tails = List.copyOf(tails);
        this.catchUp = catchUp;
        this.metrics = metrics;
    }

    /** Who answers the auditors of followers; none before. */
    public void auditedBy(Function<DigestRequest, CompletableFuture<DigestResponse>> auditor) {
        digests = auditor;
    }

    /** Who answers brokers that hear no controller; before, nobody says that this one hears none either. */
    public void contactToldBy(IntFunction<ContactResponse> teller) {
        contact = teller;
    }

    private void contact(ContactRequest request, StreamObserver<ContactResponse> caller) {
        caller.onNext(contact.apply(request.getBrokerId()));
        caller.onCompleted();
    }

    private void digest(DigestRequest request, StreamObserver<DigestResponse> caller) {
        var unused = digests.apply(request).whenComplete((response, failure) -> {
            if (failure != null) {
                caller.onError(Status.INTERNAL.withCause(failure).asRuntimeException());
                return;
            }
            caller.onNext(response);
            caller.onCompleted();
        });
    }

    /** To be added to a gRPC server. */
    public ServerServiceDefinition bind() {
        return ServerServiceDefinition.builder(ReplicationMethod.SERVICE)
                .addMethod(ReplicationMethod.REPLICATE, this::open)
                .addMethod(ReplicationGrpc.getDigestMethod(), ServerCalls.asyncUnaryCall(this::digest))
                .addMethod(ReplicationGrpc.getContactMethod(), ServerCalls.asyncUnaryCall(this::contact))
                .build();
    }

    /** Streams open now. */
    public int openStreams() {
        return streams.size();
    }

    private ServerCall.Listener<FollowerMessage> open(ServerCall<FollowerMessage, LeaderFrame> call, Metadata headers) {
        LeaderStream stream = new LeaderStream(call, this);
        streams.add(stream);
        call.request(1);
        return stream;
    }

    void closed(LeaderStream stream) {
        streams.remove(stream);
    }

    LocalBroker self() {
        return self;
    }

    ReplicationSource.Directory sources() {
        return sources;
    }

    ReplicaMetrics metrics() {
        return metrics;
    }

    /** Of a tail stream the one that shares its network thread, where there is one. */
    EventLoop loop(StreamKind kind) {
        if (kind == StreamKind.CATCH_UP) return catchUp;
        return tails.stream().filter(EventLoop::sharesThread).findFirst().orElse(tails.get(0));
    }
}
