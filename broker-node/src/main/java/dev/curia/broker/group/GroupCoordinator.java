package dev.curia.broker.group;

import dev.curia.broker.coordinator.InternalTopics;
import dev.curia.broker.coordinator.ShardRuntime;
import dev.curia.broker.coordinator.ShardSettings;
import dev.curia.broker.group.state.ConsumerHeartbeat;
import dev.curia.broker.group.state.ConsumerPorts;
import dev.curia.broker.group.state.ConsumerRecord;
import dev.curia.broker.group.state.ConsumerView;
import dev.curia.broker.group.state.GroupEvents;
import dev.curia.broker.group.state.GroupRecord;
import dev.curia.broker.group.state.GroupSettings;
import dev.curia.broker.group.state.GroupShard;
import dev.curia.broker.group.state.GroupTimer;
import dev.curia.broker.group.state.GroupView;
import dev.curia.broker.group.state.Heartbeat;
import dev.curia.broker.group.state.JoinGroup;
import dev.curia.broker.group.state.LeaveGroup;
import dev.curia.broker.group.state.OffsetCommit;
import dev.curia.broker.group.state.OffsetDelete;
import dev.curia.broker.group.state.OffsetFetch;
import dev.curia.broker.group.state.OffsetReset;
import dev.curia.broker.group.state.SyncGroup;
import dev.curia.broker.group.state.TopicRetention;
import dev.curia.broker.group.state.TxnOffsetCommit;
import dev.curia.broker.group.state.TxnOffsetRecord;
import dev.curia.common.fault.FaultHandler;
import dev.curia.common.id.Uuid;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.Clock;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.events.v1.Event;
import dev.curia.replica.Replicas;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;

/**
 * The groups of those partitions of {@code __consumer_offsets} that this broker leads. Thread-safe, never blocks; answers never fail,
 * errors are in them: NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS and COORDINATOR_NOT_AVAILABLE besides those of Kafka's protocol. An
 * answer that changed something leaves after the change is committed.
 */
public final class GroupCoordinator implements AutoCloseable {
    /** Per shard; each is one request's change. */
    private static final int MAX_APPENDS_UNDER_WAY = 10_000;

    /**
     * What it works with.
     *
     * @param loops the shards' threads
     * @param loader may block: reads logs while loading
     * @param expressions matches them, and takes long where they are many; one thread is enough
     * @param metadata the newest image
     * @param journal of the cluster: gets events without time and index; must not block
     * @param subscribers whose eyes expressions are matched with
     */
    public record Parts(
            Replicas replicas,
            InternalTopics internalTopics,
            Supplier<MetadataImage> metadata,
            List<EventLoop> loops,
            Executor loader,
            Executor expressions,
            Clock clock,
            FaultHandler faults,
            MemberIds memberIds,
            GroupMetrics metrics,
            Consumer<Event> journal,
            Subscribers subscribers) {}

    /** All groups, or those that could be asked. */
    public record Listing(Errors error, List<GroupView.Listed> groups) {}

    private final OffsetsTopic topic;
    private final InternalTopics internalTopics;
    private final MemberIds memberIds;
    private final ShardRuntime<GroupShard, GroupRecord, GroupTimer> shards;

    /** @param config the node's settings, see {@link GroupConfigs} */
    public GroupCoordinator(Map<String, String> config, Parts parts) {
        this.topic = OffsetsTopic.of(config);
        this.internalTopics = parts.internalTopics();
        this.memberIds = parts.memberIds();
        GroupSettings settings = GroupConfigs.groupSettings(config);
        ConsumerPorts consumers = new ConsumerPorts(
                ConsumerConfigs.settings(
                        config, groupId -> parts.metadata().get().config(ConfigResource.group(groupId))),
                () -> new ImageTopics(parts.metadata().get()),
                new RegexResolver(
                        () -> names(parts.metadata().get(), parts.clock().wallMillis()),
                        parts.subscribers(),
                        parts.expressions(),
                        parts.faults(),
                        this::regexesResolved),
                new EmbeddedConsumerProtocol());
        TopicRetention retention = GroupConfigs.OFFSETS_OUTLIVE_RECORDS.in(config)
                ? new ImageRetention(config, parts.metadata())
                : topic -> 0;
        GroupEvents events = parts.metrics().and(new GroupJournal(parts.clock(), parts.journal()));
        this.shards = new ShardRuntime<>(
                new ShardSettings(
                        OffsetsTopic.NAME,
                        GroupConfigs.OFFSETS_LOAD_BUFFER_SIZE.in(config),
                        MAX_APPENDS_UNDER_WAY,
                        Duration.ofMillis(GroupConfigs.OFFSETS_COMMIT_TIMEOUT_MS.in(config))),
                new ShardRuntime.Parts<>(
                        parts.replicas(),
                        parts.loops(),
                        parts.loader(),
                        parts.clock(),
                        parts.faults(),
                        new GroupRecordCodec(),
                        (partition, epoch, timers) -> new GroupShard(
                                settings,
                                timers,
                                parts.memberIds(),
                                Subscriptions::topics,
                                consumers,
                                retention,
                                events),
                        parts.metrics()));
    }

