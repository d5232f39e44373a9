package dev.curia.broker.kafka.api;

import dev.curia.broker.group.OffsetsTopic;
import dev.curia.broker.kafka.codec.Codes;
import dev.curia.broker.txn.Membership;
import dev.curia.broker.txn.TransactionsTopic;
import dev.curia.common.id.TopicPartition;
import dev.curia.metadata.image.PartitionState;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.AppendRequest;
import dev.curia.replica.Replica.AppendResult;
import dev.curia.replica.Replica.Origin;
import dev.curia.replica.Replica.Verification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ProduceResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.jspecify.annotations.Nullable;

/**
 * Appends what clients send. The batches go to the replicas as they lie in the received frame, without a copy; each replica lets go of
 * the frame when it has written.
 *
 * <p>Versions 0 to 2 are advertised but refused: a librdkafka that does not see them stores gzip, snappy and lz4 batches uncompressed.
 */
public final class ProduceHandler implements RequestHandler<ProduceRequest> {
    private static final short FIRST_WITH_IDS = 13;
    private static final short FIRST_WITH_HINTS = 10;
    private static final short FIRST_WITH_STORAGE_ERRORS = 4;
    /** KIP-110: consumers as old as clients that know none of it could not read it. */
    private static final short FIRST_WITH_ZSTD = 7;

    /** KIP-890: from then on brokers make partitions part of transactions; older clients have said so themselves. */
    private static final short FIRST_TO_LEAVE_IT_TO_BROKERS = 12;

    private static final short FIRST_TO_KNOW_ABORTABLE = 11;

    private static final int ZSTD = 4;
    private static final List<Short> KNOWN_ACKS = List.of((short) -1, (short) 0, (short) 1);

    private static final int MOST_REFUSED_PRODUCERS = 10_000;

    private static final Set<String> OF_COORDINATORS = Set.of(OffsetsTopic.NAME, TransactionsTopic.NAME);

    private final PartitionLookup partitions;
    private final Membership membership;
    private final RefusedProducers refusedProducers = new RefusedProducers(MOST_REFUSED_PRODUCERS);

    ProduceHandler(PartitionLookup partitions, Membership membership) {
        this.partitions = partitions;
        this.membership = membership;
    }

    /** One partition on its way through: what was asked, and what came of it. */
    private record Part(
            TopicProduceData topic,
            int partition,
            PartitionLookup.Found found,
            CompletableFuture<AppendResult> result) {}

    @Override
    public ApiKeys api() {
        return ApiKeys.PRODUCE;
    }

    @Override
    public short minVersion() {
        return 3;
    }

    @Override
    public short maxVersion() {
        return 13;
    }

    @Override
    public short advertisedMinVersion() {
        return ApiKeys.PRODUCE_API_VERSIONS_RESPONSE_MIN_VERSION;
    }

    /** For a request whose bytes nobody reuses. */
    @Override
    public CompletionStage<@Nullable ProduceResponse> handle(RequestContext context, ProduceRequest request) {
        return produce(context, request, () -> () -> {});
    }

    @Override
    public CompletionStage<@Nullable ProduceResponse> handle(
            RequestContext context, ProduceRequest request, Exchange exchange) {
        return produce(context, request, exchange::hold);
    }

    private interface Holder {
        Runnable hold();
    }

    private CompletionStage<@Nullable ProduceResponse> produce(
            RequestContext context, ProduceRequest request, Holder frame) {
        List<Part> parts = new ArrayList<>();
        for (TopicProduceData topic : request.data().topicData()) {
            for (PartitionProduceData partition : topic.partitionData()) {
                PartitionLookup.Found found = context.version() >= FIRST_WITH_IDS
                        ? partitions.byId(Codes.uuid(topic.topicId()), partition.index())
                        : partitions.byName(topic.name(), partition.index());
                CompletableFuture<AppendResult> result = mayWrite(found)
                        ? produce(request, topic, partition, found, frame)
                        : refused(Errors.INVALID_TOPIC_EXCEPTION, "Clients do not write to the topics of coordinators");
                parts.add(new Part(topic, partition.index(), found, result));
            }
        }
        CompletableFuture<?>[] results = new CompletableFuture<?>[parts.size()];
        for (int i = 0; i < results.length; i++) results[i] = parts.get(i).result();
        return CompletableFuture.allOf(results)
                .thenApply(done -> request.acks() == 0 ? silence(parts) : answer(context, parts));
    }

