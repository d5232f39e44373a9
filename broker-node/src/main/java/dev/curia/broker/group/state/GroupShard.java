package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import dev.curia.broker.coordinator.Shard;
import dev.curia.broker.coordinator.ShardTimers;
import dev.curia.broker.group.state.GroupRecord.GroupRemoved;
import dev.curia.common.id.TopicPartition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * The groups of one partition of {@code __consumer_offsets}: finds the group of a request, lets the part that knows decide, and forgets
 * groups that have become nothing. Single-threaded and pure, see {@link Shard}. Each {@code answer} is called exactly once, at once or
 * when the records of the outcome are committed or refused.
 */
public final class GroupShard implements Shard<GroupRecord, GroupTimer> {
    /** Records of one look for expired offsets; a few more when a group has many. */
    private static final int MOST_EXPIRED = 1_000;

    private static final long EXPIRE_MORE_MS = 100;

    private final GroupSettings settings;
    private final ShardTimers<GroupTimer> timers;
    private final OffsetExpiry expiry;
    private final GroupEvents events;
    private final CommittedGroups committed = new CommittedGroups();
    private final Map<String, ClassicGroup> live = new LinkedHashMap<>();
    private final Rebalances rebalances;
    private final Joins joins;
    private final Memberships memberships;
    private final Offsets offsets;
    private final OffsetGuards guards = new OffsetGuards();
    private final OffsetResets resets;
    private final GroupViews views;
    private final ConsumerGroups consumers;
    private final Function<Bytes, Set<String>> subscribedTopics;

    /**
     * @param memberIdSuffix makes new member ids unique for ever
     * @param subscribedTopics reads a member's metadata under the {@code consumer} protocol type
     */
    public GroupShard(
            GroupSettings settings,
            ShardTimers<GroupTimer> timers,
            Supplier<String> memberIdSuffix,
            Function<Bytes, Set<String>> subscribedTopics,
            ConsumerPorts consumerPorts,
            TopicRetention retention,
            GroupEvents events) {
        this.settings = settings;
        this.timers = timers;
        this.expiry = new OffsetExpiry(settings.offsetsRetentionMs(), retention);
        this.events = events;
        this.subscribedTopics = subscribedTopics;
        this.rebalances = new Rebalances(settings, timers, events);
        this.joins = new Joins(settings, timers, rebalances, memberIdSuffix);
        this.memberships = new Memberships(timers, rebalances);
        this.offsets = new Offsets(settings, committed, rebalances, events);
        this.resets = new OffsetResets(committed, offsets, events);
        Migration migration = new Migration(
                consumerPorts.settings().migration(),
                consumerPorts.settings().maxSize(),
                settings.maxSize(),
                consumerPorts.embedded());
        this.consumers = new ConsumerGroups(
                consumerPorts,
                committed,
                timers,
                events,
                new ClassicPredecessors(live, committed, rebalances, migration, events),
                migration,
                memberIdSuffix);
        this.views = new GroupViews(live, committed, consumers);
    }

    /** What is persisted; for tests and for those that read. */
    public CommittedGroups committed() {
        return committed;
    }

    @Override
    public void replay(GroupRecord record) {
        Set<String> ended = record instanceof TxnOffsetRecord.TransactionEnded marker
                ? offsets.inTransactionOf(marker.producerId())
                : Set.of();
        offsets.replay(record);
        for (String groupId : ended) {
            ClassicGroup group = live.get(groupId);
            if (group != null) forgetIfNothing(group);
        }
    }

    @Override
    public void loaded(Now now) {
        for (String groupId : offsets.groupIds()) {
            if (committed.consumer(groupId).exists()) continue;
            ClassicGroup group = committed
                    .group(groupId)
                    .map(snapshot -> ClassicGroup.restore(groupId, snapshot, events))
                    .orElseGet(() -> new ClassicGroup(groupId, now.wallMs(), events));
            live.put(groupId, group);
            group.members().forEach(member -> rebalances.renewSession(group, member, now));
        }
        consumers.loaded(now);
        timers.schedule(GroupTimer.expiry(), settings.expiryIntervalMs());
    }

    @Override
    public void unloaded(Errors error) {
        for (ClassicGroup group : live.values()) {
            rebalances.stopTimers(group);
            group.members().forEach(member -> member.fail(error));
            events.stateChanged(group.state(), null);
            events.unloaded(group.id);
        }
        live.clear();
        consumers.unloaded();
    }

