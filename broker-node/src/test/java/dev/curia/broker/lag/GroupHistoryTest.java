package dev.curia.broker.lag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.lag.LagRound.Lag;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GroupHistoryTest {
    private static final long SECOND = 1_000;

    /** Rounds of a group whose topics come and go, at intervals of up to two minutes. */
    private static List<LagRound> rounds(SplittableRandom random) {
        List<LagRound> rounds = new ArrayList<>();
        long at = random.nextLong(1_000_000_000);
        for (int i = random.nextInt(1_500); i >= 0; i--) {
            at += 1 + random.nextLong(120 * SECOND);
            Map<String, Lag> topics = new HashMap<>();
            for (int topic = 0; topic < 4; topic++) {
                if (random.nextInt(6) == 0) topics.put("t" + topic, Lag.UNKNOWN);
                else if (random.nextBoolean())
                    topics.put("t" + topic, new Lag(random.nextLong(1_000), random.nextInt(100)));
            }
            rounds.add(new LagRound(at, topics));
        }
        return rounds;
    }

    @Test
    void columnsKeepTheNewestRoundsAsTheyWere() {
        Check.forAll(200, GroupHistoryTest::rounds, rounds -> {
            int capacity = 1 + rounds.size() % 50;
            LagColumns columns = new LagColumns(capacity);
            List<LagRound> expected = new ArrayList<>();
            for (LagRound round : rounds) {
                if (round.atMs() % 5 == 0 && !expected.isEmpty()) {
                    columns.replaceNewest(round);
                    expected.set(expected.size() - 1, round);
                } else {
                    columns.add(round);
                    expected.add(round);
                }
                if (expected.size() > capacity) expected.remove(0);
            }
            assertThat(columns.rounds()).isEqualTo(expected);
            assertThat(columns.topics()).isEqualTo((int) expected.stream()
                    .flatMap(round -> round.topics().keySet().stream())
                    .distinct()
                    .count());
        });
    }

    @Test
    void keepsTheNewestRoundsAndOfEachFiveMinutesBeforeThemTheWorst() {
        Check.forAll(100, GroupHistoryTest::rounds, rounds -> {
            GroupHistory history = new GroupHistory();
            rounds.forEach(history::add);

            List<LagRound> kept = history.rounds();
            List<LagRound> recent = rounds.subList(Math.max(0, rounds.size() - GroupHistory.RECENT), rounds.size());
            assertThat(kept).endsWith(recent.toArray(LagRound[]::new));
            List<LagRound> older = kept.subList(0, kept.size() - recent.size());
            assertThat(older.size()).isLessThanOrEqualTo(GroupHistory.OLDER);
            Map<Long, LagRound> worst = new HashMap<>();
            for (LagRound round : rounds) {
                worst.merge(
                        round.atMs() / GroupHistory.STEP_MS,
                        round,
                        (old, next) -> next.whole().records() > old.whole().records() ? next : old);
            }
            assertThat(older)
                    .allSatisfy(round -> assertThat(round).isEqualTo(worst.get(round.atMs() / GroupHistory.STEP_MS)));
            assertThat(kept).extracting(LagRound::atMs).isSorted();
        });
    }

    @Test
    void aDayIsKeptOfAGroupThatIsThereAllTheTime() {
        GroupHistory history = new GroupHistory();
        long begin = 1_000_000;
        long end = begin + 3 * GroupHistory.OLDER * GroupHistory.STEP_MS;
        for (long at = begin; at <= end; at += 30 * SECOND) {
            history.add(new LagRound(at, Map.of("t", new Lag(at, 0))));
        }

        List<LagRound> kept = history.rounds();

        assertThat(end - kept.get(0).atMs())
                .isBetween((GroupHistory.OLDER - 2) * GroupHistory.STEP_MS, GroupHistory.OLDER * GroupHistory.STEP_MS);
        assertThat(kept.size()).isBetween(GroupHistory.RECENT + 200, GroupHistory.RECENT + GroupHistory.OLDER);
    }

    @Test
    void beginsAnewWhenTheClockIsSetBack() {
        GroupHistory history = new GroupHistory();
        history.add(new LagRound(5_000, Map.of("t", new Lag(1, 0))));
        history.add(new LagRound(4_000, Map.of("t", new Lag(2, 0))));

        assertThat(history.rounds()).extracting(LagRound::atMs).containsExactly(4_000L);
    }
}
