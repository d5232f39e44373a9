package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.group.state.GroupRecord.OffsetRemoved;
import dev.curia.common.id.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which offsets are kept no longer (KIP-211): those of a group that has been empty for {@code offsets.retention.minutes}, and those of topics that
 * a group of consumers with members does not subscribe to, when they were committed so long ago. But none while records of that time may
 * still be in its topic: whoever comes back then would read them again, or miss what came after. Pure.
 */
final class OffsetExpiry {
    private final long retentionMs;
    private final TopicRetention topics;

    OffsetExpiry(long retentionMs, TopicRetention topics) {
        this.retentionMs = retentionMs;
        this.topics = topics;
    }

    /** @param underWay partitions that are just being committed: they stay */
    List<GroupRecord> ofClassic(
            ClassicGroup group,
            Map<TopicPartition, CommittedOffset> offsets,
            Set<String> subscribed,
            Set<TopicPartition> underWay,
            Now now) {
        boolean empty = group.is(GroupState.EMPTY);
        boolean consumers = "consumer".equals(group.protocolType());
        // Without a protocol it never had members: clients only keep offsets here.
        boolean simple = group.protocolType() == null;
        if (!empty && !(consumers && group.is(GroupState.STABLE))) return List.of();
        List<GroupRecord> expired = new ArrayList<>();
        offsets.forEach((partition, offset) -> {
            if (underWay.contains(partition) || (!empty && subscribed.contains(partition.topic()))) return;
            long since = empty && !simple
                    ? Math.max(group.stateTimestampMs(), offset.commitTimestampMs())
                    : offset.commitTimestampMs();
            if (isOver(partition, offset, since, now)) expired.add(new OffsetRemoved(group.id, partition));
        });
        return expired;
    }

    /** @param emptySinceMs wall clock, as far as this coordinator knows; -1: it has members */
    List<GroupRecord> ofConsumer(
            String groupId,
            ConsumerGroup group,
            Map<TopicPartition, CommittedOffset> offsets,
            Set<TopicPartition> underWay,
            long emptySinceMs,
            Now now) {
        Set<String> subscribed = group.topics();
        List<GroupRecord> expired = new ArrayList<>();
        offsets.forEach((partition, offset) -> {
            if (underWay.contains(partition) || subscribed.contains(partition.topic())) return;
            if (isOver(partition, offset, Math.max(offset.commitTimestampMs(), emptySinceMs), now)) {
                expired.add(new OffsetRemoved(groupId, partition));
            }
        });
        return expired;
    }

    private boolean isOver(TopicPartition partition, CommittedOffset offset, long sinceMs, Now now) {
        // Its client has asked for it.
        if (offset.expireTimestampMs() >= 0) return now.wallMs() >= offset.expireTimestampMs();
        return isOver(sinceMs, now) && now.wallMs() - sinceMs >= topics.keptMs(partition.topic());
    }

    boolean isOver(long sinceMs, Now now) {
        return now.wallMs() - sinceMs >= retentionMs;
    }
}
