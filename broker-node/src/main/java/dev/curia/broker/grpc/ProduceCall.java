package dev.curia.broker.grpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.curia.broker.group.OffsetsTopic;
import dev.curia.broker.kafka.batch.BatchEncoder;
import dev.curia.broker.txn.TransactionsTopic;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.security.Operation;
import dev.curia.common.security.ResourceType;
import dev.curia.common.time.Clock;
import dev.curia.metadata.acl.Access;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.data.v1.Acks;
import dev.curia.proto.data.v1.Compression;
import dev.curia.proto.data.v1.ProduceRequest;
import dev.curia.proto.data.v1.ProduceResponse;
import dev.curia.proto.data.v1.Record;
import dev.curia.replica.Replica;
import dev.curia.replica.Replicas;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One Produce stream: requests are appended as they come and answered in their order. At most {@link #IN_FLIGHT} of them wait for
 * their acknowledgement or for the client to read it; the next is taken from the connection only then, and when the client is within its quota. Thread-safe: gRPC feeds it
 * on one thread, replicas complete appends on theirs.
 */
final class ProduceCall implements StreamObserver<ProduceRequest> {
    /** Together with the largest message this bounds what one stream holds in memory. */
    static final int IN_FLIGHT = 16;

    private static final Set<String> OF_COORDINATORS = Set.of(OffsetsTopic.NAME, TransactionsTopic.NAME);
    private static final Duration APPEND_TIMEOUT = Duration.ofSeconds(30);

    private final Replicas replicas;
    private final PartitionLeaders leaders;
    private final Clock clock;

    @GuardedBy("this")
    private final StreamQuota quota;

    private final ServerCallStreamObserver<ProduceResponse> responses;
    private final Access access;

    @GuardedBy("this")
    private final ArrayDeque<CompletableFuture<ProduceResponse>> waiting = new ArrayDeque<>();

    /** The client is done, or what it sent last ends the call: set once, nothing is appended afterwards. */
    @GuardedBy("this")
    private @Nullable Runnable ending;

    @GuardedBy("this")
    private boolean ended;

    /** Answered, and not yet made good by as many that the client may send. */
    @GuardedBy("this")
    private int owed;

    ProduceCall(
            Replicas replicas,
            PartitionLeaders leaders,
            Clock clock,
            StreamQuota quota,
            ServerCallStreamObserver<ProduceResponse> responses,
            Access access) {
        this.replicas = replicas;
        this.leaders = leaders;
        this.clock = clock;
        this.quota = quota;
        this.responses = responses;
        this.access = access;
    }

    /** Separate from the constructor, so that no callback sees a half-made object. */
    ProduceCall start() {
        responses.disableAutoRequest();
        responses.setOnReadyHandler(this::answer);
        responses.setOnCancelHandler(this::abandon);
        responses.request(IN_FLIGHT);
        return this;
    }

    @Override
    public void onNext(ProduceRequest request) {
        synchronized (this) {
            if (ending != null || ended) return;
        }
        String wrong = whatIsWrong(request);
        if (wrong != null) {
            end(() -> responses.onError(DataService.invalid(wrong)));
            return;
        }
        CompletableFuture<ProduceResponse> answer = append(request);
        synchronized (this) {
            waiting.add(answer);
            quota.count(request.getSerializedSize());
        }
        CompletableFuture<?> unused = answer.whenComplete((response, failure) -> answer());
    }

    @Override
    public void onError(Throwable cause) {
        abandon();
    }

    @Override
    public void onCompleted() {
        end(responses::onCompleted);
    }

    private void end(Runnable how) {
        synchronized (this) {
            if (ending == null) ending = how;
        }
        answer();
    }

    /** The client is gone. What is in flight completes without it. */
    private synchronized void abandon() {
        ended = true;
        waiting.clear();
    }

    private CompletableFuture<ProduceResponse> append(ProduceRequest request) {
        TopicPartition partition = new TopicPartition(request.getTopic(), request.getPartition());
        boolean may = access.renewed().may(Operation.WRITE, ResourceType.TOPIC, partition.topic());
        Located located = Located.find(partition, replicas, leaders, may);
        Replica replica = located.replica();
        if (replica == null) {
            return CompletableFuture.completedFuture(failed(located.status(), located.leader()));
        }
        Replica.AppendRequest append = new Replica.AppendRequest(
                BatchEncoder.encode(request.getRecordsList(), request.getCompression(), clock.wallMillis()),
                (short) (request.getAcks() == Acks.LEADER ? 1 : -1),
                APPEND_TIMEOUT,
                Replica.Origin.CLIENT,
                OptionalInt.empty(),
                () -> {});
        return replica.append(append).thenApply(result -> toResponse(partition, replica, result));
    }

    private static ProduceResponse toResponse(TopicPartition partition, Replica replica, Replica.AppendResult result) {
        int leader = replica.view().leader();
        if (result.error() == ErrorCode.NONE) {
            return ProduceResponse.newBuilder()
                    .setBaseOffset(result.baseOffset())
                    .setLogAppendTimeMs(result.logAppendTimeMs())
                    .setLeader(leader)
                    .build();
        }
        String message = result.message().isEmpty() ? "cannot append to " + partition : result.message();
        return failed(Located.status(result.error(), message), leader);
    }

    private static ProduceResponse failed(Status status, int leader) {
        return ProduceResponse.newBuilder()
                .setStatus(status)
                .setBaseOffset(-1)
                .setLogAppendTimeMs(-1)
                .setLeader(leader)
                .build();
    }

    /** Sends what is done, in order, as far as the client keeps up. */
    private synchronized void answer() {
        while (!ended && responses.isReady()) {
            CompletableFuture<ProduceResponse> head = waiting.peek();
            if (head == null) {
                if (ending == null) return;
                ended = true;
                ending.run();
                return;
            }
            if (!head.isDone()) return;
            waiting.remove();
            if (head.isCompletedExceptionally()) {
                ended = true;
                responses.onError(io.grpc.Status.INTERNAL
                        .withDescription("an append failed, see the server's log")
                        .asRuntimeException());
                return;
            }
            responses.onNext(head.join());
            owed++;
            takeMore();
        }
    }

    /** Lets the client send as much as was answered, unless it is over its quota: it is then held back by flow control. */
    private synchronized void takeMore() {
        if (ended || owed == 0 || !quota.mayGoOn(this::takeMore)) return;
        responses.request(owed);
        owed = 0;
    }

    private static @Nullable String whatIsWrong(ProduceRequest request) {
        String wrong = DataService.wrongPartition(request.getTopic(), request.getPartition());
        if (wrong != null) return wrong;
        if (OF_COORDINATORS.contains(request.getTopic()))
            return "topic " + request.getTopic() + " is written by coordinators only";
        if (request.getRecordsCount() == 0) return "a request without records";
        if (request.getAcks() == Acks.UNRECOGNIZED) return "acks is " + request.getAcksValue() + ", expected 0 or 1";
        if (request.getCompression() == Compression.UNRECOGNIZED)
            return "compression is " + request.getCompressionValue() + ", expected 0 to 4";
        for (int i = 0; i < request.getRecordsCount(); i++) {
            Record record = request.getRecords(i);
            if (record.getTimestampMs() < 0)
                return "timestamp_ms of record " + i + " is " + record.getTimestampMs()
                        + ", expected 0 (now) or milliseconds since 1970";
        }
        return null;
    }
}