    /** What a coordinator can't read it does not load: groups or transactions would be lost. */
    private static boolean mayWrite(PartitionLookup.Found found) {
        return found.topic()
                .filter(topic -> OF_COORDINATORS.contains(topic.name()))
                .isEmpty();
    }

    /** Looks at the batch before its bytes are handed over. */
    private CompletableFuture<AppendResult> produce(
            ProduceRequest request,
            TopicProduceData topic,
            PartitionProduceData partition,
            PartitionLookup.Found found,
            Holder frame) {
        Optional<ProducedBatch> batch = partition.records() instanceof MemoryRecords records
                ? ProducedBatch.of(records.buffer())
                : Optional.empty();
        if (request.transactionalId() == null
                && batch.filter(ProducedBatch::transactional).isPresent()) {
            return refused(Errors.INVALID_REQUEST, "a transactional batch needs the request's transactional id");
        }
        if (request.version() < FIRST_WITH_ZSTD
                && batch.filter(b -> b.codec() == ZSTD).isPresent()) {
            return refused(
                    Errors.UNSUPPORTED_COMPRESSION_TYPE,
                    "zstd needs produce requests of version " + FIRST_WITH_ZSTD + " or later, this is version "
                            + request.version());
        }
        CompletableFuture<AppendResult> result = append(request, partition, found, batch, frame);
        if (batch.isEmpty() || batch.get().producerId() < 0) return result;
        return result.thenApply(appended -> judge(topic, partition.index(), batch.get(), appended));
    }

    /** Not of an unknown producer, but out of order, is what was sent behind a first batch that was refused. */
    private AppendResult judge(TopicProduceData topic, int partition, ProducedBatch batch, AppendResult result) {
        RefusedProducers.Key key = new RefusedProducers.Key(
                Codes.uuid(topic.topicId()), topic.name(), partition, batch.producerId(), batch.producerEpoch());
        boolean first = batch.baseSequence() == 0;
        if (first && result.error() == ErrorCode.NONE) refusedProducers.remove(key);
        else if (first) refusedProducers.add(key);
        else if (result.error() == ErrorCode.UNKNOWN_PRODUCER_ID && refusedProducers.contains(key)) {
            return new AppendResult(
                    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                    "Producer " + batch.producerId() + " is out of order: its first batch, sequence 0, was refused",
                    result.baseOffset(),
                    result.logAppendTimeMs(),
                    result.logStartOffset());
        }
        return result;
    }

    private CompletableFuture<AppendResult> append(
            ProduceRequest request,
            PartitionProduceData partition,
            PartitionLookup.Found found,
            Optional<ProducedBatch> batch,
            Holder frame) {
        if (!KNOWN_ACKS.contains(request.acks())) {
            return refused(Errors.INVALID_REQUIRED_ACKS, "acks must be -1, 0 or 1, not " + request.acks());
        }
        Replica replica = found.replica();
        if (replica == null) return refused(found.error(), found.error().message());
        if (!(partition.records() instanceof MemoryRecords records) || records.sizeInBytes() == 0) {
            return refused(Errors.INVALID_RECORD, "expected one record batch, found none");
        }
        String transactionalId =
                batch.filter(ProducedBatch::transactional).isPresent() ? request.transactionalId() : null;
        boolean leftToUs = request.version() >= FIRST_TO_LEAVE_IT_TO_BROKERS;
        AppendRequest append = new AppendRequest(
                records.buffer(),
                request.acks(),
                Duration.ofMillis(Math.max(0, request.timeout())),
                Origin.CLIENT,
                OptionalInt.empty(),
                frame.hold(),
                transactionalId == null || leftToUs
                        ? Optional.empty()
                        : Optional.of(verification(transactionalId, batch.get(), replica.name(), request.version())));
        if (transactionalId == null || !leftToUs) return replica.append(append);
        CompletableFuture<AppendResult> result = new CompletableFuture<>();
        membership
                .additions()
                .whenAdded(
                        transactionalId,
                        batch.get().producerId(),
                        batch.get().producerEpoch(),
                        replica.name(),
                        error -> appendInTransaction(replica, append, error, result));
        return result;
    }