    @Override
    public Outcome<GroupRecord> onTimeout(GroupTimer timer, Now now) {
        if (timer.kind() == GroupTimer.Kind.EXPIRY) return expire(now);
        boolean turn = timer.kind() == GroupTimer.Kind.TURN;
        if (turn || consumers.serves(timer.groupId())) return consumers.onTimeout(timer, now);
        ClassicGroup group = live.get(timer.groupId());
        if (group == null) return Outcome.none();
        Outcome<GroupRecord> outcome = switch (timer.kind()) {
            case SESSION -> rebalances.onSessionTimeout(group, timer.memberId(), now);
            case PENDING_MEMBER -> rebalances.onPendingTimeout(group, timer.memberId(), now);
            case JOIN -> rebalances.onJoinTimeout(group, now);
            case SYNC -> rebalances.onSyncTimeout(group, now);
            case REVOCATION, TURN, REJOIN, EXPIRY -> Outcome.none();
        };
        return thenForget(group, outcome);
    }

    /** What is kept no longer, a batch at a time. */
    private Outcome<GroupRecord> expire(Now now) {
        timers.schedule(GroupTimer.expiry(), settings.expiryIntervalMs());
        Outcome<GroupRecord> all = Outcome.none();
        for (String groupId : List.copyOf(committed.groupIds())) {
            if (all.records().size() >= MOST_EXPIRED) {
                timers.schedule(GroupTimer.expiry(), Math.min(EXPIRE_MORE_MS, settings.expiryIntervalMs()));
                break;
            }
            all = all.and(expire(groupId, now));
        }
        return all;
    }

    private Outcome<GroupRecord> expire(String groupId, Now now) {
        Map<TopicPartition, CommittedOffset> kept = committed.offsets(groupId);
        Set<TopicPartition> awaited = offsets.awaited(groupId);
        ConsumerGroup consumer = committed.consumer(groupId);
        if (consumer.exists()) {
            if (!consumers.has(groupId)) return Outcome.none();
            long emptySinceMs = consumers.emptySinceMs(groupId, now);
            List<GroupRecord> expired = expiry.ofConsumer(groupId, consumer, kept, awaited, emptySinceMs, now);
            boolean last = expired.size() == kept.size() && awaited.isEmpty() && expiry.isOver(emptySinceMs, now);
            return consumers.expire(groupId, last ? withResets(groupId, expired) : expired, last);
        }
        ClassicGroup classic = find(groupId);
        if (classic == null || consumers.has(groupId)) return Outcome.none();
        List<GroupRecord> records = new ArrayList<>(expiry.ofClassic(classic, kept, subscribed(classic), awaited, now));
        boolean last = records.size() == kept.size() && awaited.isEmpty() && classic.is(GroupState.EMPTY);
        if (last && committed.group(groupId).isPresent()) records.add(new GroupRemoved(groupId));
        if (last) records.addAll(resets.forgotten(groupId));
        return records.isEmpty() ? Outcome.none() : new Outcome<>(records, () -> forgetIfNothing(classic), error -> {});
    }

    private List<GroupRecord> withResets(String groupId, List<GroupRecord> expired) {
        List<GroupRecord> all = new ArrayList<>(expired);
        all.addAll(resets.forgotten(groupId));
        return all;
    }

    public Outcome<GroupRecord> join(JoinGroup.Request request, Now now, Consumer<JoinGroup.Reply> answer) {
        Errors error = Errors.NONE;
        if (request.groupId().isEmpty()) error = Errors.INVALID_GROUP_ID;
        else if (request.sessionTimeoutMs() < settings.minSessionTimeoutMs()
                || request.sessionTimeoutMs() > settings.maxSessionTimeoutMs()) error = Errors.INVALID_SESSION_TIMEOUT;
        if (error == Errors.NONE && consumers.has(request.groupId())) {
            return consumers.mixed().join(request, now, answer, time -> joinClassic(request, time, answer));
        }
        return error == Errors.NONE ? joinClassic(request, now, answer) : refuse(request, error, answer);
    }

    private static Outcome<GroupRecord> refuse(
            JoinGroup.Request request, Errors error, Consumer<JoinGroup.Reply> answer) {
        answer.accept(JoinGroup.Reply.failed(error, request.memberId()));
        return Outcome.none();
    }

    private Outcome<GroupRecord> joinClassic(JoinGroup.Request request, Now now, Consumer<JoinGroup.Reply> answer) {
        ClassicGroup group = live.get(request.groupId());
        if (group == null && !request.memberId().isEmpty()) return refuse(request, Errors.UNKNOWN_MEMBER_ID, answer);
        if (group == null) {
            group = new ClassicGroup(request.groupId(), now.wallMs(), events);
            live.put(group.id, group);
        }
        return thenForget(group, joins.join(group, request, now, answer));
    }

