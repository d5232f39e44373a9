package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import dev.curia.broker.group.state.GroupRecord.OffsetRemoved;
import dev.curia.broker.group.state.GroupRecord.OffsetWritten;
import dev.curia.broker.group.state.GroupRecord.ResetForgotten;
import dev.curia.broker.group.state.GroupRecord.ResetKept;
import dev.curia.broker.group.state.OffsetReset.Change;
import dev.curia.broker.group.state.OffsetReset.Reply;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * Resets of offsets, and taking them back. What the offsets were is written in the same batch as what they become, so a reset that is there can
 * be taken back by whoever coordinates then; the newest {@value #MOST_KEPT} of a group are kept. Only for groups that nobody is in: the
 * caller sees to that. Single-threaded and pure.
 */
final class OffsetResets {
    static final int MOST_KEPT = 10;

    private final CommittedGroups committed;
    private final Offsets offsets;
    private final GroupEvents events;
    private final Set<String> underWay = new HashSet<>();

    OffsetResets(CommittedGroups committed, Offsets offsets, GroupEvents events) {
        this.committed = committed;
        this.offsets = offsets;
        this.events = events;
    }

    /** One is being written for this group. */
    boolean isUnderWay(String groupId) {
        return underWay.contains(groupId);
    }

    Outcome<GroupRecord> reset(OffsetReset.Request request, Now now, Consumer<Reply> answer) {
        String groupId = request.groupId();
        List<TopicPartition> partitions =
                request.to().stream().map(OffsetReset.To::partition).toList();
        Reply refused = refusal(groupId, partitions);
        if (refused != null) return answered(refused, answer);
        NavigableMap<Long, KeptReset> kept = committed.resets(groupId);
        long number = kept.isEmpty() ? 0 : kept.lastKey() + 1;
        Map<TopicPartition, CommittedOffset> before = committed.offsets(groupId);
        List<GroupRecord> records = new ArrayList<>();
        List<KeptReset.Partition> remembered = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        for (OffsetReset.To to : request.to()) {
            CommittedOffset was = before.get(to.partition());
            changes.add(new Change(to.partition(), was == null ? -1 : was.offset(), to.offset()));
            if (was != null && was.offset() == to.offset()) continue;
            Uuid topicId = was == null ? Uuid.ZERO : was.topicId();
            CommittedOffset is = new CommittedOffset(to.offset(), to.leaderEpoch(), "", now.wallMs(), -1, topicId);
            records.add(new OffsetWritten(groupId, to.partition(), is));
            remembered.add(new KeptReset.Partition(to.partition(), was, to.offset()));
        }
        if (records.isEmpty()) {
            // Also what a request finds that is sent once more because its answer was lost.
            return answered(new Reply(Errors.NONE, null, -1, now.wallMs(), request.how(), changes), answer);
        }
        records.add(new ResetKept(groupId, number, new KeptReset(now.wallMs(), request.how(), remembered)));
        for (long old : kept.keySet()) {
            if (old <= number - MOST_KEPT) records.add(new ResetForgotten(groupId, old));
        }
        Reply reply = new Reply(Errors.NONE, null, number, now.wallMs(), request.how(), changes);
        if (request.validateOnly()) return answered(reply, answer);
        String text =
                "offsets of " + remembered.size() + " partitions set " + request.how() + " (reset " + number + ")";
        return write(groupId, partitions, records, reply, text, answer);
    }

    Outcome<GroupRecord> undo(OffsetReset.UndoRequest request, Now now, Consumer<Reply> answer) {
        String groupId = request.groupId();
        Map.Entry<Long, KeptReset> newest = committed.resets(groupId).lastEntry();
        if (newest == null) {
            String why = "No reset of group " + groupId + " is kept: there is nothing to take back.";
            return answered(Reply.failed(Errors.INVALID_REQUEST, why), answer);
        }
        if (request.number() >= 0 && request.number() != newest.getKey()) {
            String why = "The newest reset of group " + groupId + " is " + newest.getKey() + ", not " + request.number()
                    + ": it may have been taken back already.";
            return answered(Reply.failed(Errors.INVALID_REQUEST, why), answer);
        }
        KeptReset reset = newest.getValue();
        List<TopicPartition> partitions =
                reset.partitions().stream().map(KeptReset.Partition::partition).toList();
        Reply refused = refusal(groupId, partitions);
        if (refused != null) return answered(refused, answer);
        Map<TopicPartition, CommittedOffset> present = committed.offsets(groupId);
        List<GroupRecord> records = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        for (KeptReset.Partition partition : reset.partitions()) {
            CommittedOffset is = present.get(partition.partition());
            CommittedOffset was = partition.before();
            changes.add(
                    new Change(partition.partition(), is == null ? -1 : is.offset(), was == null ? -1 : was.offset()));
            if (was != null) records.add(new OffsetWritten(groupId, partition.partition(), asOf(was, now)));
            else if (is != null) records.add(new OffsetRemoved(groupId, partition.partition()));
        }
        records.add(new ResetForgotten(groupId, newest.getKey()));
        Reply reply = new Reply(Errors.NONE, null, newest.getKey(), reset.atMs(), reset.how(), changes);
        if (request.validateOnly()) return answered(reply, answer);
        String text = "reset " + newest.getKey() + " of " + partitions.size() + " partitions taken back";
        return write(groupId, partitions, records, reply, text, answer);
    }

    /** As if it had been committed now: else it could be found expired at once. */
    private static CommittedOffset asOf(CommittedOffset was, Now now) {
        return new CommittedOffset(was.offset(), was.leaderEpoch(), was.metadata(), now.wallMs(), -1, was.topicId());
    }

    private @Nullable Reply refusal(String groupId, List<TopicPartition> partitions) {
        if (partitions.isEmpty()) return Reply.failed(Errors.INVALID_REQUEST, "No partitions are named.");
        if (partitions.size() > OffsetReset.MAX_PARTITIONS) {
            return Reply.failed(
                    Errors.INVALID_REQUEST,
                    partitions.size() + " partitions at once, expected at most " + OffsetReset.MAX_PARTITIONS
                            + ": name some of the topics.");
        }
        if (underWay.contains(groupId)) {
            return Reply.failed(
                    Errors.COORDINATOR_NOT_AVAILABLE, "Another reset of group " + groupId + " is being written.");
        }
        Set<TopicPartition> awaited = offsets.awaited(groupId);
        List<TopicPartition> unstable =
                partitions.stream().filter(awaited::contains).toList();
        if (unstable.isEmpty()) return null;
        return Reply.failed(
                Errors.UNSTABLE_OFFSET_COMMIT,
                "An offset of " + unstable.get(0) + " is just being committed for group " + groupId
                        + ", perhaps by a transaction that is still open: try again when that is over.");
    }

    private static Outcome<GroupRecord> answered(Reply reply, Consumer<Reply> answer) {
        return new Outcome<>(List.of(), () -> answer.accept(reply), error -> {});
    }

    private Outcome<GroupRecord> write(
            String groupId,
            List<TopicPartition> partitions,
            List<GroupRecord> records,
            Reply reply,
            String text,
            Consumer<Reply> answer) {
        underWay.add(groupId);
        Outcome<GroupRecord> outcome = new Outcome<>(
                records,
                () -> {
                    underWay.remove(groupId);
                    events.offsetsReset(groupId, text);
                    answer.accept(reply);
                },
                error -> {
                    underWay.remove(groupId);
                    answer.accept(Reply.failed(error, null));
                });
        return offsets.tracked(groupId, partitions, outcome);
    }

    /** Newest first. */
    List<OffsetReset.Kept> kept(String groupId) {
        List<OffsetReset.Kept> all = new ArrayList<>();
        committed
                .resets(groupId)
                .descendingMap()
                .forEach((number, reset) -> all.add(new OffsetReset.Kept(
                        number, reset.atMs(), reset.how(), reset.partitions().size())));
        return all;
    }

    /** All that is kept of a group that goes. */
    List<GroupRecord> forgotten(String groupId) {
        List<GroupRecord> records = new ArrayList<>();
        for (long number : committed.resets(groupId).keySet()) records.add(new ResetForgotten(groupId, number));
        return records;
    }
}