    private static RegexResolver.Names names(MetadataImage image, long wallMs) {
        return new RegexResolver.Names(image.topics().stream().map(Topic::name).toList(), image.index(), wallMs);
    }

    private void regexesResolved(String groupId, Map<String, ConsumerRecord.Resolved> topics) {
        shards.tell(topic.partitionFor(groupId), (shard, now) -> List.of(shard.regexesResolved(groupId, topics, now)));
    }

    /**
     * Topics have come, gone or grown: the metadata that {@link Parts} gives has that already. Offsets of those that have gone are forgotten.
     *
     * @param names of all of them
     * @param removed those that have gone, and their names
     */
    public void onTopicsChanged(Set<String> names, Map<Uuid, String> removed) {
        shards.tellAll((shard, now) -> shard.topicsChanged(names, removed));
    }

    /** This broker leads a partition of {@link OffsetsTopic#NAME} in a new epoch. */
    public void onLeadership(int partition, int leaderEpoch) {
        shards.onLeadership(partition, leaderEpoch);
    }

    /** This broker leads it no longer. */
    public void onResign(int partition) {
        shards.onResign(partition);
    }

    public OffsetsTopic topic() {
        return topic;
    }

    /** Creates the topic when it isn't there yet. */
    public CompletionStage<Errors> ensureTopic() {
        return topic.ensure(internalTopics);
    }

    public CompletableFuture<JoinGroup.Reply> join(JoinGroup.Request request) {
        return shards.call(
                topic.partitionFor(request.groupId()),
                error -> JoinGroup.Reply.failed(error, request.memberId()),
                (shard, now, answer) -> shard.join(request, now, answer));
    }

    public CompletableFuture<SyncGroup.Reply> sync(SyncGroup.Request request) {
        return shards.call(
                topic.partitionFor(request.groupId()),
                SyncGroup.Reply::failed,
                (shard, now, answer) -> shard.sync(request, now, answer));
    }

    /** While the log is loaded members are told that all is well: they would only join again for nothing. */
    public CompletableFuture<Errors> heartbeat(Heartbeat.Request request) {
        return shards.call(
                topic.partitionFor(request.groupId()),
                error -> error == Errors.COORDINATOR_LOAD_IN_PROGRESS ? Errors.NONE : error,
                (shard, now, answer) -> shard.heartbeat(request, now, answer));
    }

    public CompletableFuture<LeaveGroup.Reply> leave(LeaveGroup.Request request) {
        return shards.call(
                topic.partitionFor(request.groupId()),
                LeaveGroup.Reply::failed,
                (shard, now, answer) -> shard.leave(request, now, answer));
    }

    public CompletableFuture<OffsetCommit.Reply> commit(OffsetCommit.Request request) {
        return shards.call(
                topic.partitionFor(request.groupId()),
                request::all,
                (shard, now, answer) -> shard.offsets().commit(request, now, answer));
    }

    public CompletableFuture<OffsetCommit.Reply> commitInTransaction(TxnOffsetCommit.Request request) {
        return shards.call(
                topic.partitionFor(request.commit().groupId()),
                request.commit()::all,
                (shard, now, answer) -> shard.offsets().commitInTransaction(request, now, answer));
    }

    /**
     * The same once {@code ask} has said that the group's partition of {@link OffsetsTopic#NAME} is part of the transaction. A transaction that
     * ends meanwhile gets no more offsets.
     *
     * @param ask never fails
     */
    public CompletableFuture<OffsetCommit.Reply> commitVerified(
            TxnOffsetCommit.Request request, Supplier<CompletableFuture<Errors>> ask) {
        int partition = topic.partitionFor(request.commit().groupId());
        return shards.<TxnOffsetCommit.Guarded>call(
                        partition,
                        error -> new TxnOffsetCommit.Guarded(error, null),
                        (shard, now, answer) -> shard.offsets().guard(request.producerId(), answer))
                .thenCompose(guarded -> {
                    TxnOffsetCommit.Guard guard = guarded.guard();
                    if (guard == null) {
                        return CompletableFuture.completedFuture(
                                request.commit().all(guarded.error()));
                    }
                    return ask.get()
                            .thenCompose(verified -> shards.call(
                                    partition,
                                    request.commit()::all,
                                    (shard, now, answer) ->
                                            shard.offsets().commitVerified(request, guard, verified, now, answer)));
                });
    }

