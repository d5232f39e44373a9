package dev.curia.broker.group.state.assign;

import dev.curia.common.id.Uuid;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * Cuts each topic into runs of neighbouring partitions, one for each of its subscribers in their order. Topics of as many partitions with
 * the same subscribers are cut at the same places, so that partitions of equal number meet at one member and can be joined there.
 */
public final class RangeAssignor implements Assignor {
    /** Static members first: their names outlive member ids, and with them the cuts. */
    private static final Comparator<Subscriber> ORDER = Comparator.comparing(
                    Subscriber::instanceId, Comparator.nullsLast(Comparator.naturalOrder()))
            .thenComparing(Subscriber::memberId);

    @Override
    public String name() {
        return "range";
    }

    @Override
    public Map<String, TopicPartitions> assign(List<Subscriber> subscribers, ToIntFunction<Uuid> partitionCounts) {
        List<Subscriber> ordered = subscribers.stream().sorted(ORDER).toList();
        Map<Uuid, List<Subscriber>> byTopic = new TreeMap<>();
        Map<String, TopicPartitions.Builder> assigned = new LinkedHashMap<>();
        for (Subscriber subscriber : ordered) {
            assigned.put(subscriber.memberId(), new TopicPartitions.Builder());
            for (Uuid topic : subscriber.topics()) {
                byTopic.computeIfAbsent(topic, id -> new ArrayList<>()).add(subscriber);
            }
        }
        byTopic.forEach((topic, readers) -> {
            int partitions = partitionCounts.applyAsInt(topic);
            int each = partitions / readers.size();
            int larger = partitions % readers.size();
            int next = 0;
            for (int i = 0; i < readers.size(); i++) {
                TopicPartitions.Builder range = assigned.get(readers.get(i).memberId());
                for (int n = each + (i < larger ? 1 : 0); n > 0 && range != null; n--) range.add(topic, next++);
            }
        });
        Map<String, TopicPartitions> result = new LinkedHashMap<>();
        assigned.forEach((member, range) -> result.put(member, range.build()));
        return result;
    }
}