    public Outcome<GroupRecord> sync(SyncGroup.Request request, Now now, Consumer<SyncGroup.Reply> answer) {
        if (consumers.serves(request.groupId())) return consumers.mixed().sync(request, now, answer);
        ClassicGroup group = live.get(request.groupId());
        if (group != null) return memberships.sync(group, request, now, answer);
        answer.accept(SyncGroup.Reply.failed(unknown(request.groupId())));
        return Outcome.none();
    }

    public Outcome<GroupRecord> heartbeat(Heartbeat.Request request, Now now, Consumer<Errors> answer) {
        if (consumers.serves(request.groupId())) return consumers.mixed().heartbeat(request, now, answer);
        ClassicGroup group = live.get(request.groupId());
        answer.accept(group == null ? unknown(request.groupId()) : memberships.heartbeat(group, request, now));
        return Outcome.none();
    }

    public Outcome<GroupRecord> leave(LeaveGroup.Request request, Now now, Consumer<LeaveGroup.Reply> answer) {
        if (consumers.serves(request.groupId())) return consumers.mixed().leave(request, now, answer);
        ClassicGroup group = live.get(request.groupId());
        if (group != null) return thenForget(group, memberships.leave(group, request, now, answer));
        if (request.groupId().isEmpty()) {
            answer.accept(LeaveGroup.Reply.failed(Errors.INVALID_GROUP_ID));
            return Outcome.none();
        }
        List<LeaveGroup.MemberReply> unknown = request.members().stream()
                .map(member -> new LeaveGroup.MemberReply(member, Errors.UNKNOWN_MEMBER_ID))
                .toList();
        answer.accept(new LeaveGroup.Reply(Errors.NONE, unknown));
        return Outcome.none();
    }

    /** An empty group id is served too, as Kafka does for simple consumers of old. */
    public Outcome<GroupRecord> commit(OffsetCommit.Request request, Now now, Consumer<OffsetCommit.Reply> answer) {
        if (consumers.has(request.groupId())) {
            Errors refused = consumers.validate(request.groupId(), request.memberId(), request.generation());
            if (refused == Errors.NONE) return offsets.commit(request, now, answer);
            answer.accept(request.all(refused));
            return Outcome.none();
        }
        ClassicGroup group = live.get(request.groupId());
        Errors error;
        if (group != null) error = offsets.validate(group, request, now);
        else error = request.generation() < 0 ? Errors.NONE : Errors.ILLEGAL_GENERATION;
        if (error != Errors.NONE) {
            answer.accept(request.all(error));
            return Outcome.none();
        }
        ClassicGroup owner = live.computeIfAbsent(request.groupId(), id -> new ClassicGroup(id, now.wallMs(), events));
        return thenForget(owner, offsets.commit(request, now, answer));
    }

    /** Counts when the transaction is committed; until then nobody sees it. */
    public Outcome<GroupRecord> commitInTransaction(
            TxnOffsetCommit.Request request, Now now, Consumer<OffsetCommit.Reply> answer) {
        String groupId = request.commit().groupId();
        if (consumers.has(groupId)) {
            Errors refused = consumers.validateInTransaction(
                    groupId, request.commit().memberId(), request.commit().generation());
            if (refused == Errors.NONE) return offsets.commitInTransaction(request, now, answer);
            answer.accept(request.commit().all(refused));
            return Outcome.none();
        }
        ClassicGroup group = live.get(groupId);
        Errors error;
        if (group != null) error = offsets.validateInTransaction(group, request.commit());
        else error = request.commit().generation() < 0 ? Errors.NONE : Errors.ILLEGAL_GENERATION;
        if (error != Errors.NONE) {
            answer.accept(request.commit().all(error));
            return Outcome.none();
        }
        ClassicGroup owner = live.computeIfAbsent(groupId, id -> new ClassicGroup(id, now.wallMs(), events));
        return thenForget(owner, offsets.commitInTransaction(request, now, answer));
    }

    /** Before the coordinator of a transaction is asked whether offsets kept here are part of it. */
    public Outcome<GroupRecord> guard(long producerId, Consumer<TxnOffsetCommit.Guarded> answer) {
        answer.accept(new TxnOffsetCommit.Guarded(Errors.NONE, guards.hold(producerId)));
        return Outcome.none();
    }

    /** @param verified what the coordinator says */
    public Outcome<GroupRecord> commitVerified(
            TxnOffsetCommit.Request request,
            TxnOffsetCommit.Guard guard,
            Errors verified,
            Now now,
            Consumer<OffsetCommit.Reply> answer) {
        Errors guarded = guards.release(guard);
        Errors error = verified == Errors.NONE ? guarded : verified;
        if (error == Errors.NONE) return commitInTransaction(request, now, answer);
        answer.accept(request.commit().all(error));
        return Outcome.none();
    }

