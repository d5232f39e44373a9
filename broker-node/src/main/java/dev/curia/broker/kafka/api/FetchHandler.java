package dev.curia.broker.kafka.api;

import dev.curia.broker.fetch.DelayedFetch;
import dev.curia.broker.fetch.DiskReads;
import dev.curia.broker.fetch.FetchKey;
import dev.curia.broker.fetch.FetchPartition;
import dev.curia.broker.fetch.FetchSessions;
import dev.curia.broker.fetch.FetchTurn;
import dev.curia.broker.fetch.FetchedPartition;
import dev.curia.broker.kafka.codec.Codes;
import dev.curia.broker.kafka.codec.SliceRecords;
import dev.curia.common.id.Uuid;
import dev.curia.common.security.Operation;
import dev.curia.common.security.ResourceType;
import dev.curia.metadata.acl.Access;
import dev.curia.metadata.acl.Authorization;
import dev.curia.metadata.image.Topic;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.Isolation;
import dev.curia.replica.Replica.ReadResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;

/**
 * Reads for consumers: sessions (KIP-227), long polls, topic ids (KIP-516), truncation detection (KIP-320), leader hints (KIP-951).
 * Records leave as slices of segment files. Curia's own followers do not read here; a request in a follower's name reads as a consumer.
 * Consumers may read from followers, and are sent there (KIP-392).
 */
public final class FetchHandler implements RequestHandler<FetchRequest> {
    private static final short FIRST_WITH_IDS = 13;
    private static final short FIRST_WITH_HINTS = 16;
    private static final short FIRST_FROM_FOLLOWERS = 11;
    private static final short FIRST_WITH_STORAGE_ERRORS = 6;
    private static final int MAX_BYTES = 55 << 20; // Kafka's fetch.max.bytes of a broker

    private final PartitionLookup partitions;
    private final FetchSessions sessions;
    private final DiskReads disk;
    private final ReplicaSelector selector;
    private final Authorization authorization;

    FetchHandler(
            PartitionLookup partitions,
            FetchSessions sessions,
            DiskReads disk,
            ReplicaSelector selector,
            Authorization authorization) {
        this.partitions = partitions;
        this.sessions = sessions;
        this.disk = disk;
        this.selector = selector;
        this.authorization = authorization;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.FETCH;
    }

    @Override
    public short minVersion() {
        return 4;
    }

    @Override
    public short maxVersion() {
        return 18;
    }

    /** Without a loop nothing can wait: fails. */
    @Override
    public CompletionStage<FetchResponse> handle(RequestContext context, FetchRequest request) {
        return CompletableFuture.failedFuture(new IllegalStateException("a fetch needs its connection's loop"));
    }

    @Override
    public CompletionStage<FetchResponse> handle(RequestContext context, FetchRequest request, Exchange exchange) {
        boolean byId = context.version() >= FIRST_WITH_IDS;
        RequestQuota quota = exchange.quota();
        boolean throttled = !quota.mayFetch();
        // A client takes an answer without its partitions for a hint to wait if it is the first one, which then leaves
        // it without a session (KIP-219).
        if (throttled && request.metadata().isFull()) return CompletableFuture.completedFuture(nothing(Errors.NONE, 0));
        DelayedFetch.Limits limits = limits(request, quota);
        FetchTurn turn = sessions.begin(
                request.metadata().sessionId(),
                request.metadata().epoch(),
                byId,
                asked(request, byId),
                forgotten(request, byId));
        if (turn.error() != Errors.NONE) {
            return CompletableFuture.completedFuture(nothing(turn.error(), 0));
        }
        if (throttled) {
            return CompletableFuture.completedFuture(
                    nothing(Errors.NONE, turn.teller().tell(List.of()).sessionId()));
        }
        Access access = authorization.of(context.caller(), api().name);
        List<DelayedFetch.Target> targets = new ArrayList<>();
        for (FetchPartition partition : turn.partitions()) {
            PartitionLookup.Found found = readable(access, find(partition.key(), byId), partition.key());
            targets.add(new DelayedFetch.Target(partition, found.error(), found.replica(), elsewhere(found, request)));
        }
        DelayedFetch fetch = new DelayedFetch(targets, limits, exchange, exchange, disk);
        exchange.onClose(fetch::cancel);
        return fetch.start().thenApply(fetched -> answer(context, turn, limits.isolation(), fetched));
    }

    private static FetchResponse nothing(Errors error, int sessionId) {
        return FetchResponse.of(error, 0, sessionId, new LinkedHashMap<>(), List.of());
    }

    /** Looked at in each turn, not only when a partition comes into a session: what was allowed may be so no longer. */
    private static PartitionLookup.Found readable(Access access, PartitionLookup.Found found, FetchKey key) {
        String name = found.topic().map(Topic::name).orElse(key.topic());
        boolean refused = !name.isEmpty() && !access.may(Operation.READ, ResourceType.TOPIC, name);
        return refused ? found.refused() : found;
    }

