package dev.curia.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static final Figure TIME = Figure.less("One", "time, ms").withTarget(0.5);

    private static Comparison of(Figure figure, List<Double> curia, List<Double> kafka) {
        return new Comparison(figure, new Sample(curia), new Sample(kafka));
    }

    @Test
    void sampleTellsMedianAndEnds() {
        Sample odd = new Sample(List.of(5.0, 1.0, 3.0));
        assertThat(odd.median()).isEqualTo(3);
        assertThat(odd.least()).isEqualTo(1);
        assertThat(odd.most()).isEqualTo(5);
        assertThat(odd.spread()).isEqualTo(4);
        assertThat(new Sample(List.of(4.0, 1.0)).median()).isEqualTo(2.5);
        assertThatThrownBy(() -> new Sample(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ratioIsThatOfMedians() {
        Comparison comparison = of(TIME, List.of(1.0, 1.2, 1.1), List.of(4.0, 4.4, 4.3));
        assertThat(comparison.ratio().orElseThrow()).isCloseTo(1.1 / 4.3, within(1e-9));
    }

    @Test
    void noRatioWhenEitherSpreadsMoreThanTheyDiffer() {
        assertThat(of(TIME, List.of(1.0, 3.0, 2.0), List.of(3.0, 3.0, 3.0)).ratio())
                .isEmpty();
        assertThat(of(TIME, List.of(2.0, 2.0, 2.0), List.of(2.5, 3.0, 4.0)).ratio())
                .isEmpty();
        assertThat(of(TIME, List.of(2.0, 2.0, 2.0), List.of(2.5, 3.0, 3.4)).ratio())
                .isPresent();
    }

    @Test
    void noRatioOfWhatWasMeasuredOnce() {
        assertThat(of(TIME, List.of(1.0), List.of(5.0, 5.1)).ratio()).isEmpty();
        assertThat(of(TIME, List.of(1.0, 1.1), List.of(5.0)).ratio()).isEmpty();
    }

    @Test
    void targetIsMissedOnTheWrongSideOnly() {
        Figure rate = Figure.more("One", "rate").withTarget(2);
        assertThat(of(TIME, List.of(6.0, 6.0), List.of(10.0, 10.0)).missesTarget())
                .isTrue();
        assertThat(of(TIME, List.of(4.0, 4.0), List.of(10.0, 10.0)).missesTarget())
                .isFalse();
        assertThat(of(rate, List.of(19.0, 19.0), List.of(10.0, 10.0)).missesTarget())
                .isTrue();
        assertThat(of(rate, List.of(21.0, 21.0), List.of(10.0, 10.0)).missesTarget())
                .isFalse();
        assertThat(of(Figure.less("One", "x"), List.of(9.0, 9.0), List.of(1.0, 1.0))
                        .missesTarget())
                .as("no target")
                .isFalse();
    }

    @Test
    void resultsKeepTheirOrderAndLeaveOutWhatOnlyOneHas() {
        Results results = new Results();
        Figure other = Figure.more("One", "other");
        results.add(true, TIME, 1);
        results.add(true, Figure.more("One", "lonely"), 1);
        results.add(true, other, 7);
        results.add(false, other, 8);
        results.add(false, TIME, 2);
        results.add(true, TIME, 3);
        assertThat(results.comparisons())
                .containsExactly(of(TIME, List.of(1.0, 3.0), List.of(2.0)), of(other, List.of(7.0), List.of(8.0)));
    }
}
