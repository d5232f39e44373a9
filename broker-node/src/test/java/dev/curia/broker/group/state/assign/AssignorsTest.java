package dev.curia.broker.group.state.assign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.id.Uuid;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Both assignors: every partition once, evenly, and with few moves. */
class AssignorsTest {
    private final UniformAssignor uniform = new UniformAssignor();
    private final RangeAssignor range = new RangeAssignor();

    private record Input(List<Subscriber> subscribers, Map<Uuid, Integer> topics) {
        Map<String, TopicPartitions> by(Assignor assignor) {
            return assignor.assign(subscribers, topic -> topics.getOrDefault(topic, 0));
        }

        Input having(Map<String, TopicPartitions> had) {
            return new Input(
                    subscribers.stream()
                            .map(s -> new Subscriber(
                                    s.memberId(),
                                    s.instanceId(),
                                    s.topics(),
                                    had.getOrDefault(s.memberId(), TopicPartitions.EMPTY)))
                            .toList(),
                    topics);
        }

        Input without(String memberId) {
            return new Input(
                    subscribers.stream()
                            .filter(s -> !s.memberId().equals(memberId))
                            .toList(),
                    topics);
        }
    }

    private static Uuid topic(int n) {
        return new Uuid(n, n);
    }

    private static Input random(SplittableRandom random, boolean sameTopics) {
        Map<Uuid, Integer> topics = new HashMap<>();
        int count = 1 + random.nextInt(5);
        for (int t = 0; t < count; t++) topics.put(topic(t), random.nextInt(1, 12));
        List<Subscriber> subscribers = new ArrayList<>();
        for (int m = random.nextInt(1, 8); m > 0; m--) {
            Set<Uuid> its = new HashSet<>();
            for (Uuid topic : topics.keySet()) if (sameTopics || random.nextInt(3) > 0) its.add(topic);
            TopicPartitions.Builder had = new TopicPartitions.Builder();
            for (int i = random.nextInt(20); i > 0; i--) had.add(topic(random.nextInt(6)), random.nextInt(14));
            subscribers.add(new Subscriber("m" + m, random.nextInt(3) == 0 ? "i" + m : null, its, had.build()));
        }
        return new Input(subscribers, topics);
    }

    private static void checkOwnedOnce(Input input, Map<String, TopicPartitions> assigned) {
        assertThat(assigned.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        input.subscribers().stream().map(Subscriber::memberId).toList());
        TopicPartitions.Builder all = new TopicPartitions.Builder();
        int sum = 0;
        for (Subscriber subscriber : input.subscribers()) {
            TopicPartitions its = assigned.getOrDefault(subscriber.memberId(), TopicPartitions.EMPTY);
            assertThat(subscriber.topics()).containsAll(its.topics().keySet());
            its.forEach(all::add);
            sum += its.size();
        }
        TopicPartitions.Builder expected = new TopicPartitions.Builder();
        input.topics().forEach((topic, n) -> {
            boolean read = input.subscribers().stream().anyMatch(s -> s.topics().contains(topic));
            for (int p = 0; p < n && read; p++) expected.add(topic, p);
        });
        assertThat(all.build()).isEqualTo(expected.build());
        assertThat(sum).as("no partition twice").isEqualTo(expected.build().size());
    }

    @Test
    void everyPartitionIsOwnedOnce() {
        Check.forAll(3_000, random -> random(random, random.nextBoolean()), input -> {
            checkOwnedOnce(input, input.by(uniform));
            checkOwnedOnce(input, input.by(range));
        });
    }

    @Test
    void uniformIsEvenWhenAllReadTheSame() {
        Check.forAll(2_000, random -> random(random, true), input -> {
            Map<String, TopicPartitions> assigned = input.by(uniform);
            int least = assigned.values().stream()
                    .mapToInt(TopicPartitions::size)
                    .min()
                    .orElse(0);
            int most = assigned.values().stream()
                    .mapToInt(TopicPartitions::size)
                    .max()
                    .orElse(0);
            assertThat(most - least).isLessThanOrEqualTo(1);
        });
    }

