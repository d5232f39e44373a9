package dev.curia.replica.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LowWatermarkTest {
    @Test
    void whoHasNotSaidMakesItUnknownUnlessHeDoesNotCount() {
        LowWatermark starts = LowWatermark.of(1, 5).reported(2, 7);
        assertThat(starts.over(List.of(1))).isEqualTo(5);
        assertThat(starts.over(List.of(1, 2))).isEqualTo(5);
        assertThat(starts.over(List.of(1, 2, 3))).isEqualTo(LowWatermark.UNKNOWN);
    }

    @Test
    void theSlowestThatCountsDecides() {
        LowWatermark starts =
                LowWatermark.of(1, 5).reported(2, 3).reported(3, 0).stored(9);
        assertThat(starts.over(List.of(1, 2, 3))).isZero();
        assertThat(starts.over(List.of(1, 2))).isEqualTo(3);
        assertThat(starts.reported(2, 10).over(List.of(1, 2))).isEqualTo(9);
    }

    @Test
    void aLogBegunAnewTakesItsWordBack() {
        LowWatermark starts = LowWatermark.of(1, 5).reported(2, 5).reported(2, 0);
        assertThat(starts.over(List.of(1, 2))).isZero();
    }

    @Test
    void whatIsNoNewsMakesNothingNew() {
        LowWatermark starts = LowWatermark.of(1, 5).reported(2, 5);
        assertThat(starts.reported(2, 5)).isSameAs(starts);
        assertThat(starts.stored(5)).isSameAs(starts);
    }

    @Test
    void agreesWithAListOfLastWords() {
        Check.forAll(300, SplittableRandom::split, random -> {
            Map<Integer, Long> last = new HashMap<>(Map.of(1, 0L));
            LowWatermark starts = LowWatermark.of(1, 0);
            for (int i = 0; i < 60; i++) {
                int broker = 1 + random.nextInt(4);
                long offset = random.nextLong(20);
                starts = broker == 1 ? starts.stored(offset) : starts.reported(broker, offset);
                last.put(broker, offset);
                List<Integer> counting = new ArrayList<>(List.of(1));
                for (int id = 2; id <= 4; id++) if (random.nextBoolean()) counting.add(id);
                long expected = counting.stream()
                        .mapToLong(id -> last.getOrDefault(id, -1L))
                        .min()
                        .orElseThrow();
                assertThat(starts.over(counting)).isEqualTo(expected);
            }
        });
    }
}