    /** A transaction has ended: what it wrote to the offsets kept here counts now, or is forgotten. */
    public Outcome<GroupRecord> endTransaction(TxnOffsetRecord.TransactionEnded ended, Consumer<Errors> answer) {
        guards.markerComes(ended.producerId());
        return new Outcome<>(List.of(ended), () -> answer.accept(Errors.NONE), answer);
    }

    public Outcome<GroupRecord> fetch(OffsetFetch.Request request, Consumer<OffsetFetch.Reply> answer) {
        Errors refused = Errors.NONE;
        if (consumers.has(request.groupId()) && request.memberEpoch() >= 0) {
            refused = consumers.validate(request.groupId(), request.memberId(), request.memberEpoch());
        }
        answer.accept(refused == Errors.NONE ? offsets.fetch(request) : OffsetFetch.Reply.failed(refused));
        return Outcome.none();
    }

    /** A member of a consumer group (KIP-848). */
    public Outcome<GroupRecord> consumerHeartbeat(
            ConsumerHeartbeat.Request request, Now now, Consumer<ConsumerHeartbeat.Reply> answer) {
        return consumers.heartbeat(request, now, answer);
    }

    /** Topics of these names came, went or grew. */
    public Outcome<GroupRecord> topicsChanged(Set<String> names) {
        consumers.topicsChanged(names);
        return Outcome.none();
    }

    /** What {@link RegexPort#resolve} has found. */
    public Outcome<GroupRecord> regexesResolved(String groupId, Map<String, ConsumerRecord.Resolved> topics, Now now) {
        return consumers.regexesResolved(groupId, topics, now);
    }

    public Outcome<GroupRecord> describeConsumer(String groupId, Consumer<ConsumerView.Described> answer) {
        ConsumerView.Described described;
        if (committed.consumer(groupId).exists()) described = consumers.describe(groupId);
        else {
            String what = find(groupId) == null ? " not found." : " is not a consumer group.";
            described = ConsumerView.Described.failed(Errors.GROUP_ID_NOT_FOUND, "Group " + groupId + what, groupId);
        }
        answer.accept(described);
        return Outcome.none();
    }

    public Outcome<GroupRecord> deleteOffsets(OffsetDelete.Request request, Consumer<OffsetDelete.Reply> answer) {
        ClassicGroup group = find(request.groupId());
        boolean consumer = committed.consumer(request.groupId()).exists();
        Errors error = Errors.NONE;
        if (group == null && !consumer) error = Errors.GROUP_ID_NOT_FOUND;
        else if (group != null && !group.is(GroupState.EMPTY) && !readsTopics(group)) error = Errors.NON_EMPTY_GROUP;
        if (error != Errors.NONE) {
            answer.accept(OffsetDelete.Reply.failed(error));
            return Outcome.none();
        }
        Set<String> subscribed =
                group == null ? committed.consumer(request.groupId()).topics() : subscribed(group);
        Map<TopicPartition, Errors> errors = new LinkedHashMap<>();
        Set<TopicPartition> removed = new LinkedHashSet<>();
        for (TopicPartition partition : request.partitions()) {
            boolean read = subscribed.contains(partition.topic());
            errors.put(partition, read ? Errors.GROUP_SUBSCRIBED_TO_TOPIC : Errors.NONE);
            if (!read) removed.add(partition);
        }
        return new Outcome<>(
                offsets.tombstones(request.groupId(), removed),
                () -> {
                    answer.accept(new OffsetDelete.Reply(Errors.NONE, errors));
                    if (group != null) forgetIfNothing(group);
                },
                failure -> answer.accept(OffsetDelete.Reply.failed(failure)));
    }

    /** Sets offsets of a group that nobody is in; it need not exist. What they were can be had back with {@link #undoReset}. */
    public Outcome<GroupRecord> reset(OffsetReset.Request request, Now now, Consumer<OffsetReset.Reply> answer) {
        return whileEmpty(request.groupId(), now, answer, time -> resets.reset(request, time, answer));
    }

    public Outcome<GroupRecord> undoReset(
            OffsetReset.UndoRequest request, Now now, Consumer<OffsetReset.Reply> answer) {
        return whileEmpty(request.groupId(), now, answer, time -> resets.undo(request, time, answer));
    }