    /**
     * Writes the marker that ends a producer's transaction to a partition of {@link OffsetsTopic#NAME} that this broker leads.
     *
     * @return NONE when it is committed. Twice the same does no harm
     */
    public CompletableFuture<Errors> endTransaction(int partition, TxnOffsetRecord.TransactionEnded ended) {
        return shards.call(
                partition,
                error -> error,
                (shard, now, answer) -> shard.offsets().endTransaction(ended, answer));
    }

    public CompletableFuture<OffsetFetch.Reply> fetch(OffsetFetch.Request request) {
        return shards.call(
                topic.partitionFor(request.groupId()),
                OffsetFetch.Reply::failed,
                (shard, now, answer) -> shard.offsets().fetch(request, answer));
    }

    public CompletableFuture<OffsetDelete.Reply> deleteOffsets(OffsetDelete.Request request) {
        return shards.call(
                topic.partitionFor(request.groupId()),
                OffsetDelete.Reply::failed,
                (shard, now, answer) -> shard.offsets().delete(request, answer));
    }

    public CompletableFuture<OffsetReset.Reply> reset(OffsetReset.Request request) {
        return shards.call(
                topic.partitionFor(request.groupId()),
                error -> OffsetReset.Reply.failed(error, null),
                (shard, now, answer) -> shard.offsets().reset(request, now, answer));
    }

    public CompletableFuture<OffsetReset.Reply> undoReset(OffsetReset.UndoRequest request) {
        return shards.call(
                topic.partitionFor(request.groupId()),
                error -> OffsetReset.Reply.failed(error, null),
                (shard, now, answer) -> shard.offsets().undoReset(request, now, answer));
    }

    /** Newest first; none also when this broker does not coordinate the group. */
    public CompletableFuture<List<OffsetReset.Kept>> keptResets(String groupId) {
        return shards.call(
                topic.partitionFor(groupId),
                error -> List.of(),
                (shard, now, answer) -> shard.offsets().keptResets(groupId, answer));
    }

    public CompletableFuture<Errors> delete(String groupId) {
        return shards.call(
                topic.partitionFor(groupId),
                error -> error,
                (shard, now, answer) -> shard.delete(groupId, now, answer));
    }

    /** For a member that leaves it to the coordinator to name it. */
    public String newMemberId() {
        return memberIds.get();
    }

    public CompletableFuture<ConsumerHeartbeat.Reply> consumerHeartbeat(ConsumerHeartbeat.Request request) {
        return shards.call(
                topic.partitionFor(request.groupId()),
                error -> ConsumerHeartbeat.Reply.failed(error, null),
                (shard, now, answer) -> shard.consumerHeartbeat(request, now, answer));
    }

    public CompletableFuture<ConsumerView.Described> describeConsumer(String groupId) {
        return shards.call(
                topic.partitionFor(groupId),
                error -> ConsumerView.Described.failed(error, null, groupId),
                (shard, now, answer) -> shard.describeConsumer(groupId, answer));
    }

    public CompletableFuture<GroupView.Described> describe(String groupId) {
        return shards.call(
                topic.partitionFor(groupId),
                error -> GroupView.Described.failed(error, groupId),
                (shard, now, answer) -> shard.describe(groupId, answer));
    }

    /** A group of either protocol, with its offsets. */
    public CompletableFuture<GroupDescription> describeWhole(String groupId) {
        CompletableFuture<OffsetFetch.Reply> offsets = fetch(new OffsetFetch.Request(groupId, Optional.empty()));
        CompletableFuture<List<OffsetReset.Kept>> resets = keptResets(groupId);
        CompletableFuture<GroupView.Described> classic = describe(groupId);
        return describeConsumer(groupId)
                .thenCombine(classic, (consumer, other) -> GroupDescription.of(consumer, other))
                .thenCombine(offsets, GroupDescription::withOffsets)
                .thenCombine(resets, GroupDescription::withResets);
    }

    /** Of all partitions led here. */
    public CompletableFuture<Listing> list(Set<String> states, Set<String> types) {
        List<CompletableFuture<Listing>> parts = shards.callAll(
                error -> new Listing(error == Errors.NOT_COORDINATOR ? Errors.NONE : error, List.of()),
                (shard, now, answer) ->
                        shard.list(states, types, groups -> answer.accept(new Listing(Errors.NONE, groups))));
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(done -> {
            Errors error = Errors.NONE;
            List<GroupView.Listed> groups = new ArrayList<>();
            for (CompletableFuture<Listing> part : parts) {
                Listing listing = part.join();
                if (listing.error() != Errors.NONE) error = listing.error();
                groups.addAll(listing.groups());
            }
            return new Listing(error, groups);
        });
    }

    /** Drops all shards; the loops and the loader are closed by their owner afterwards. */
    @Override
    public void close() {
        shards.close();
    }
}
