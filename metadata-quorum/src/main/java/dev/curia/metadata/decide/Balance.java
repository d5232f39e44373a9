package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** An assignment that is being evened out, on paper. Each change makes it strictly better, so that each method ends. Confined to one plan. */
final class Balance {
    private final Racks racks;
    private final List<Integer> brokers; // that take part, by id
    private final int rackCount;
    private final List<Item> items = new ArrayList<>(); // by topic and partition
    private final Map<Integer, SortedSet<Integer>> held =
            new HashMap<>(); // numbers of items, by broker that takes part
    private final Map<Integer, SortedSet<Integer>> led = new HashMap<>(); // the same, of preferred leaders
    private final Map<Integer, Map<String, Integer>> ofTopic = new HashMap<>(); // replicas by broker and topic

    /** One partition. */
    static final class Item {
        private final String topic;
        private final PartitionId id;
        private final boolean frozen; // it moves
        private final List<Integer> from;
        private final List<Integer> replicas;

        Item(String topic, PartitionId id, PartitionState state) {
            this.topic = topic;
            this.id = id;
            this.frozen = state.isMoving();
            this.from = MoveLoad.target(state);
            this.replicas = new ArrayList<>(from);
        }

        String topic() {
            return topic;
        }

        PartitionId id() {
            return id;
        }

        List<Integer> from() {
            return from;
        }

        List<Integer> replicas() {
            return replicas;
        }
    }

    Balance(MetadataImage image, List<Integer> brokers) {
        this.racks = new Racks(image);
        this.brokers = brokers;
        this.rackCount = racks.count(brokers);
        for (int broker : brokers) {
            held.put(broker, new TreeSet<>());
            led.put(broker, new TreeSet<>());
            ofTopic.put(broker, new HashMap<>());
        }
        image.topics().stream().sorted(Comparator.comparing(Topic::name)).forEach(topic -> {
            for (int p = 0; p < topic.partitions().size(); p++) {
                items.add(new Item(
                        topic.name(),
                        new PartitionId(topic.id(), p),
                        topic.partitions().get(p)));
            }
        });
        for (int i = 0; i < items.size(); i++) {
            for (int broker : items.get(i).replicas) count(broker, i, 1);
            count(led, items.get(i).replicas.get(0), i, 1);
        }
    }

    int replicas(int broker) {
        return numbers(held, broker).size();
    }

    int leaders(int broker) {
        return numbers(led, broker).size();
    }

    /** Partitions that should get other replicas, or the same in another order. */
    List<Item> changed() {
        return items.stream().filter(item -> !item.replicas.equals(item.from)).toList();
    }