    private Verification verification(
            String transactionalId, ProducedBatch batch, TopicPartition partition, short version) {
        return new Verification(
                batch.producerId(),
                batch.producerEpoch(),
                () -> membership
                        .verifications()
                        .ask(
                                transactionalId,
                                batch.producerId(),
                                batch.producerEpoch(),
                                partition,
                                version >= FIRST_TO_KNOW_ABORTABLE)
                        .thenApply(Codes::code));
    }

    private static void appendInTransaction(
            Replica replica, AppendRequest append, Errors error, CompletableFuture<AppendResult> result) {
        if (error != Errors.NONE) append.released().run();
        CompletableFuture<AppendResult> appended = error == Errors.NONE
                ? replica.append(append)
                : refused(error, "the partition is not part of the transaction: " + error.message());
        CompletableFuture<Void> unused = appended.thenAccept(result::complete);
    }

    private static CompletableFuture<AppendResult> refused(Errors error, String message) {
        return CompletableFuture.completedFuture(
                new AppendResult(Codes.code(error), message, ProduceResponse.INVALID_OFFSET, -1, -1));
    }

    /** With acks=0 a failure shows by the connection closing. */
    private static @Nullable ProduceResponse silence(List<Part> parts) {
        for (Part part : parts) {
            Errors error = Codes.errors(part.result.join().error());
            if (error != Errors.NONE) throw error.exception();
        }
        return null;
    }

    private ProduceResponse answer(RequestContext context, List<Part> parts) {
        ProduceResponseData data = new ProduceResponseData();
        LeaderHints hints = new LeaderHints(partitions.newestImage(), context.listener());
        Map<TopicProduceData, TopicProduceResponse> topics = new LinkedHashMap<>();
        for (Part part : parts) {
            TopicProduceResponse topic = topics.computeIfAbsent(part.topic, asked -> {
                TopicProduceResponse added =
                        new TopicProduceResponse().setName(asked.name()).setTopicId(asked.topicId());
                data.responses().add(added);
                return added;
            });
            topic.partitionResponses().add(answer(part, hints, context.version()));
        }
        hints.nodes()
                .values()
                .forEach(node -> data.nodeEndpoints()
                        .add(new NodeEndpoint()
                                .setNodeId(node.id())
                                .setHost(node.host())
                                .setPort(node.port())
                                .setRack(node.rack())));
        return new ProduceResponse(data);
    }

    private static PartitionProduceResponse answer(Part part, LeaderHints hints, short version) {
        AppendResult result = part.result.join();
        Errors error = Codes.forClient(Codes.errors(result.error()), version, FIRST_WITH_STORAGE_ERRORS);
        PartitionProduceResponse answer = new PartitionProduceResponse()
                .setIndex(part.partition)
                .setErrorCode(error.code())
                .setErrorMessage(error == Errors.NONE ? null : result.message())
                .setBaseOffset(result.baseOffset())
                .setLogAppendTimeMs(result.logAppendTimeMs())
                .setLogStartOffset(result.logStartOffset());
        if (version >= FIRST_WITH_HINTS) {
            hints.leader(error, part.found).map(ProduceHandler::hint).ifPresent(answer::setCurrentLeader);
        }
        return answer;
    }

    private static LeaderIdAndEpoch hint(PartitionState state) {
        return new LeaderIdAndEpoch().setLeaderId(state.leader()).setLeaderEpoch(state.leaderEpoch());
    }
}
