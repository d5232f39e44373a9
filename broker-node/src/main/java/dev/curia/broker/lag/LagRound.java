package dev.curia.broker.lag;

import dev.curia.broker.lag.ReaderPlaces.Reader;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How far a group was behind at one time, by topic. Immutable.
 *
 * @param atMs wall clock
 */
record LagRound(long atMs, Map<String, Lag> topics) {
    /** @param records not read, -1: a leader did not tell; then {@code seconds}, the age of the oldest of them, means nothing */
    record Lag(long records, float seconds) {
        static final Lag UNKNOWN = new Lag(-1, 0);

        boolean known() {
            return records >= 0;
        }
    }

    LagRound {
        topics = Map.copyOf(topics);
    }

    /** @param readers of the group; what is known of them is in {@code lag} */
    static LagRound of(long atMs, List<Reader> readers, GroupLag lag) {
        Map<String, Long> asked = readers.stream()
                .collect(Collectors.groupingBy(reader -> reader.partition().topic(), Collectors.counting()));
        Map<String, List<GroupLag.OfPartition>> told = lag.partitions().stream()
                .collect(Collectors.groupingBy(each -> each.reader().partition().topic()));
        Map<String, Lag> topics = new TreeMap<>();
        asked.forEach((topic, partitions) -> {
            List<GroupLag.OfPartition> known = told.getOrDefault(topic, List.of());
            topics.put(topic, known.size() < partitions ? Lag.UNKNOWN : sum(known));
        });
        return new LagRound(atMs, topics);
    }

    private static Lag sum(List<GroupLag.OfPartition> partitions) {
        return new Lag(
                partitions.stream().mapToLong(GroupLag.OfPartition::records).sum(), (float) partitions.stream()
                        .mapToDouble(GroupLag.OfPartition::seconds)
                        .max()
                        .orElse(0));
    }

    /** Over all topics; unknown where one of them is. */
    Lag whole() {
        Collection<Lag> all = topics.values();
        if (!all.stream().allMatch(Lag::known)) return Lag.UNKNOWN;
        return new Lag(all.stream().mapToLong(Lag::records).sum(), (float)
                all.stream().mapToDouble(Lag::seconds).max().orElse(0));
    }

    /** Of one topic; empty: the group did not read it. */
    Optional<Lag> of(String topic) {
        return Optional.ofNullable(topics.get(topic));
    }
}
