package dev.curia.broker.grpc;

import static dev.curia.common.security.ResourceType.TOPIC;

import dev.curia.broker.quota.Quotas;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.security.Operation;
import dev.curia.common.time.Clock;
import dev.curia.common.time.Timers;
import dev.curia.log.ReaderPlace;
import dev.curia.metadata.access.GrpcCallers;
import dev.curia.metadata.acl.Access;
import dev.curia.metadata.acl.Authorization;
import dev.curia.metadata.image.QuotaKey;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.data.v1.ConsumeRequest;
import dev.curia.proto.data.v1.ConsumeResponse;
import dev.curia.proto.data.v1.DataGrpc;
import dev.curia.proto.data.v1.Isolation;
import dev.curia.proto.data.v1.ListOffsetsRequest;
import dev.curia.proto.data.v1.ListOffsetsResponse;
import dev.curia.proto.data.v1.LocateReadersRequest;
import dev.curia.proto.data.v1.LocateReadersRequest.Reader;
import dev.curia.proto.data.v1.LocateReadersResponse;
import dev.curia.proto.data.v1.LocateReadersResponse.Place;
import dev.curia.proto.data.v1.ProduceRequest;
import dev.curia.proto.data.v1.ProduceResponse;
import dev.curia.replica.Replica;
import dev.curia.replica.Replicas;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The data API over this broker's replicas. Thread-safe. What a client may run into (no such topic, not the leader, too large) is
 * answered in the response's status; a request that makes no sense ends its call with INVALID_ARGUMENT.
 */
public final class DataService extends DataGrpc.DataImplBase {
    private static final int MAX_READERS = 10_000;

    private final Replicas replicas;
    private final PartitionLeaders leaders;
    private final Clock clock;
    private final Executor readers;
    private final Quotas quotas;
    private final Timers timers;
    private final Authorization authorization;

    /**
     * @param readers runs reads, which may have to wait for the disk
     * @param quotas that streams are held back to
     * @param timers may call on any thread
     */
    public DataService(
            Replicas replicas,
            PartitionLeaders leaders,
            Clock clock,
            Executor readers,
            Quotas quotas,
            Timers timers,
            Authorization authorization) {
        this.replicas = replicas;
        this.leaders = leaders;
        this.clock = clock;
        this.readers = readers;
        this.quotas = quotas;
        this.timers = timers;
        this.authorization = authorization;
    }

    @Override
    public StreamObserver<ProduceRequest> produce(StreamObserver<ProduceResponse> responses) {
        return new ProduceCall(
                        replicas,
                        leaders,
                        clock,
                        quota(QuotaKey.PRODUCER_BYTE_RATE),
                        (ServerCallStreamObserver<ProduceResponse>) responses,
                        GrpcCallers.access(authorization, "Produce"))
                .start();
    }

    @Override
    public void consume(ConsumeRequest request, StreamObserver<ConsumeResponse> responses) {
        String wrong = wrongPartition(request.getTopic(), request.getPartition());
        if (wrong == null && request.getOffset() < 0)
            wrong = "offset is " + request.getOffset() + ", expected 0 or more";
        if (wrong == null && request.getUntilOffset() < 0)
            wrong = "until_offset is " + request.getUntilOffset() + ", expected 0 (never ends) or more";
        if (wrong == null && request.getIsolation() == Isolation.UNRECOGNIZED)
            wrong = "isolation is " + request.getIsolationValue() + ", expected 0 or 1";
        if (wrong != null) {
            responses.onError(invalid(wrong));
            return;
        }
        TopicPartition partition = new TopicPartition(request.getTopic(), request.getPartition());
        Access access = GrpcCallers.access(authorization, "Consume");
        Located located =
                Located.find(partition, replicas, leaders, access.may(Operation.READ, TOPIC, partition.topic()));
        Replica replica = located.replica();
        if (replica == null) {
            responses.onNext(ConsumeResponse.newBuilder()
                    .setStatus(located.status())
                    .setNextOffset(request.getOffset())
                    .setLeader(located.leader())
                    .build());
            responses.onCompleted();
            return;
        }
        new ConsumeCall(
                        replica,
                        request,
                        readers,
                        quota(QuotaKey.CONSUMER_BYTE_RATE),
                        (ServerCallStreamObserver<ConsumeResponse>) responses,
                        access)
                .start();
    }

    /** For the call that is being begun. */
    private StreamQuota quota(QuotaKey key) {
        return new StreamQuota(quotas, key, GrpcCallers.PRINCIPAL.get(), ClientIds.current(), timers);
    }

