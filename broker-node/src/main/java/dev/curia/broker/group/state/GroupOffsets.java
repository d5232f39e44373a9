package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import dev.curia.broker.coordinator.ShardTimers;
import dev.curia.broker.group.state.GroupRecord.GroupRemoved;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.protocol.Errors;

/**
 * What is asked of the offsets of a shard's groups, of either protocol: lets the group say whether it may be, and the part that knows do it.
 * Single-threaded and pure; each {@code answer} as {@link GroupShard} says.
 */
public final class GroupOffsets {
    /** Records written at once, by a look for expired offsets or when a topic goes; a few more when a group has many. */
    private static final int MOST_AT_ONCE = 1_000;

    private static final long EXPIRE_MORE_MS = 100;

    private final GroupSettings settings;
    private final ShardTimers<GroupTimer> timers;
    private final CommittedGroups committed;
    private final Offsets offsets;
    private final OffsetResets resets;
    private final OffsetExpiry expiry;
    private final ClassicGroups classics;
    private final ConsumerGroups consumers;
    private final Function<Bytes, Set<String>> subscribedTopics;
    private final OffsetGuards guards = new OffsetGuards();

    /** @param subscribedTopics reads the metadata of members that read topics */
    GroupOffsets(
            GroupSettings settings,
            ShardTimers<GroupTimer> timers,
            OffsetExpiry expiry,
            OffsetResets resets,
            Offsets offsets,
            ClassicGroups classics,
            ConsumerGroups consumers,
            Function<Bytes, Set<String>> subscribedTopics) {
        this.settings = settings;
        this.timers = timers;
        this.offsets = offsets;
        this.committed = offsets.committed();
        this.resets = resets;
        this.expiry = expiry;
        this.classics = classics;
        this.consumers = consumers;
        this.subscribedTopics = subscribedTopics;
    }

