package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import dev.curia.broker.coordinator.Shard;
import dev.curia.broker.coordinator.ShardTimers;
import dev.curia.broker.group.state.GroupRecord.GroupRemoved;
import dev.curia.common.id.Uuid;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;

/**
 * The groups of one partition of {@code __consumer_offsets}: finds the group of a request, lets the part that knows decide, and forgets
 * groups that have become nothing. Single-threaded and pure, see {@link Shard}. Each {@code answer} is called exactly once, at once or
 * when the records of the outcome are committed or refused.
 */
public final class GroupShard implements Shard<GroupRecord, GroupTimer> {
    private final GroupSettings settings;
    private final ShardTimers<GroupTimer> timers;
    private final GroupEvents events;
    private final CommittedGroups committed = new CommittedGroups();
    private final ClassicGroups classics;
    private final Rebalances rebalances;
    private final Joins joins;
    private final Memberships memberships;
    private final Offsets offsets;
    private final OffsetResets resets;
    private final GroupOffsets groupOffsets;
    private final GroupViews views;
    private final ConsumerGroups consumers;

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
        this.events = events;
        this.rebalances = new Rebalances(settings, timers, events);
        this.joins = new Joins(settings, timers, rebalances, memberIdSuffix);
        this.memberships = new Memberships(timers, rebalances);
        this.offsets = new Offsets(settings, committed, rebalances, events);
        this.classics = new ClassicGroups(committed, offsets, events);
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
                new ClassicPredecessors(classics, committed, rebalances, migration),
                migration,
                memberIdSuffix);
        this.groupOffsets = new GroupOffsets(
                settings,
                timers,
                new OffsetExpiry(settings.offsetsRetentionMs(), retention),
                resets,
                offsets,
                classics,
                consumers,
                subscribedTopics);
        this.views = new GroupViews(classics, committed, consumers);
    }

    /** What is persisted; for tests and for those that read. */
    public CommittedGroups committed() {
        return committed;
    }

    /** What is asked of the groups' offsets. */
    public GroupOffsets offsets() {
        return groupOffsets;
    }

    @Override
    public void replay(GroupRecord record) {
        Set<String> ended = record instanceof TxnOffsetRecord.TransactionEnded marker
                ? offsets.inTransactionOf(marker.producerId())
                : Set.of();
        offsets.replay(record);
        for (String groupId : ended) classics.forgetIfNothing(classics.get(groupId));
    }

    @Override
    public void loaded(Now now) {
        for (String groupId : offsets.groupIds()) {
            if (committed.consumer(groupId).exists()) continue;
            ClassicGroup group = committed
                    .group(groupId)
                    .map(snapshot -> classics.restore(groupId, snapshot))
                    .orElseGet(() -> classics.orNew(groupId, now));
            group.members().forEach(member -> rebalances.renewSession(group, member, now));
        }
        consumers.loaded(now);
        timers.schedule(GroupTimer.expiry(), settings.expiryIntervalMs());
    }

    @Override
    public void unloaded(Errors error) {
        for (ClassicGroup group : classics.all()) {
            rebalances.stopTimers(group);
            group.members().forEach(member -> member.fail(error));
            events.stateChanged(group.state(), null);
            events.unloaded(group.id);
        }
        classics.clear();
        consumers.unloaded();
    }

    @Override
    public Outcome<GroupRecord> onTimeout(GroupTimer timer, Now now) {
        if (timer.kind() == GroupTimer.Kind.EXPIRY) return groupOffsets.expire(now);
        boolean turn = timer.kind() == GroupTimer.Kind.TURN;
        if (turn || consumers.serves(timer.groupId())) return consumers.onTimeout(timer, now);
        ClassicGroup group = classics.get(timer.groupId());
        if (group == null) return Outcome.none();
        Outcome<GroupRecord> outcome = switch (timer.kind()) {
            case SESSION -> rebalances.onSessionTimeout(group, timer.memberId(), now);
            case PENDING_MEMBER -> rebalances.onPendingTimeout(group, timer.memberId(), now);
            case JOIN -> rebalances.onJoinTimeout(group, now);
            case SYNC -> rebalances.onSyncTimeout(group, now);
            case REVOCATION, TURN, REJOIN, EXPIRY -> Outcome.none();
        };
        return classics.thenForget(group, outcome);
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
        ClassicGroup group = classics.get(request.groupId());
        if (group == null && !request.memberId().isEmpty()) return refuse(request, Errors.UNKNOWN_MEMBER_ID, answer);
        ClassicGroup joined = classics.orNew(request.groupId(), now);
        return classics.thenForget(joined, joins.join(joined, request, now, answer));
    }

    public Outcome<GroupRecord> sync(SyncGroup.Request request, Now now, Consumer<SyncGroup.Reply> answer) {
        if (consumers.serves(request.groupId())) return consumers.mixed().sync(request, now, answer);
        ClassicGroup group = classics.get(request.groupId());
        if (group != null) return memberships.sync(group, request, now, answer);
        answer.accept(SyncGroup.Reply.failed(unknown(request.groupId())));
        return Outcome.none();
    }

    public Outcome<GroupRecord> heartbeat(Heartbeat.Request request, Now now, Consumer<Errors> answer) {
        if (consumers.serves(request.groupId())) return consumers.mixed().heartbeat(request, now, answer);
        ClassicGroup group = classics.get(request.groupId());
        answer.accept(group == null ? unknown(request.groupId()) : memberships.heartbeat(group, request, now));
        return Outcome.none();
    }

    public Outcome<GroupRecord> leave(LeaveGroup.Request request, Now now, Consumer<LeaveGroup.Reply> answer) {
        if (consumers.serves(request.groupId())) return consumers.mixed().leave(request, now, answer);
        ClassicGroup group = classics.get(request.groupId());
        if (group != null) return classics.thenForget(group, memberships.leave(group, request, now, answer));
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

    /** A member of a consumer group (KIP-848). */
    public Outcome<GroupRecord> consumerHeartbeat(
            ConsumerHeartbeat.Request request, Now now, Consumer<ConsumerHeartbeat.Reply> answer) {
        return consumers.heartbeat(request, now, answer);
    }

    /**
     * Topics came, went or grew.
     *
     * @param names of all of them
     * @param removed those that went, and their names
     */
    public List<Outcome<GroupRecord>> topicsChanged(Set<String> names, Map<Uuid, String> removed) {
        consumers.topicsChanged(names);
        return groupOffsets.topicsRemoved(removed);
    }

    /** What {@link RegexPort#resolve} has found. */
    public Outcome<GroupRecord> regexesResolved(String groupId, Map<String, ConsumerRecord.Resolved> topics, Now now) {
        return consumers.regexesResolved(groupId, topics, now);
    }

    public Outcome<GroupRecord> describeConsumer(String groupId, Consumer<ConsumerView.Described> answer) {
        ConsumerView.Described described;
        if (committed.consumer(groupId).exists()) described = consumers.describe(groupId);
        else {
            String what = classics.find(groupId) == null ? " not found." : " is not a consumer group.";
            described = ConsumerView.Described.failed(Errors.GROUP_ID_NOT_FOUND, "Group " + groupId + what, groupId);
        }
        answer.accept(described);
        return Outcome.none();
    }

    /** Removes a group and its offsets. */
    public Outcome<GroupRecord> delete(String groupId, Now now, Consumer<Errors> answer) {
        if (consumers.has(groupId)) {
            return consumers.delete(groupId, () -> groupOffsets.removal(groupId), now, answer);
        }
        ClassicGroup group = classics.find(groupId);
        if (group == null || !group.is(GroupState.EMPTY)) {
            answer.accept(group == null ? Errors.GROUP_ID_NOT_FOUND : Errors.NON_EMPTY_GROUP);
            return Outcome.none();
        }
        if (resets.isUnderWay(groupId)) {
            answer.accept(Errors.COORDINATOR_NOT_AVAILABLE);
            return Outcome.none();
        }
        List<GroupRecord> records = groupOffsets.removal(groupId);
        records.add(new GroupRemoved(groupId));
        // Until the tombstones are committed nobody may join or commit: it would be deleted too.
        group.transitionTo(GroupState.DEAD, group.snapshot().stateTimestampMs());
        return new Outcome<>(
                records,
                () -> {
                    rebalances.stopTimers(group);
                    classics.forget(group);
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
        answer.accept(views.describe(groupId, classics.find(groupId)));
        return Outcome.none();
    }

    private static Errors unknown(String groupId) {
        return groupId.isEmpty() ? Errors.INVALID_GROUP_ID : Errors.UNKNOWN_MEMBER_ID;
    }
}
