package dev.curia.broker.group.state;

import dev.curia.broker.group.state.GroupRecord.GroupRemoved;
import dev.curia.broker.group.state.GroupRecord.GroupWritten;
import dev.curia.broker.group.state.GroupRecord.OffsetRemoved;
import dev.curia.broker.group.state.GroupRecord.OffsetWritten;
import dev.curia.broker.group.state.GroupRecord.ResetForgotten;
import dev.curia.broker.group.state.GroupRecord.ResetKept;
import dev.curia.common.id.TopicPartition;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one shard has persisted: the last written generation of each group and its offsets. A pure function of the log: replaying the
 * same records gives an equal object, before and after compaction. Single-threaded.
 */
public final class CommittedGroups {
    private static final class Entry {
        @Nullable
        GroupSnapshot group;

        ConsumerGroup consumer = ConsumerGroup.EMPTY;

        final Map<TopicPartition, CommittedOffset> offsets = new LinkedHashMap<>();

        final NavigableMap<Long, KeptReset> resets = new TreeMap<>();

        boolean isNothing() {
            return group == null && offsets.isEmpty() && resets.isEmpty() && consumer.isNothing();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Entry that
                    && java.util.Objects.equals(group, that.group)
                    && consumer.equals(that.consumer)
                    && offsets.equals(that.offsets)
                    && resets.equals(that.resets);
        }

        @Override
        public int hashCode() {
            return offsets.hashCode();
        }

        @Override
        public String toString() {
            return group + " " + consumer + " " + offsets + " " + resets;
        }
    }

    private final Map<String, Entry> groups = new LinkedHashMap<>();

    /** Applies one record. */
    public void replay(GroupRecord record) {
        Entry entry = groups.computeIfAbsent(record.groupId(), id -> new Entry());
        if (record instanceof OffsetWritten written) entry.offsets.put(written.partition(), written.offset());
        else if (record instanceof OffsetRemoved removed) entry.offsets.remove(removed.partition());
        else if (record instanceof GroupWritten written) entry.group = written.group();
        else if (record instanceof GroupRemoved) entry.group = null;
        else if (record instanceof ConsumerRecord change) entry.consumer = entry.consumer.apply(change);
        else if (record instanceof ResetKept kept) entry.resets.put(kept.number(), kept.reset());
        else if (record instanceof ResetForgotten forgotten) entry.resets.remove(forgotten.number());
        if (entry.isNothing()) groups.remove(record.groupId());
    }

    /** Those with a generation or with offsets. */
    Set<String> groupIds() {
        return Collections.unmodifiableSet(groups.keySet());
    }

    boolean contains(String groupId) {
        return groups.containsKey(groupId);
    }

    /** The last generation written; empty for a group of offsets only. */
    public Optional<GroupSnapshot> group(String groupId) {
        Entry entry = groups.get(groupId);
        return entry == null ? Optional.empty() : Optional.ofNullable(entry.group);
    }

    /** {@link ConsumerGroup#EMPTY} for a group that is none. */
    ConsumerGroup consumer(String groupId) {
        Entry entry = groups.get(groupId);
        return entry == null ? ConsumerGroup.EMPTY : entry.consumer;
    }

    /** By number, oldest first; a view, to be used within the turn. */
    NavigableMap<Long, KeptReset> resets(String groupId) {
        Entry entry = groups.get(groupId);
        return entry == null ? Collections.emptyNavigableMap() : Collections.unmodifiableNavigableMap(entry.resets);
    }

    /** A view, to be used within the turn. */
    public Map<TopicPartition, CommittedOffset> offsets(String groupId) {
        Entry entry = groups.get(groupId);
        return entry == null ? Map.of() : Collections.unmodifiableMap(entry.offsets);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CommittedGroups that && groups.equals(that.groups);
    }

    @Override
    public int hashCode() {
        return groups.hashCode();
    }

    @Override
    public String toString() {
        return groups.toString();
    }
}