    /** An empty group id is served too, as Kafka does for simple consumers of old. */
    public Outcome<GroupRecord> commit(OffsetCommit.Request request, Now now, Consumer<OffsetCommit.Reply> answer) {
        if (consumers.has(request.groupId())) {
            Errors refused = consumers.validate(request.groupId(), request.memberId(), request.generation());
            if (refused == Errors.NONE) return offsets.commit(request, now, answer);
            answer.accept(request.all(refused));
            return Outcome.none();
        }
        ClassicGroup group = classics.get(request.groupId());
        Errors error;
        if (group != null) error = offsets.validate(group, request, now);
        else error = request.generation() < 0 ? Errors.NONE : Errors.GROUP_ID_NOT_FOUND;
        if (error != Errors.NONE) {
            answer.accept(request.all(error));
            return Outcome.none();
        }
        ClassicGroup owner = classics.orNew(request.groupId(), now);
        return classics.thenForget(owner, offsets.commit(request, now, answer));
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
        ClassicGroup group = classics.get(groupId);
        Errors error;
        if (group != null) error = offsets.validateInTransaction(group, request.commit());
        else error = request.commit().generation() < 0 ? Errors.NONE : Errors.GROUP_ID_NOT_FOUND;
        if (error != Errors.NONE) {
            answer.accept(request.commit().all(error));
            return Outcome.none();
        }
        ClassicGroup owner = classics.orNew(groupId, now);
        return classics.thenForget(owner, offsets.commitInTransaction(request, now, answer));
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

    public Outcome<GroupRecord> delete(OffsetDelete.Request request, Consumer<OffsetDelete.Reply> answer) {
        ClassicGroup group = classics.find(request.groupId());
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
                    classics.forgetIfNothing(group);
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
        ClassicGroup group = classics.orNew(groupId, now);
        if (group.is(GroupState.EMPTY)) return classics.thenForget(group, change.apply(now));
        refuse.accept(group.is(GroupState.DEAD) ? Errors.COORDINATOR_NOT_AVAILABLE : Errors.NON_EMPTY_GROUP);
        return Outcome.none();
    }

    /** Of a group that can be taken back, newest first. */
    public Outcome<GroupRecord> keptResets(String groupId, Consumer<List<OffsetReset.Kept>> answer) {
        answer.accept(resets.kept(groupId));
        return Outcome.none();
    }

    /** Tombstones of all that is kept of a group's offsets. */
    List<GroupRecord> removal(String groupId) {
        return withResets(groupId, offsets.tombstones(groupId, offsets.present(groupId)));
    }

    private List<GroupRecord> withResets(String groupId, List<GroupRecord> offsetsRemoved) {
        List<GroupRecord> all = new ArrayList<>(offsetsRemoved);
        all.addAll(resets.forgotten(groupId));
        return all;
    }

    /**
     * These topics are no more. A new one of the same name begins anew: whoever read the old one would miss its first records.
     *
     * @param names by id
     */
    List<Outcome<GroupRecord>> topicsRemoved(Map<Uuid, String> names) {
        Map<String, Set<Uuid>> ids = new HashMap<>();
        names.forEach(
                (id, name) -> ids.computeIfAbsent(name, n -> new HashSet<>()).add(id));
        List<Outcome<GroupRecord>> all = new ArrayList<>();
        List<String> groupIds = new ArrayList<>();
        List<GroupRecord> records = new ArrayList<>();
        for (String groupId : offsets.groupIds()) {
            Set<TopicPartition> gone = of(ids, groupId);
            if (gone.isEmpty()) continue;
            groupIds.add(groupId);
            records.addAll(offsets.tombstones(groupId, gone));
            if (records.size() < MOST_AT_ONCE) continue;
            all.add(removed(records, groupIds));
            groupIds = new ArrayList<>();
            records = new ArrayList<>();
        }
        if (!records.isEmpty()) all.add(removed(records, groupIds));
        return all;
    }

    private Outcome<GroupRecord> removed(List<GroupRecord> records, List<String> groupIds) {
        return new Outcome<>(
                records, () -> groupIds.forEach(id -> classics.forgetIfNothing(classics.get(id))), error -> {});
    }

    /** Those of a group's whose offsets are of such topics: not those that are known to be of a newer one. */
    private Set<TopicPartition> of(Map<String, Set<Uuid>> removed, String groupId) {
        Set<TopicPartition> gone = new LinkedHashSet<>();
        committed.offsets(groupId).forEach((partition, offset) -> {
            Set<Uuid> ids = removed.getOrDefault(partition.topic(), Set.of());
            boolean unnamed = offset.topicId().equals(Uuid.ZERO) && !ids.isEmpty();
            if (unnamed || ids.contains(offset.topicId())) gone.add(partition);
        });
        for (TopicPartition partition : offsets.awaited(groupId)) {
            if (removed.containsKey(partition.topic())) gone.add(partition);
        }
        return gone;
    }

    /** What is kept no longer, a batch at a time. */
    Outcome<GroupRecord> expire(Now now) {
        timers.schedule(GroupTimer.expiry(), settings.expiryIntervalMs());
        Outcome<GroupRecord> all = Outcome.none();
        for (String groupId : List.copyOf(committed.groupIds())) {
            if (all.records().size() >= MOST_AT_ONCE) {
                timers.schedule(GroupTimer.expiry(), Math.min(EXPIRE_MORE_MS, settings.expiryIntervalMs()));
                break;
            }
            all = all.and(expired(groupId, now));
        }
        return all;
    }

    private Outcome<GroupRecord> expired(String groupId, Now now) {
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
        ClassicGroup classic = classics.find(groupId);
        if (classic == null || consumers.has(groupId)) return Outcome.none();
        List<GroupRecord> records = new ArrayList<>(expiry.ofClassic(classic, kept, subscribed(classic), awaited, now));
        boolean last = records.size() == kept.size() && awaited.isEmpty() && classic.is(GroupState.EMPTY);
        if (last && committed.group(groupId).isPresent()) records.add(new GroupRemoved(groupId));
        if (last) records.addAll(resets.forgotten(groupId));
        return records.isEmpty()
                ? Outcome.none()
                : new Outcome<>(records, () -> classics.forgetIfNothing(classic), error -> {});
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
}
