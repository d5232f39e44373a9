package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import dev.curia.broker.group.state.GroupRecord.OffsetRemoved;
import dev.curia.broker.group.state.GroupRecord.OffsetWritten;
import dev.curia.common.id.TopicPartition;
import java.util.ArrayList;
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

    Offsets(GroupSettings settings, CommittedGroups committed, Rebalances rebalances, GroupEvents events) {
        this.settings = settings;
        this.committed = committed;
        this.rebalances = rebalances;
        this.events = events;
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

    OffsetFetch.Reply fetch(OffsetFetch.Request request) {
        Map<TopicPartition, CommittedOffset> all = committed.offsets(request.groupId());
        if (request.partitions().isEmpty()) return new OffsetFetch.Reply(Errors.NONE, new LinkedHashMap<>(all));
        Map<TopicPartition, CommittedOffset> asked = new LinkedHashMap<>();
        for (TopicPartition partition : request.partitions().get()) {
            CommittedOffset offset = all.get(partition);
            if (offset != null) asked.put(partition, offset);
        }
        return new OffsetFetch.Reply(Errors.NONE, asked);
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
        present.addAll(underWay.getOrDefault(groupId, Map.of()).keySet());
        return present;
    }

    private void track(String groupId, List<TopicPartition> partitions, int by) {
        Map<TopicPartition, Integer> counts = underWay.computeIfAbsent(groupId, id -> new LinkedHashMap<>());
        for (TopicPartition partition : partitions) {
            counts.merge(partition, by, (a, b) -> a + b == 0 ? null : a + b);
        }
        if (counts.isEmpty()) underWay.remove(groupId);
    }
}
