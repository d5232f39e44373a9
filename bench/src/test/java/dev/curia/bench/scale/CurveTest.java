package dev.curia.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class CurveTest {
    private static Curve of(Map<Long, Double> costs) {
        return new Curve("cost", new TreeMap<>(costs));
    }

    private static Curve of(DoubleUnaryOperator cost) {
        TreeMap<Long, Double> costs = new TreeMap<>();
        for (long size = 1; size <= 10_000; size *= 10) costs.put(size, cost.applyAsDouble((double) size));
        return new Curve("cost", costs);
    }

    @Test
    void aPowersExponentIsFound() {
        for (double exponent : new double[] {-1, 0, 0.5, 1, 2}) {
            Curve curve = of(size -> 7 * Math.pow(size, exponent));
            assertThat(curve.exponent().orElseThrow()).isCloseTo(exponent, within(1e-9));
            assertThat(curve.lastExponent().orElseThrow()).isCloseTo(exponent, within(1e-9));
            assertThat(curve.isLinearOrBetter()).isEqualTo(exponent <= 1);
        }
    }

    @Test
    void whatIsLinearBesideAFixedCostIsBetterThanLinear() {
        Curve curve = of(size -> 100 + size);
        assertThat(curve.exponent().orElseThrow()).isBetween(0.1, 0.9);
        assertThat(curve.lastExponent().orElseThrow()).isBetween(0.9, 1.0);
        assertThat(curve.isLinearOrBetter()).isTrue();
    }

    @Test
    void aKneeAtTheEndShowsAlthoughTheWholeIsFlat() {
        Curve curve = of(size -> size < 10_000 ? 1 : 100);
        assertThat(curve.exponent().orElseThrow()).isLessThan(1);
        assertThat(curve.lastExponent().orElseThrow()).isCloseTo(2, within(1e-9));
        assertThat(curve.isLinearOrBetter()).isFalse();
    }

    @Test
    void ofOneCostNothingFollows() {
        assertThat(of(Map.of(10L, 3.0)).exponent()).isEmpty();
        assertThat(of(Map.of(10L, 3.0)).lastExponent()).isEmpty();
        assertThat(of(Map.of(1L, 0.0, 10L, 3.0)).exponent())
                .as("what could not be measured does not count")
                .isEmpty();
        assertThat(of(Map.of()).isLinearOrBetter()).isTrue();
    }
}