    /** Where two replicas share a rack and another rack has none, one goes there. */
    void spreadOverRacks() {
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            while (!item.frozen && racks.count(item.replicas) < Math.min(item.replicas.size(), rackCount)) {
                Optional<Integer> from = brokers.stream()
                        .filter(item.replicas::contains)
                        .filter(broker -> sharesRack(item, broker))
                        .max(Comparator.<Integer>comparingInt(this::replicas).thenComparingInt(broker -> broker));
                Optional<Integer> to = brokers.stream()
                        .filter(broker -> !racks.of(item.replicas).contains(racks.of(broker)))
                        .min(Comparator.<Integer>comparingInt(this::replicas).thenComparingInt(broker -> broker));
                if (from.isEmpty() || to.isEmpty()) break;
                move(i, from.get(), to.get());
            }
        }
    }

    /** Until nobody could give a replica to a broker that has at least two less. */
    void evenReplicas() {
        boolean better = true;
        while (better) better = evenOne();
    }

    /** The same for preferred leaders, also over brokers in between. */
    void evenLeaders() {
        boolean better = true;
        while (better) {
            better = false;
            for (int most : byCount(led)) better |= evenLeader(most);
        }
    }

    private boolean evenOne() {
        List<Integer> fewestFirst = byCount(held);
        for (int high = fewestFirst.size() - 1; high > 0; high--) {
            int from = fewestFirst.get(high);
            for (int to : fewestFirst) {
                if (replicas(from) - replicas(to) < 2) break;
                int best = best(from, to);
                if (best < 0) continue;
                move(best, from, to);
                return true;
            }
        }
        return false;
    }

    /** Of what may go from one to the other, that of whose topic they hold most unequally many; -1: nothing may. */
    private int best(int from, int to) {
        int best = -1;
        int bestDifference = Integer.MIN_VALUE;
        for (int i : numbers(held, from)) {
            Item item = items.get(i);
            if (item.frozen || item.replicas.contains(to) || !keepsRacks(item, from, to)) continue;
            int difference = ofTopic(from, item.topic) - ofTopic(to, item.topic);
            if (difference > bestDifference) {
                best = i;
                bestDifference = difference;
            }
        }
        return best;
    }

    /** Gives one of the broker's leaderships to one with at least two less: itself a follower there, or by a chain of such. */
    private boolean evenLeader(int most) {
        Map<Integer, Integer> by = new HashMap<>(); // the item that leads to a broker
        Deque<Integer> open = new ArrayDeque<>(List.of(most));
        while (!open.isEmpty()) {
            int at = open.remove();
            if (leaders(most) - leaders(at) >= 2) {
                passOn(most, at, by);
                return true;
            }
            for (int i : numbers(led, at)) {
                Item item = items.get(i);
                if (item.frozen) continue;
                for (int next : item.replicas) {
                    if (next == most || !held.containsKey(next) || by.putIfAbsent(next, i) != null) continue;
                    open.add(next);
                }
            }
        }
        return false;
    }

    private void passOn(int most, int least, Map<Integer, Integer> by) {
        int at = least;
        while (at != most) {
            int number = Objects.requireNonNull(by.get(at));
            Item item = items.get(number);
            int before = item.replicas.get(0);
            count(led, before, number, -1);
            count(led, at, number, 1);
            Collections.swap(item.replicas, 0, item.replicas.indexOf(at));
            at = before;
        }
    }

    private void move(int number, int from, int to) {
        Item item = items.get(number);
        int place = item.replicas.indexOf(from);
        item.replicas.set(place, to);
        count(from, number, -1);
        count(to, number, 1);
        if (place == 0) {
            count(led, from, number, -1);
            count(led, to, number, 1);
        }
    }

    private boolean sharesRack(Item item, int broker) {
        return item.replicas.stream()
                .anyMatch(other -> other != broker && racks.of(other).equals(racks.of(broker)));
    }

    private boolean keepsRacks(Item item, int from, int to) {
        List<Integer> after = new ArrayList<>(item.replicas);
        after.set(after.indexOf(from), to);
        return racks.count(after) >= racks.count(item.replicas);
    }

    private List<Integer> byCount(Map<Integer, SortedSet<Integer>> what) {
        return brokers.stream()
                .sorted(Comparator.<Integer>comparingInt(
                                broker -> numbers(what, broker).size())
                        .thenComparingInt(broker -> broker))
                .toList();
    }

    private int ofTopic(int broker, String topic) {
        Map<String, Integer> counts = ofTopic.get(broker);
        return counts == null ? 0 : counts.getOrDefault(topic, 0);
    }

    private void count(int broker, int number, int by) {
        count(held, broker, number, by);
        Map<String, Integer> counts = ofTopic.get(broker);
        if (counts != null) counts.merge(items.get(number).topic, by, Integer::sum);
    }

    private static void count(Map<Integer, SortedSet<Integer>> what, int broker, int number, int by) {
        SortedSet<Integer> numbers = what.get(broker);
        if (numbers == null) return; // it does not take part
        if (by > 0) numbers.add(number);
        else numbers.remove(number);
    }

    private static SortedSet<Integer> numbers(Map<Integer, SortedSet<Integer>> what, int broker) {
        return what.getOrDefault(broker, new TreeSet<>());
    }
}
