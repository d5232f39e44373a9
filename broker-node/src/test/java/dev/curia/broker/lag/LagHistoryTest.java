package dev.curia.broker.lag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.lag.LagHistory.Point;
import dev.curia.broker.lag.LagRound.Lag;
import dev.curia.broker.lag.ReaderPlaces.Reader;
import dev.curia.common.id.TopicPartition;
import dev.curia.log.ReaderPlace;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LagHistoryTest {
    private static final Reader A = new Reader(new TopicPartition("orders", 0), 10);
    private static final Reader B = new Reader(new TopicPartition("orders", 1), 20);
    private static final Reader C = new Reader(new TopicPartition("refunds", 0), 30);

    private final LagHistory history = new LagHistory(4);

    private static LagRound round(long atMs, Map<String, Lag> topics) {
        return new LagRound(atMs, topics);
    }

    private static Map<String, Lag> topics(int number) {
        return switch (number) {
            case 1 -> Map.of("a", new Lag(1, 0));
            case 2 -> Map.of("a", new Lag(1, 0), "b", new Lag(2, 0));
            default -> Map.of("a", new Lag(1, 0), "b", new Lag(2, 0), "c", new Lag(3, 0));
        };
    }

    @Test
    void aTopicIsTheSumOfItsPartitionsAndUnknownWhenOneOfThemIs() {
        Map<Reader, ReaderPlace> places = Map.of(
                A, new ReaderPlace(0, 15, 7_000, ReaderPlace.NEVER),
                C, new ReaderPlace(0, 33, 9_000, ReaderPlace.NEVER));
        List<Reader> all = List.of(A, B, C);
        LagRound partly = LagRound.of(10_000, all, GroupLag.of("g", all, places, 10_000));

        assertThat(partly.of("orders")).contains(Lag.UNKNOWN);
        assertThat(partly.of("refunds")).contains(new Lag(3, 1));
        assertThat(partly.of("others")).isEmpty();
        assertThat(partly.whole()).isEqualTo(Lag.UNKNOWN);

        List<Reader> known = List.of(A, C);
        LagRound whole = LagRound.of(10_000, known, GroupLag.of("g", known, places, 10_000));
        assertThat(whole.whole()).isEqualTo(new Lag(8, 3));
    }

    @Test
    void tellsOfOneTopicOrOfAll() {
        history.add(1_000, Map.of("g", round(1_000, topics(2))));
        history.add(2_000, Map.of("g", round(2_000, Map.of("a", new Lag(5, 1.5f), "b", Lag.UNKNOWN))));
        history.add(3_000, Map.of("g", round(3_000, topics(1))));

        assertThat(history.of("g", Optional.empty()))
                .containsExactly(
                        new Point(1_000, OptionalLong.of(3), 0),
                        new Point(2_000, OptionalLong.empty(), 0),
                        new Point(3_000, OptionalLong.of(1), 0));
        assertThat(history.of("g", Optional.of("a")))
                .containsExactly(
                        new Point(1_000, OptionalLong.of(1), 0),
                        new Point(2_000, OptionalLong.of(5), 1.5),
                        new Point(3_000, OptionalLong.of(1), 0));
        assertThat(history.of("g", Optional.of("b"))).hasSize(2);
        assertThat(history.of("another", Optional.empty())).isEmpty();
    }

    @Test
    void thereIsRoomForSoManyTopicsAndWhatIsThereStays() {
        assertThat(history.add(1_000, Map.of("first", round(1_000, topics(3))))).isZero();
        assertThat(history.add(2_000, Map.of("first", round(2_000, topics(3)), "second", round(2_000, topics(2)))))
                .isEqualTo(1);

        assertThat(history.of("first", Optional.empty())).hasSize(2);
        assertThat(history.of("second", Optional.empty())).isEmpty();
    }

    @Test
    void aGroupThatGrowsBeyondTheRoomIsLeftOut() {
        history.add(1_000, Map.of("first", round(1_000, topics(2)), "second", round(1_000, topics(2))));

        assertThat(history.add(2_000, Map.of("first", round(2_000, topics(3)), "second", round(2_000, topics(2)))))
                .isEqualTo(1);
        assertThat(history.of("first", Optional.empty())).isEmpty();
        assertThat(history.of("second", Optional.empty())).hasSize(2);
    }

    @Test
    void aGroupThatIsNotOursAnyMoreStaysForADayOrUntilTheRoomIsNeeded() {
        history.add(1_000, Map.of("first", round(1_000, topics(1))));
        history.add(2_000, Map.of("second", round(2_000, topics(2))));
        assertThat(history.of("first", Optional.empty())).hasSize(1);

        assertThat(history.add(3_000, Map.of("third", round(3_000, topics(3))))).isZero();
        assertThat(history.of("first", Optional.empty())).isEmpty();
        assertThat(history.of("second", Optional.empty())).isEmpty();

        history.add(3_001 + LagHistory.FORGOTTEN_AFTER_MS, Map.of());
        assertThat(history.of("third", Optional.empty())).isEmpty();
    }

    @Test
    void withoutRoomNothingIsKept() {
        LagHistory none = new LagHistory(0);

        assertThat(none.add(1_000, Map.of("g", round(1_000, topics(1))))).isEqualTo(1);
        assertThat(none.of("g", Optional.empty())).isEmpty();
    }
}
