package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import dev.curia.broker.group.state.GroupRecord.OffsetRemoved;
import dev.curia.broker.group.state.GroupRecord.OffsetWritten;
import dev.curia.common.id.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;

/** Commits, looks up and removes a shard's offsets. Only what is committed in the log is ever shown. */
final class Offsets {
    private final GroupSettings settings;
    private final CommittedGroups committed;
    private final Rebalances rebalances;
    private final GroupEvents events;

    /** Writes under way by group and partition, since whoever deletes must delete those too. */
    private final Map<String, Map<TopicPartition, Integer>> underWay = new HashMap<>();

    /** Those of them that are part of transactions: to whoever must not read what may change they are pending already. */
    private final Map<String, Map<TopicPartition, Integer>> unstable = new HashMap<>();

    private final PendingOffsets pending = new PendingOffsets();

    Offsets(GroupSettings settings, CommittedGroups committed, Rebalances rebalances, GroupEvents events) {
        this.settings = settings;
        this.committed = committed;
        this.rebalances = rebalances;
        this.events = events;
    }

    CommittedGroups committed() {
        return committed;
    }

    /** Whether this request may commit in this group now: what keeps a deposed owner from rewinding its successor. */
    Errors validate(ClassicGroup group, OffsetCommit.Request request, Now now) {
        if (group.is(GroupState.DEAD)) return Errors.COORDINATOR_NOT_AVAILABLE;
        boolean anonymous = request.generation() < 0 && request.memberId().isEmpty() && request.instanceId() == null;
        if (request.generation() < 0 && group.is(GroupState.EMPTY)) return Errors.NONE;
        if (anonymous) return Errors.UNKNOWN_MEMBER_ID;
        Errors error = group.validate(request.memberId(), request.instanceId(), request.generation());
        if (error != Errors.NONE) return error;
        // The members have their generation but not yet their assignment: nothing they own to commit for.
        if (group.is(GroupState.COMPLETING_REBALANCE)) return Errors.REBALANCE_IN_PROGRESS;
        Member member = group.member(request.memberId());
        if (member != null) rebalances.renewSession(group, member, now);
        return Errors.NONE;
    }

    Outcome<GroupRecord> commit(OffsetCommit.Request request, Now now, Consumer<OffsetCommit.Reply> answer) {
        Map<TopicPartition, Errors> errors = new LinkedHashMap<>();
        List<GroupRecord> records = new ArrayList<>();
        long expires = request.retentionMs().isPresent()
                ? now.wallMs() + request.retentionMs().getAsLong()
                : -1;
        for (OffsetCommit.Offset offset : request.offsets()) {
            if (Utils.utf8Length(offset.metadata()) > settings.offsetMetadataMaxBytes()) {
                errors.put(offset.partition(), Errors.OFFSET_METADATA_TOO_LARGE);
                continue;
            }
            errors.put(offset.partition(), Errors.NONE);
            CommittedOffset value = new CommittedOffset(
                    offset.offset(), offset.leaderEpoch(), offset.metadata(), now.wallMs(), expires, offset.topicId());
            records.add(new OffsetWritten(request.groupId(), offset.partition(), value));
        }
        List<TopicPartition> written = records.stream()
                .map(record -> ((OffsetWritten) record).partition())
                .toList();
        track(request.groupId(), written, 1);
        return new Outcome<>(
                records,
                () -> {
                    track(request.groupId(), written, -1);
                    events.offsetsCommitted(request.groupId(), written.size());
                    answer.accept(new OffsetCommit.Reply(errors));
                },
                error -> {
                    track(request.groupId(), written, -1);
                    written.forEach(partition -> errors.put(partition, asCommitError(error)));
                    answer.accept(new OffsetCommit.Reply(errors));
                });
    }

    private static Errors asCommitError(Errors error) {
        return error == Errors.UNKNOWN_SERVER_ERROR ? Errors.INVALID_COMMIT_OFFSET_SIZE : error;
    }

    /** As {@link #validate}; whoever names neither member nor generation is of the clients of old, and trusted. */
    Errors validateInTransaction(ClassicGroup group, OffsetCommit.Request request) {
        if (group.is(GroupState.DEAD)) return Errors.COORDINATOR_NOT_AVAILABLE;
        boolean anonymous = request.memberId().isEmpty() && request.instanceId() == null;
        if (request.generation() < 0 && (anonymous || group.is(GroupState.EMPTY))) return Errors.NONE;
        return group.validate(request.memberId(), request.instanceId(), request.generation());
    }

    Outcome<GroupRecord> commitInTransaction(
            TxnOffsetCommit.Request request, Now now, Consumer<OffsetCommit.Reply> answer) {
        String groupId = request.commit().groupId();
        Map<TopicPartition, Errors> errors = new LinkedHashMap<>();
        List<GroupRecord> records = new ArrayList<>();
        for (OffsetCommit.Offset offset : request.commit().offsets()) {
            boolean fits = Utils.utf8Length(offset.metadata()) <= settings.offsetMetadataMaxBytes();
            errors.put(offset.partition(), fits ? Errors.NONE : Errors.OFFSET_METADATA_TOO_LARGE);
            if (!fits) continue;
            CommittedOffset value = new CommittedOffset(
                    offset.offset(), offset.leaderEpoch(), offset.metadata(), now.wallMs(), -1, offset.topicId());
            records.add(new TxnOffsetRecord.PendingWritten(
                    groupId, offset.partition(), value, request.producerId(), request.producerEpoch()));
        }
        List<TopicPartition> written = errors.keySet().stream()
                .filter(partition -> errors.get(partition) == Errors.NONE)
                .toList();
        track(groupId, written, 1);
        trackUnstable(groupId, written, 1);
        return new Outcome<>(
                records,
                () -> {
                    track(groupId, written, -1);
                    trackUnstable(groupId, written, -1);
                    answer.accept(new OffsetCommit.Reply(errors));
                },
                error -> {
                    track(groupId, written, -1);
                    trackUnstable(groupId, written, -1);
                    written.forEach(partition -> errors.put(partition, asCommitError(error)));
                    answer.accept(new OffsetCommit.Reply(errors));
                });
    }

