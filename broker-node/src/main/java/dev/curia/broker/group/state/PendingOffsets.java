package dev.curia.broker.group.state;

import dev.curia.broker.group.state.TxnOffsetRecord.PendingWritten;
import dev.curia.broker.group.state.TxnOffsetRecord.TransactionEnded;
import dev.curia.common.id.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Offsets that transactions have written and that nobody sees before these are committed. Of several writes of one offset the last in the log
 * counts, whichever transaction ends first. A pure function of the log, like {@link CommittedGroups}. Single-threaded. Source: KIP-98, KIP-447.
 */
final class PendingOffsets {
    private record Key(String groupId, TopicPartition partition) {}

    /** @param order in which it came in the log */
    private record Written(long order, CommittedOffset offset) {}

    private final Map<Long, Map<Key, Written>> byProducer = new LinkedHashMap<>();
    private final Map<String, Map<TopicPartition, Set<Long>>> producers = new HashMap<>();
    private long nextOrder;

    void write(PendingWritten record) {
        Key key = new Key(record.groupId(), record.partition());
        byProducer
                .computeIfAbsent(record.producerId(), id -> new LinkedHashMap<>())
                .put(key, new Written(nextOrder++, record.offset()));
        producers
                .computeIfAbsent(key.groupId, id -> new LinkedHashMap<>())
                .computeIfAbsent(key.partition, p -> new LinkedHashSet<>())
                .add(record.producerId());
    }

    /** Something newer is committed: what was pending until now is of no interest any more. */
    void superseded(String groupId, TopicPartition partition) {
        Key key = new Key(groupId, partition);
        for (Long producer : List.copyOf(of(groupId).getOrDefault(partition, Set.of()))) remove(producer, key);
    }

    /** @return what is committed by it, in the order of the log */
    List<GroupRecord.OffsetWritten> end(TransactionEnded ended) {
        Map<Key, Written> written = Map.copyOf(byProducer.getOrDefault(ended.producerId(), Map.of()));
        TreeMap<Long, GroupRecord.OffsetWritten> committed = new TreeMap<>();
        written.forEach((key, value) -> {
            remove(ended.producerId(), key);
            if (!ended.commit()) return;
            dropBefore(value.order, key);
            committed.put(value.order, new GroupRecord.OffsetWritten(key.groupId, key.partition, value.offset));
        });
        return new ArrayList<>(committed.values());
    }

    /** Others wrote the same offset earlier. */
    private void dropBefore(long order, Key key) {
        for (Long producer : List.copyOf(of(key.groupId).getOrDefault(key.partition, Set.of()))) {
            Written other = byProducer.getOrDefault(producer, Map.of()).get(key);
            if (other != null && other.order < order) remove(producer, key);
        }
    }

    private void remove(long producerId, Key key) {
        Map<Key, Written> its = byProducer.get(producerId);
        if (its == null || its.remove(key) == null) return;
        if (its.isEmpty()) byProducer.remove(producerId);
        Map<TopicPartition, Set<Long>> partitions = of(key.groupId);
        Set<Long> others = partitions.getOrDefault(key.partition, Set.of());
        others.remove(producerId);
        if (others.isEmpty()) partitions.remove(key.partition);
        if (partitions.isEmpty()) producers.remove(key.groupId);
    }

    private Map<TopicPartition, Set<Long>> of(String groupId) {
        return producers.getOrDefault(groupId, Map.of());
    }

    boolean isPending(String groupId, TopicPartition partition) {
        return of(groupId).containsKey(partition);
    }

    /** Those of a group's that are pending. */
    Set<TopicPartition> partitions(String groupId) {
        return Set.copyOf(of(groupId).keySet());
    }

    Set<String> groupsOf(long producerId) {
        Set<String> groups = new LinkedHashSet<>();
        byProducer.getOrDefault(producerId, Map.of()).keySet().forEach(key -> groups.add(key.groupId));
        return groups;
    }

    Set<String> groupIds() {
        return Set.copyOf(producers.keySet());
    }
}