    private Outcome<GroupRecord> whileEmpty(
            String groupId, Now now, Consumer<OffsetReset.Reply> answer, Function<Now, Outcome<GroupRecord>> change) {
        Consumer<Errors> refuse = error -> answer.accept(OffsetReset.Reply.failed(error, null));
        if (consumers.has(groupId)) return consumers.whileEmpty(groupId, change, refuse, now);
        ClassicGroup group = live.computeIfAbsent(groupId, id -> new ClassicGroup(id, now.wallMs(), events));
        if (group.is(GroupState.EMPTY)) return thenForget(group, change.apply(now));
        refuse.accept(group.is(GroupState.DEAD) ? Errors.COORDINATOR_NOT_AVAILABLE : Errors.NON_EMPTY_GROUP);
        return Outcome.none();
    }

    /** Of a group that can be taken back, newest first. */
    public Outcome<GroupRecord> keptResets(String groupId, Consumer<List<OffsetReset.Kept>> answer) {
        answer.accept(resets.kept(groupId));
        return Outcome.none();
    }

    /** Removes a group and its offsets. */
    public Outcome<GroupRecord> delete(String groupId, Now now, Consumer<Errors> answer) {
        if (consumers.has(groupId)) {
            return consumers.delete(
                    groupId,
                    () -> withResets(groupId, offsets.tombstones(groupId, offsets.present(groupId))),
                    now,
                    answer);
        }
        ClassicGroup group = find(groupId);
        if (group == null || !group.is(GroupState.EMPTY)) {
            answer.accept(group == null ? Errors.GROUP_ID_NOT_FOUND : Errors.NON_EMPTY_GROUP);
            return Outcome.none();
        }
        if (resets.isUnderWay(groupId)) {
            answer.accept(Errors.COORDINATOR_NOT_AVAILABLE);
            return Outcome.none();
        }
        List<GroupRecord> records = withResets(groupId, offsets.tombstones(groupId, offsets.present(groupId)));
        records.add(new GroupRemoved(groupId));
        // Until the tombstones are committed nobody may join or commit: it would be deleted too.
        group.transitionTo(GroupState.DEAD, group.snapshot().stateTimestampMs());
        return new Outcome<>(
                records,
                () -> {
                    rebalances.stopTimers(group);
                    forget(group);
                    answer.accept(Errors.NONE);
                },
                error -> {
                    group.transitionTo(GroupState.EMPTY, group.snapshot().stateTimestampMs());
                    answer.accept(error);
                });
    }

    /** Those whose state is among {@code states} and whose type is among {@code types}; an empty filter passes all. */
    public Outcome<GroupRecord> list(Set<String> states, Set<String> types, Consumer<List<GroupView.Listed>> answer) {
        answer.accept(views.list(states, types));
        return Outcome.none();
    }

    public Outcome<GroupRecord> describe(String groupId, Consumer<GroupView.Described> answer) {
        answer.accept(views.describe(groupId, find(groupId)));
        return Outcome.none();
    }

    private @Nullable ClassicGroup find(String groupId) {
        ClassicGroup group = live.get(groupId);
        return group == null || group.is(GroupState.DEAD) ? null : group;
    }

    private static Errors unknown(String groupId) {
        return groupId.isEmpty() ? Errors.INVALID_GROUP_ID : Errors.UNKNOWN_MEMBER_ID;
    }

    private static boolean readsTopics(ClassicGroup group) {
        return "consumer".equals(group.protocolType());
    }

    private Set<String> subscribed(ClassicGroup group) {
        Set<String> topics = new LinkedHashSet<>();
        if (!readsTopics(group)) return topics;
        for (Member member : group.members()) {
            for (JoinGroup.Protocol p : member.protocols) topics.addAll(subscribedTopics.apply(p.metadata()));
        }
        return topics;
    }

    /** Requests must not leave groups behind that are nothing but a name. */
    private Outcome<GroupRecord> thenForget(ClassicGroup group, Outcome<GroupRecord> outcome) {
        if (outcome.records().isEmpty()) {
            return new Outcome<>(
                    List.of(),
                    () -> {
                        outcome.committed().run();
                        forgetIfNothing(group);
                    },
                    outcome.failed());
        }
        return outcome.and(new Outcome<>(List.of(), () -> forgetIfNothing(group), error -> forgetIfNothing(group)));
    }

    private void forgetIfNothing(ClassicGroup group) {
        boolean nothing = group.is(GroupState.EMPTY)
                && group.pendingMembers.isEmpty()
                && group.members().isEmpty()
                && !committed.contains(group.id)
                && offsets.present(group.id).isEmpty();
        if (nothing) forget(group);
    }

    private void forget(ClassicGroup group) {
        if (live.remove(group.id, group)) events.stateChanged(group.state(), null);
    }
}
