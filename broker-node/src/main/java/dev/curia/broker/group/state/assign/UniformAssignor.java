package dev.curia.broker.group.state.assign;

import dev.curia.common.id.Uuid;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Gives all members as many partitions as their subscriptions allow, and moves no more partitions for it than needed: what a member had
 * stays with it unless another has too few. No partition could move to another of its topic's subscribers and leave the two more even.
 */
public final class UniformAssignor implements Assignor {
    @Override
    public String name() {
        return "uniform";
    }

    @Override
    public Map<String, TopicPartitions> assign(List<Subscriber> subscribers, ToIntFunction<Uuid> partitionCounts) {
        return new Dealing(subscribers, partitionCounts).assign();
    }

    /** A member's hand. */
    private static final class Hand {
        final Subscriber subscriber;
        final TreeMap<Uuid, TreeSet<Integer>> topics = new TreeMap<>();
        int size;

        Hand(Subscriber subscriber) {
            this.subscriber = subscriber;
        }

        void take(Uuid topic, int partition) {
            topics.computeIfAbsent(topic, id -> new TreeSet<>()).add(partition);
            size++;
        }

        /** @param topic null: anything */
        boolean has(@Nullable Uuid topic) {
            return topic == null ? size > 0 : topics.containsKey(topic);
        }

        Uuid anyTopic() {
            return topics.lastKey();
        }

        int give(Uuid topic) {
            TreeSet<Integer> partitions = topics.get(topic);
            Integer last = partitions == null ? null : partitions.pollLast();
            if (last == null) throw new IllegalStateException(subscriber.memberId() + " has nothing of " + topic);
            if (partitions != null && partitions.isEmpty()) topics.remove(topic);
            size--;
            return last;
        }
    }

    /** One assignment in the making. */
    private static final class Dealing {
        private final Map<String, Hand> hands = new LinkedHashMap<>();
        private final Map<Uuid, List<Hand>> readers = new TreeMap<>();
        private final Map<Uuid, TreeSet<Integer>> free = new TreeMap<>();

        Dealing(List<Subscriber> subscribers, ToIntFunction<Uuid> partitionCounts) {
            subscribers.stream()
                    .sorted(Comparator.comparing(Subscriber::memberId))
                    .forEach(subscriber -> hands.put(subscriber.memberId(), new Hand(subscriber)));
            for (Hand hand : hands.values()) {
                for (Uuid topic : hand.subscriber.topics()) {
                    readers.computeIfAbsent(topic, id -> new ArrayList<>()).add(hand);
                }
            }
            readers.keySet().forEach(topic -> {
                TreeSet<Integer> partitions = new TreeSet<>();
                for (int p = partitionCounts.applyAsInt(topic) - 1; p >= 0; p--) partitions.add(p);
                free.put(topic, partitions);
            });
        }

        Map<String, TopicPartitions> assign() {
            keep();
            deal();
            boolean same = hands.values().stream()
                            .map(hand -> hand.subscriber.topics())
                            .distinct()
                            .count()
                    == 1;
            if (same) level(hands.values(), null);
            else level();
            Map<String, TopicPartitions> result = new LinkedHashMap<>();
            hands.forEach((member, hand) -> result.put(member, TopicPartitions.of(hand.topics)));
            return result;
        }

        private void keep() {
            for (Hand hand : hands.values()) {
                hand.subscriber.had().forEach((topic, partition) -> {
                    TreeSet<Integer> left = free.get(topic);
                    boolean subscribed = hand.subscriber.topics().contains(topic);
                    if (subscribed && left != null && left.remove(partition)) hand.take(topic, partition);
                });
            }
        }

        /** Topics with few readers first: their partitions have the least choice. */
        private void deal() {
            List<Uuid> topics = new ArrayList<>(free.keySet());
            topics.sort(Comparator.comparingInt(
                    topic -> readers.getOrDefault(topic, List.of()).size()));
            for (Uuid topic : topics) {
                Heap least = new Heap(readers.getOrDefault(topic, List.of()), false);
                for (int partition : free.getOrDefault(topic, new TreeSet<>())) {
                    Hand hand = least.poll();
                    hand.take(topic, partition);
                    least.add(hand);
                }
            }
        }

        /** Evens each topic's readers out. Every move makes the sum of squares smaller, so it ends. */
        private void level() {
            boolean moved = true;
            while (moved) moved = levelOnce();
        }

        private boolean levelOnce() {
            boolean moved = false;
            for (Map.Entry<Uuid, List<Hand>> entry : readers.entrySet())
                moved |= level(entry.getValue(), entry.getKey());
            return moved;
        }

        /** @param topic that moves; null: any, since all subscribe to the same */
        private static boolean level(Collection<Hand> readers, @Nullable Uuid topic) {
            boolean moved = false;
            Heap most = new Heap(readers, true);
            Heap least = new Heap(readers, false);
            while (!most.isEmpty()) {
                Hand giver = most.poll();
                if (!giver.has(topic) || giver.size <= least.smallest() + 1) continue;
                Uuid given = topic == null ? giver.anyTopic() : topic;
                Hand taker = least.poll();
                taker.take(given, giver.give(given));
                least.add(taker);
                least.add(giver);
                most.add(giver);
                moved = true;
            }
            return moved;
        }
    }

    /** Hands by size; an entry whose size is no longer its hand's is void. */
    private static final class Heap {
        private record Entry(int size, Hand hand) {}

        private final PriorityQueue<Entry> entries;

        Heap(Collection<Hand> hands, boolean largestFirst) {
            Comparator<Entry> bySize = Comparator.comparingInt(Entry::size);
            entries = new PriorityQueue<>((largestFirst ? bySize.reversed() : bySize)
                    .thenComparing(entry -> entry.hand().subscriber.memberId()));
            hands.forEach(this::add);
        }

        void add(Hand hand) {
            entries.add(new Entry(hand.size, hand));
        }

        boolean isEmpty() {
            refresh();
            return entries.isEmpty();
        }

        int smallest() {
            refresh();
            return entries.isEmpty() ? Integer.MAX_VALUE - 1 : entries.element().size();
        }

        Hand poll() {
            refresh();
            return entries.remove().hand();
        }

        private void refresh() {
            while (!entries.isEmpty()
                    && entries.element().size() != entries.element().hand().size) entries.remove();
        }
    }
}
