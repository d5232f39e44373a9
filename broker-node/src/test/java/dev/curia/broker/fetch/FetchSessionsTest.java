package dev.curia.broker.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.Uuid;
import dev.curia.testkit.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class FetchSessionsTest {
    private final ManualClock clock = new ManualClock();
    private final FetchSessions sessions = new FetchSessions(2, 100, clock, new SplittableRandom(1));

    private static FetchPartition partition(int number, long offset) {
        return new FetchPartition(new FetchKey(Uuid.ZERO, "t", number), offset, 1000, -1, -1);
    }

    private static List<FetchedPartition> failed(FetchTurn turn, Errors error) {
        return turn.partitions().stream()
                .map(partition -> FetchedPartition.failed(partition.key(), error))
                .toList();
    }

    private int open(int partitions) {
        List<FetchPartition> asked = java.util.stream.IntStream.range(0, partitions)
                .mapToObj(i -> partition(i, 0))
                .toList();
        FetchTurn turn = sessions.begin(0, 0, false, asked, List.of());
        assertThat(turn.error()).isEqualTo(Errors.NONE);
        return turn.teller().tell(List.of()).sessionId();
    }

    @Test
    void aSessionRemembersAndTakesChanges() {
        int id = open(3);

        FetchTurn turn = sessions.begin(
                id, 1, false, List.of(partition(1, 5), partition(3, 0)), List.of(new FetchKey(Uuid.ZERO, "t", 0)));

        assertThat(turn.partitions()).containsExactly(partition(1, 5), partition(2, 0), partition(3, 0));
        assertThat(sessions.begin(id, 2, false, List.of(), List.of()).error()).isEqualTo(Errors.NONE);
    }

    @Test
    void anUnexpectedEpochAnUnknownSessionAndAnotherWayOfNamingAreRefused() {
        int id = open(1);

        assertThat(sessions.begin(id, 7, false, List.of(), List.of()).error())
                .isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
        assertThat(sessions.begin(id + 1, 1, false, List.of(), List.of()).error())
                .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(sessions.begin(id, 1, true, List.of(), List.of()).error())
                .isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
    }

    @Test
    void onlyNewsIsTold() {
        int id = open(2);
        FetchTurn first = sessions.begin(id, 1, false, List.of(), List.of());

        assertThat(first.teller().tell(failed(first, Errors.NONE)).partitions()).isEmpty();
        FetchTurn second = sessions.begin(id, 2, false, List.of(), List.of());
        assertThat(second.teller()
                        .tell(failed(second, Errors.NOT_LEADER_OR_FOLLOWER))
                        .partitions())
                .hasSize(2);
    }

    @Test
    void theFinalEpochEndsASession() {
        int id = open(1);

        FetchTurn last = sessions.begin(id, -1, false, List.of(), List.of());

        assertThat(last.teller().tell(List.of()).sessionId()).isZero();
        assertThat(sessions.size()).isZero();
    }

    @Test
    void aFullCacheRefusesNewSessionsUntilOneWasIdleForLong() {
        int old = open(1);
        int used = open(1);
        assertThat(open(1)).isZero();

        clock.advance(Duration.ofMinutes(3));
        sessions.begin(used, 1, false, List.of(), List.of());

        assertThat(open(1)).isNotZero();
        assertThat(sessions.begin(old, 1, false, List.of(), List.of()).error())
                .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(sessions.begin(used, 2, false, List.of(), List.of()).error()).isEqualTo(Errors.NONE);
        assertThat(sessions.size()).isEqualTo(2);
    }

    @Test
    void partitionsAreBoundedToo() {
        assertThat(open(100)).isNotZero();
        assertThat(open(1)).isZero();
    }
}