    private OptionalInt elsewhere(PartitionLookup.Found found, FetchRequest request) {
        Replica replica = found.replica();
        if (replica == null || request.version() < FIRST_FROM_FOLLOWERS) return OptionalInt.empty();
        return selector.elsewhere(
                replica.view(),
                found.partition(),
                partitions.image(),
                request.data().rackId());
    }

    private static DelayedFetch.Limits limits(FetchRequest request, RequestQuota quota) {
        return new DelayedFetch.Limits(
                quota.fetchBytes(Math.min(request.maxBytes(), MAX_BYTES)),
                request.minBytes(),
                Duration.ofMillis(request.maxWait()),
                Codes.isolation(request.data().isolationLevel()),
                request.version() >= FIRST_FROM_FOLLOWERS);
    }

    private static List<FetchPartition> asked(FetchRequest request, boolean byId) {
        List<FetchPartition> asked = new ArrayList<>();
        for (FetchTopic topic : request.data().topics()) {
            for (FetchRequestData.FetchPartition partition : topic.partitions()) {
                asked.add(new FetchPartition(
                        key(topic.topicId(), topic.topic(), partition.partition(), byId),
                        partition.fetchOffset(),
                        partition.partitionMaxBytes(),
                        partition.currentLeaderEpoch(),
                        partition.lastFetchedEpoch()));
            }
        }
        return asked;
    }

    private static List<FetchKey> forgotten(FetchRequest request, boolean byId) {
        List<FetchKey> forgotten = new ArrayList<>();
        for (ForgottenTopic topic : request.data().forgottenTopicsData()) {
            for (int partition : topic.partitions()) {
                forgotten.add(key(topic.topicId(), topic.topic(), partition, byId));
            }
        }
        return forgotten;
    }

    private static FetchKey key(org.apache.kafka.common.Uuid id, String topic, int partition, boolean byId) {
        return byId ? new FetchKey(Codes.uuid(id), "", partition) : new FetchKey(Uuid.ZERO, topic, partition);
    }

    private PartitionLookup.Found find(FetchKey key, boolean byId) {
        return byId ? partitions.byId(key.topicId(), key.partition()) : partitions.byName(key.topic(), key.partition());
    }

    private FetchResponse answer(
            RequestContext context, FetchTurn turn, Isolation isolation, List<FetchedPartition> fetched) {
        FetchTurn.Told told = turn.teller().tell(fetched);
        LeaderHints hints = new LeaderHints(partitions.newestImage(), context.listener());
        LinkedHashMap<TopicIdPartition, PartitionData> answers = new LinkedHashMap<>();
        for (FetchedPartition partition : told.partitions()) {
            FetchKey key = partition.key();
            PartitionData data = answer(partition, isolation)
                    .setErrorCode(Codes.forClient(partition.error(), context.version(), FIRST_WITH_STORAGE_ERRORS)
                            .code());
            if (context.version() >= FIRST_WITH_HINTS) {
                hints.leader(partition.error(), find(key, true))
                        .ifPresent(state -> data.setCurrentLeader(new LeaderIdAndEpoch()
                                .setLeaderId(state.leader())
                                .setLeaderEpoch(state.leaderEpoch())));
            }
            PartitionData twin =
                    answers.put(new TopicIdPartition(Codes.kafka(key.topicId()), key.partition(), key.topic()), data);
            if (twin != null && twin.records() instanceof SliceRecords records) records.close();
        }
        return FetchResponse.of(
                Errors.NONE,
                0,
                told.sessionId(),
                answers,
                List.copyOf(hints.nodes().values()));
    }

    private static PartitionData answer(FetchedPartition partition, Isolation isolation) {
        PartitionData data = new PartitionData()
                .setPartitionIndex(partition.key().partition())
                .setHighWatermark(FetchResponse.INVALID_HIGH_WATERMARK)
                .setRecords(
                        partition.records().<BaseRecords>map(SliceRecords::new).orElse(MemoryRecords.EMPTY));
        partition.elsewhere().ifPresent(data::setPreferredReadReplica);
        partition.read().ifPresent(read -> {
            data.setHighWatermark(read.view().highWatermark())
                    .setLastStableOffset(read.view().lastStableOffset())
                    .setLogStartOffset(read.view().logStartOffset())
                    .setAbortedTransactions(isolation == Isolation.READ_COMMITTED ? aborted(read) : null);
            read.diverging()
                    .ifPresent(diverging -> data.setDivergingEpoch(new EpochEndOffset()
                            .setEpoch(diverging.leaderEpoch())
                            .setEndOffset(diverging.endOffset())));
        });
        return data;
    }

    private static List<AbortedTransaction> aborted(ReadResult read) {
        return read.aborted().stream()
                .map(transaction -> new AbortedTransaction()
                        .setProducerId(transaction.producerId())
                        .setFirstOffset(transaction.firstOffset()))
                .toList();
    }
}