    @Override
    public void listOffsets(ListOffsetsRequest request, StreamObserver<ListOffsetsResponse> responses) {
        String wrong = wrongPartition(request.getTopic(), request.getPartition());
        if (wrong == null && request.getTimestampMs() < -2)
            wrong = "timestamp_ms is " + request.getTimestampMs()
                    + ", expected -1 (end), -2 (beginning) or milliseconds since 1970";
        if (wrong == null && request.getIsolation() == Isolation.UNRECOGNIZED)
            wrong = "isolation is " + request.getIsolationValue() + ", expected 0 or 1";
        if (wrong != null) {
            responses.onError(invalid(wrong));
            return;
        }
        TopicPartition partition = new TopicPartition(request.getTopic(), request.getPartition());
        boolean may =
                GrpcCallers.access(authorization, "ListOffsets").may(Operation.DESCRIBE, TOPIC, partition.topic());
        Located located = Located.find(partition, replicas, leaders, may);
        Replica replica = located.replica();
        ListOffsetsResponse.Builder answer = ListOffsetsResponse.newBuilder().setLeader(located.leader());
        if (replica == null) {
            answer.setStatus(located.status()).setOffset(-1).setTimestampMs(-1);
        } else {
            Replica.OffsetResult found = replica.offsetForTime(
                    request.getTimestampMs(), isolation(request.getIsolation()), OptionalInt.empty());
            answer.setOffset(found.offset()).setTimestampMs(found.timestampMs());
            if (found.error() != ErrorCode.NONE)
                answer.setStatus(Located.status(found.error(), "cannot look up an offset in " + partition));
        }
        responses.onNext(answer.build());
        responses.onCompleted();
    }

    @Override
    public void locateReaders(LocateReadersRequest request, StreamObserver<LocateReadersResponse> responses) {
        if (request.getReadersCount() > MAX_READERS) {
            responses.onError(
                    invalid("readers are " + request.getReadersCount() + ", expected at most " + MAX_READERS));
            return;
        }
        Access access = GrpcCallers.access(authorization, "LocateReaders");
        LocateReadersResponse.Builder response = LocateReadersResponse.newBuilder();
        for (Reader reader : request.getReadersList()) {
            String wrong = wrongPartition(reader.getTopic(), reader.getPartition());
            if (wrong == null && reader.getOffset() < 0)
                wrong = "offset is " + reader.getOffset() + ", expected 0 or more";
            if (wrong != null) {
                responses.onError(invalid(wrong));
                return;
            }
            response.addPlaces(
                    place(access, new TopicPartition(reader.getTopic(), reader.getPartition()), reader.getOffset()));
        }
        responses.onNext(response.build());
        responses.onCompleted();
    }

    private Place place(Access access, TopicPartition partition, long offset) {
        boolean may = access.may(Operation.DESCRIBE, TOPIC, partition.topic());
        Located located = Located.find(partition, replicas, leaders, may);
        Place.Builder place = Place.newBuilder().setLeader(located.leader()).setStatus(located.status());
        Replica replica = located.replica();
        if (replica == null) return place.build();
        Optional<ReaderPlace> found = replica.placeOf(offset, clock.wallMillis());
        if (found.isEmpty()) {
            String message = "this broker cannot tell at the moment how far readers of " + partition + " are";
            return place.setStatus(Located.status(ErrorCode.NOT_LEADER_OR_FOLLOWER, message))
                    .build();
        }
        long left = found.get().retentionLeftMs();
        return place.setLogStartOffset(found.get().logStartOffset())
                .setEndOffset(found.get().endOffset())
                .setOldestUnreadMs(found.get().oldestUnreadMs())
                .setRetentionLeftMs(left == ReaderPlace.NEVER ? -1 : left)
                .build();
    }

    static Replica.Isolation isolation(Isolation asked) {
        return asked == Isolation.READ_COMMITTED
                ? Replica.Isolation.READ_COMMITTED
                : Replica.Isolation.READ_UNCOMMITTED;
    }

    /** What is wrong with the address of a partition; null: nothing. */
    static @Nullable String wrongPartition(String topic, int partition) {
        if (topic.isEmpty()) return "topic is empty, expected a topic's name";
        if (partition < 0) return "partition is " + partition + ", expected 0 or more";
        return null;
    }

    static RuntimeException invalid(String description) {
        return Status.INVALID_ARGUMENT.withDescription(description).asRuntimeException();
    }
}
