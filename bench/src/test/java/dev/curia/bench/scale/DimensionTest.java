package dev.curia.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DimensionTest {
    static Curves curves(long... sizes) {
        return new Curves(of(2, 50, sizes));
    }

    private static Dimension of(int windows, double otherSeconds, long... sizes) {
        return new Dimension(
                "Things",
                LongStream.of(sizes).boxed().toList(),
                size -> size + " of them",
                Map.of(),
                List.of(),
                windows,
                otherSeconds,
                "So it was measured.");
    }

    @Test
    void windowsFillTheTimeThatIsLeft() {
        List<Dimension> dimensions = List.of(of(2, 50, 1, 10, 100), of(1, 30, 1, 10));
        assertThat(Dimension.windowSeconds(dimensions, 120)).isCloseTo(5, within(1e-9));
        assertThat(Dimension.windowSeconds(dimensions, 20)).as("short of time").isEqualTo(1);
        assertThat(Dimension.windowSeconds(dimensions, 36_000))
                .as("long enough")
                .isEqualTo(10);
    }

    @Test
    void tenMinutesAreEnoughForAll() {
        List<Dimension> all = Dimensions.all();
        assertThat(Dimension.windowSeconds(all, 600)).isGreaterThan(4);
        for (Dimension dimension : all) {
            assertThat(dimension.sizes()).isSorted().doesNotHaveDuplicates();
            assertThat(dimension.sizes().stream().map(dimension::label)).doesNotHaveDuplicates();
            assertThat(dimension.smallest(2).sizes())
                    .isEqualTo(dimension.sizes().subList(0, 2));
        }
        assertThat(all.stream().map(Dimension::title)).doesNotHaveDuplicates();
    }

    @Test
    void sizesAreNamedAsPeopleDo() {
        List<Dimension> all = Dimensions.all();
        assertThat(labels(all.get(0))).containsExactly("1", "10", "100", "1,000", "10,000");
        assertThat(labels(all.get(2)))
                .containsExactly("10 B", "100 B", "1 KiB", "10 KiB", "100 KiB", "1 MiB", "10 MiB");
        assertThat(labels(all.get(4))).containsExactly("1 GB", "10 GB", "100 GB");
    }

    private static List<String> labels(Dimension dimension) {
        return dimension.sizes().stream().map(dimension::label).toList();
    }
}
