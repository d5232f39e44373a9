package dev.curia.log.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.clean.Dirtiness.Part;
import java.util.List;
import org.junit.jupiter.api.Test;

class DirtinessTest {
    private static final long NEVER = Long.MAX_VALUE;
    /** Three segments of ten offsets; times in seconds after 1000. */
    private static final List<Part> PARTS = List.of(
            new Part(0, 10, 100, 1_000, 1_009),
            new Part(10, 20, 200, 1_010, 1_019),
            new Part(20, 30, 400, 1_020, 1_029));

    private static CompactionPolicy policy(long minLag, long maxLag, double ratio) {
        return new CompactionPolicy(0, minLag, maxLag, ratio, 1_000, 1_000, 100);
    }

    @Test
    void theRatioIsThatOfWhatCanBeCleanedNow() {
        Dirtiness dirt = Dirtiness.of(PARTS, policy(0, NEVER, 0.5), 10, 30, 2_000);

        assertThat(dirt).isEqualTo(new Dirtiness(10, 30, 100, 600, 0));
        assertThat(dirt.ratio()).isEqualTo(6 / 7.0);
        assertThat(dirt.isDue(policy(0, NEVER, 0.5))).isTrue();
        assertThat(dirt.isDue(policy(0, NEVER, 0.9))).isFalse();
    }

    @Test
    void nothingIsCleanedBehindTheStableEnd() {
        assertThat(Dirtiness.of(PARTS, policy(0, NEVER, 0), 0, 15, 2_000)).isEqualTo(new Dirtiness(0, 15, 0, 300, 0));
        assertThat(Dirtiness.of(PARTS, policy(0, NEVER, 0), 20, 15, 2_000).isDue(policy(0, NEVER, 0)))
                .isFalse();
    }

    @Test
    void aSegmentWithARecordYoungerThanTheMinimumLagWaitsAndAllBehindIt() {
        assertThat(Dirtiness.of(PARTS, policy(100, NEVER, 0), 0, 30, 1_119)).isEqualTo(new Dirtiness(0, 20, 0, 300, 0));
        assertThat(Dirtiness.of(PARTS, policy(100, NEVER, 0), 0, 30, 1_118)).isEqualTo(new Dirtiness(0, 10, 0, 100, 0));
        assertThat(Dirtiness.of(PARTS, policy(100, NEVER, 0), 0, 30, 1_100).dirtyBytes())
                .isZero();
    }

    @Test
    void aRecordOlderThanTheMaximumLagMakesItDueWhateverTheRatio() {
        CompactionPolicy policy = policy(0, 500, 1);
        assertThat(Dirtiness.of(PARTS, policy, 10, 30, 1_510).isDue(policy)).isFalse();
        Dirtiness overdue = Dirtiness.of(PARTS, policy, 10, 30, 1_517);
        assertThat(overdue.overdueMs()).isEqualTo(7);
        assertThat(overdue.isDue(policy)).isTrue();
    }

    @Test
    void theMaximumLagIsNeverShorterThanTheMinimum() {
        CompactionPolicy policy = policy(100, 10, 1);
        assertThat(Dirtiness.of(PARTS.subList(0, 1), policy, 0, 10, 1_109).overdueMs())
                .isEqualTo(9);
    }

    @Test
    void aCheckpointFromOutsideTheLogCountsForNothing() {
        assertThat(Dirtiness.of(PARTS, policy(0, NEVER, 0), 31, 40, 2_000).firstDirty())
                .isZero();
        assertThat(Dirtiness.of(PARTS.subList(1, 3), policy(0, NEVER, 0), 5, 40, 2_000)
                        .firstDirty())
                .isEqualTo(10);
        assertThat(Dirtiness.of(PARTS, policy(0, NEVER, 0), 30, 40, 2_000).dirtyBytes())
                .isZero();
    }

    @Test
    void aLogOfOneSegmentIsNotCleaned() {
        assertThat(Dirtiness.of(List.of(), policy(0, 1, 0), 3, 40, 2_000).isDue(policy(0, 1, 0)))
                .isFalse();
    }
}
