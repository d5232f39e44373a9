package dev.curia.broker.group.state.assign;

import dev.curia.common.id.Uuid;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** A set of partitions by topic id, in order. Immutable; no topic without partitions. Compared by content. */
public final class TopicPartitions {
    public static final TopicPartitions EMPTY = new TopicPartitions(new TreeMap<>());

    private final NavigableMap<Uuid, NavigableSet<Integer>> topics;

    private TopicPartitions(NavigableMap<Uuid, NavigableSet<Integer>> topics) {
        this.topics = topics;
    }

    /** Takes a copy. */
    public static TopicPartitions of(Map<Uuid, ? extends Collection<Integer>> topics) {
        Builder all = new Builder();
        topics.forEach((topic, partitions) -> partitions.forEach(partition -> all.add(topic, partition)));
        return all.build();
    }

    /** In the order of topic ids. */
    public NavigableMap<Uuid, NavigableSet<Integer>> topics() {
        return Collections.unmodifiableNavigableMap(topics);
    }

    public NavigableSet<Integer> of(Uuid topic) {
        NavigableSet<Integer> partitions = topics.get(topic);
        return partitions == null ? Collections.emptyNavigableSet() : Collections.unmodifiableNavigableSet(partitions);
    }

    public boolean contains(Uuid topic, int partition) {
        NavigableSet<Integer> partitions = topics.get(topic);
        return partitions != null && partitions.contains(partition);
    }

    public boolean containsAll(TopicPartitions others) {
        return others.matching((topic, partition) -> !contains(topic, partition))
                .isEmpty();
    }

    public boolean intersects(TopicPartitions others) {
        for (Map.Entry<Uuid, NavigableSet<Integer>> entry : topics.entrySet()) {
            if (!Collections.disjoint(entry.getValue(), others.of(entry.getKey()))) return true;
        }
        return false;
    }

    public TopicPartitions plus(TopicPartitions others) {
        if (others.isEmpty()) return this;
        Builder all = new Builder();
        forEach(all::add);
        others.forEach(all::add);
        return all.build();
    }

    public TopicPartitions minus(TopicPartitions others) {
        return matching((topic, partition) -> !others.contains(topic, partition));
    }

    public TopicPartitions and(TopicPartitions others) {
        return matching(others::contains);
    }

    /** Those that pass. */
    public TopicPartitions matching(Test test) {
        Builder some = new Builder();
        forEach((topic, partition) -> {
            if (test.passes(topic, partition)) some.add(topic, partition);
        });
        return some.build();
    }

    public void forEach(Visitor visitor) {
        topics.forEach((topic, partitions) -> partitions.forEach(partition -> visitor.visit(topic, partition)));
    }

    public boolean isEmpty() {
        return topics.isEmpty();
    }

    public int size() {
        return topics.values().stream().mapToInt(NavigableSet::size).sum();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopicPartitions that && topics.equals(that.topics);
    }

    @Override
    public int hashCode() {
        return topics.hashCode();
    }

    @Override
    public String toString() {
        return topics.toString();
    }

    /** Is shown each partition. */
    @FunctionalInterface
    public interface Visitor {
        void visit(Uuid topic, int partition);
    }

    /** Picks partitions. */
    @FunctionalInterface
    public interface Test {
        boolean passes(Uuid topic, int partition);
    }

    /** Collects partitions; used by one thread, once. */
    public static final class Builder {
        private final NavigableMap<Uuid, NavigableSet<Integer>> topics = new TreeMap<>();

        public Builder add(Uuid topic, int partition) {
            topics.computeIfAbsent(topic, id -> new TreeSet<>()).add(partition);
            return this;
        }

        public TopicPartitions build() {
            return topics.isEmpty() ? EMPTY : new TopicPartitions(topics);
        }
    }
}