    @Test
    void uniformLeavesNoMoveThatWouldMakeTwoMembersMoreEven() {
        Check.forAll(2_000, random -> random(random, false), input -> {
            Map<String, TopicPartitions> assigned = input.by(uniform);
            for (Subscriber giver : input.subscribers()) {
                for (Subscriber taker : input.subscribers()) {
                    TopicPartitions gives = assigned.getOrDefault(giver.memberId(), TopicPartitions.EMPTY);
                    boolean could = gives.topics().keySet().stream().anyMatch(taker.topics()::contains);
                    int takes = assigned.getOrDefault(taker.memberId(), TopicPartitions.EMPTY)
                            .size();
                    if (could) assertThat(gives.size()).isLessThanOrEqualTo(takes + 1);
                }
            }
        });
    }

    @Test
    void uniformMovesNothingWhenNothingHasChanged() {
        Check.forAll(2_000, random -> random(random, random.nextBoolean()), input -> {
            Map<String, TopicPartitions> first = input.by(uniform);
            assertThat(input.having(first).by(uniform)).isEqualTo(first);
        });
    }

    @Test
    void whenAMemberGoesTheOthersKeepAllTheyHad() {
        Check.forAll(2_000, random -> random(random, true), input -> {
            Map<String, TopicPartitions> before = input.by(uniform);
            String gone = input.subscribers().get(0).memberId();
            Map<String, TopicPartitions> after =
                    input.having(before).without(gone).by(uniform);
            after.forEach(
                    (member, its) -> assertThat(its.containsAll(before.getOrDefault(member, TopicPartitions.EMPTY)))
                            .isTrue());
        });
    }

    @Test
    void whenAMemberComesOnlyWhatItGetsMoves() {
        Check.forAll(2_000, random -> random(random, true), input -> {
            String comes = input.subscribers().get(0).memberId();
            Input without = input.without(comes);
            if (without.subscribers().isEmpty()) return;
            Map<String, TopicPartitions> before = without.by(uniform);
            Map<String, TopicPartitions> after = input.having(before).by(uniform);
            after.forEach((member, its) -> {
                if (!member.equals(comes)) {
                    assertThat(before.getOrDefault(member, TopicPartitions.EMPTY)
                                    .containsAll(its))
                            .isTrue();
                }
            });
        });
    }

    @Test
    void rangeCutsTopicsOfOneSizeAtTheSamePlaces() {
        Check.forAll(1_000, random -> random(random, true), input -> {
            Map<Uuid, Integer> even = new HashMap<>();
            input.topics().keySet().forEach(topic -> even.put(topic, 7));
            Map<String, TopicPartitions> assigned = new Input(input.subscribers(), even).by(range);
            assigned.values()
                    .forEach(
                            its -> assertThat(Set.copyOf(its.topics().values())).hasSizeLessThanOrEqualTo(1));
        });
    }

    @Test
    void rangeGivesStaticMembersTheirCutsWhateverTheirMemberIds() {
        Map<Uuid, Integer> topics = Map.of(topic(1), 7);
        Map<String, TopicPartitions> first = new Input(
                        List.of(member("x", "i1", topic(1)), member("a", null, topic(1)), member("b", "i2", topic(1))),
                        topics)
                .by(range);
        assertThat(first.get("x")).isEqualTo(TopicPartitions.of(Map.of(topic(1), List.of(0, 1, 2))));
        assertThat(first.get("b")).isEqualTo(TopicPartitions.of(Map.of(topic(1), List.of(3, 4))));
        assertThat(first.get("a")).isEqualTo(TopicPartitions.of(Map.of(topic(1), List.of(5, 6))));
    }

    @Test
    void aThousandMembersAndTenThousandPartitionsTakeNoLong() {
        List<Subscriber> subscribers = new ArrayList<>();
        Map<Uuid, Integer> topics = Map.of(topic(1), 5_000, topic(2), 5_000);
        for (int m = 0; m < 1_000; m++) subscribers.add(member("m" + m, null, topic(1), topic(2)));
        Input input = new Input(subscribers, topics);
        Map<String, TopicPartitions> first = input.by(uniform);
        assertThat(first.values()).allSatisfy(its -> assertThat(its.size()).isEqualTo(10));
        assertThat(input.having(first).by(uniform)).isEqualTo(first);
    }

    @Test
    void unknownAssignorsAreNamed() {
        assertThatThrownBy(() -> new Assignors(List.of("sticky")))
                .hasMessageContaining("sticky")
                .hasMessageContaining("uniform");
        assertThat(new Assignors(List.of("range")).byDefault().name()).isEqualTo("range");
    }

    private static Subscriber member(String id, @Nullable String instanceId, Uuid... topics) {
        return new Subscriber(id, instanceId, Set.of(topics), TopicPartitions.EMPTY);
    }
}
