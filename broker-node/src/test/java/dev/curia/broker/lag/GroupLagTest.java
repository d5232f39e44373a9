package dev.curia.broker.lag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.lag.ReaderPlaces.Reader;
import dev.curia.common.id.TopicPartition;
import dev.curia.log.ReaderPlace;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GroupLagTest {
    private static final long NOW = 1_000_000;
    private static final Reader A = new Reader(new TopicPartition("orders", 0), 10);
    private static final Reader B = new Reader(new TopicPartition("orders", 1), 20);
    private static final Reader C = new Reader(new TopicPartition("orders", 2), 30);

    @Test
    void aGroupIsAsFarBehindAsItsPartitionsTogetherAndAsLateAsTheLatest() {
        GroupLag lag = GroupLag.of(
                "billing",
                List.of(A, B, C),
                Map.of(
                        A, new ReaderPlace(0, 15, NOW - 2_500, 60_000),
                        B, new ReaderPlace(0, 120, NOW - 500, 30_000),
                        C, new ReaderPlace(0, 30, -1, ReaderPlace.NEVER)),
                NOW);

        assertThat(lag.records()).isEqualTo(105);
        assertThat(lag.seconds()).isEqualTo(2.5);
        assertThat(lag.retentionLeftSeconds()).isEqualTo(30);
        assertThat(lag.partitions()).hasSize(3);
    }

    @Test
    void whatNobodyToldOfIsNotCounted() {
        GroupLag lag =
                GroupLag.of("billing", List.of(A, B), Map.of(B, new ReaderPlace(0, 20, -1, ReaderPlace.NEVER)), NOW);

        assertThat(lag.records()).isZero();
        assertThat(lag.seconds()).isZero();
        assertThat(lag.retentionLeftSeconds()).isInfinite();
        assertThat(lag.partitions()).extracting(GroupLag.OfPartition::reader).containsExactly(B);
    }

    @Test
    void aClockThatIsBehindAndACommitBeyondTheEndAreNotBelowZero() {
        GroupLag lag = GroupLag.of(
                "billing",
                List.of(A, B),
                Map.of(A, new ReaderPlace(0, 11, NOW + 5, 0), B, new ReaderPlace(0, 3, -1, ReaderPlace.NEVER)),
                NOW);

        assertThat(lag.records()).isEqualTo(1);
        assertThat(lag.seconds()).isZero();
        assertThat(lag.retentionLeftSeconds()).isZero();
    }
}