    /** Applies one committed record, of whichever kind. */
    void replay(GroupRecord record) {
        if (record instanceof TxnOffsetRecord.PendingWritten written) {
            pending.write(written);
        } else if (record instanceof TxnOffsetRecord.TransactionEnded ended) {
            pending.end(ended).forEach(committed::replay);
        } else {
            committed.replay(record);
            if (record instanceof OffsetWritten written) pending.superseded(written.groupId(), written.partition());
            if (record instanceof OffsetRemoved removed) pending.superseded(removed.groupId(), removed.partition());
        }
    }

    /** The groups whose offsets this producer's transaction has written. */
    Set<String> inTransactionOf(long producerId) {
        return pending.groupsOf(producerId);
    }

    /** Those that something is persisted of, or about to be. */
    Set<String> groupIds() {
        Set<String> ids = new LinkedHashSet<>(committed.groupIds());
        ids.addAll(pending.groupIds());
        ids.addAll(underWay.keySet());
        return ids;
    }

    /** Whether a transaction has written this offset and not ended, or is about to write it. */
    boolean isUnstable(String groupId, TopicPartition partition) {
        return pending.isPending(groupId, partition)
                || unstable.getOrDefault(groupId, Map.of()).containsKey(partition);
    }

    OffsetFetch.Reply fetch(OffsetFetch.Request request) {
        Map<TopicPartition, CommittedOffset> all = committed.offsets(request.groupId());
        if (request.partitions().isEmpty()) {
            return new OffsetFetch.Reply(Errors.NONE, new LinkedHashMap<>(all), unstable(request, all.keySet()));
        }
        Map<TopicPartition, CommittedOffset> asked = new LinkedHashMap<>();
        for (TopicPartition partition : request.partitions().get()) {
            CommittedOffset offset = all.get(partition);
            if (offset != null) asked.put(partition, offset);
        }
        return new OffsetFetch.Reply(
                Errors.NONE, asked, unstable(request, request.partitions().get()));
    }

    private Set<TopicPartition> unstable(OffsetFetch.Request request, Collection<TopicPartition> asked) {
        Set<TopicPartition> unstable = new LinkedHashSet<>();
        for (TopicPartition partition : asked) {
            if (isUnstable(request.groupId(), partition)) unstable.add(partition);
        }
        return unstable;
    }

    /** Tombstones for those that are there, or are about to be. */
    List<GroupRecord> tombstones(String groupId, Set<TopicPartition> partitions) {
        Set<TopicPartition> present = present(groupId);
        List<GroupRecord> records = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            if (present.contains(partition)) records.add(new OffsetRemoved(groupId, partition));
        }
        return records;
    }

    /** Partitions with an offset, committed or under way. */
    Set<TopicPartition> present(String groupId) {
        Set<TopicPartition> present =
                new LinkedHashSet<>(committed.offsets(groupId).keySet());
        present.addAll(awaited(groupId));
        return present;
    }

    /** Partitions with an offset that is still to come: its commit is under way, or its transaction is open. */
    Set<TopicPartition> awaited(String groupId) {
        Set<TopicPartition> awaited = new LinkedHashSet<>(pending.partitions(groupId));
        awaited.addAll(underWay.getOrDefault(groupId, Map.of()).keySet());
        return awaited;
    }

    /** The outcome, which writes offsets of these partitions; whoever deletes meanwhile deletes them too. */
    Outcome<GroupRecord> tracked(String groupId, List<TopicPartition> partitions, Outcome<GroupRecord> outcome) {
        track(groupId, partitions, 1);
        return new Outcome<>(
                outcome.records(),
                () -> {
                    track(groupId, partitions, -1);
                    outcome.committed().run();
                },
                error -> {
                    track(groupId, partitions, -1);
                    outcome.failed().accept(error);
                });
    }

    private void track(String groupId, List<TopicPartition> partitions, int by) {
        count(underWay, groupId, partitions, by);
    }

    private void trackUnstable(String groupId, List<TopicPartition> partitions, int by) {
        count(unstable, groupId, partitions, by);
    }

    private static void count(
            Map<String, Map<TopicPartition, Integer>> in, String groupId, List<TopicPartition> partitions, int by) {
        Map<TopicPartition, Integer> counts = in.computeIfAbsent(groupId, id -> new LinkedHashMap<>());
        for (TopicPartition partition : partitions) {
            counts.merge(partition, by, (a, b) -> a + b == 0 ? null : a + b);
        }
        if (counts.isEmpty()) in.remove(groupId);
    }
}
