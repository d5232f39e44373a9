package dev.curia.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentBatchesTest {
    @Test
    void knowsWhereTheLastBatchesBegin() {
        RecentBatches batches = RecentBatches.with(null, 0, 0);
        for (int i = 1; i < 3 * RecentBatches.KEPT; i++) batches = RecentBatches.with(batches, 10L * i, 100 * i);
        int newest = 3 * RecentBatches.KEPT - 1;
        for (int i = 0; i < RecentBatches.KEPT; i++) {
            assertThat(batches.positionOf(10L * (newest - i))).isEqualTo(100 * (newest - i));
        }
        assertThat(batches.positionOf(10L * (newest - RecentBatches.KEPT)))
                .as("overwritten")
                .isEqualTo(-1);
        assertThat(batches.positionOf(10L * newest + 1)).as("within a batch").isEqualTo(-1);
    }

    @Test
    void theFirstBatchOfASegmentIsNoneOfThoseThatAreNotThere() {
        RecentBatches batches = RecentBatches.with(null, Integer.MAX_VALUE, Integer.MAX_VALUE);
        assertThat(batches.positionOf(Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
        assertThat(batches.positionOf(0)).isEqualTo(-1);
        assertThat(batches.positionOf(-1)).as("before the segment").isEqualTo(-1);
        assertThat(RecentBatches.with(null, 0, 0).positionOf(0)).isZero();
    }
}
