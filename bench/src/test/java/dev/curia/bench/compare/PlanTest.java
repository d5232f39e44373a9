package dev.curia.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.bench.product.Layout;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {
    @Test
    void plansMeasureNothingTwiceAndEveryFigureHasItsOwnName() {
        for (List<Plan> plans : List.of(Plan.brief(), Plan.full(), Plan.durability())) {
            for (Plan plan : plans) {
                assertThat(plan.produce()).doesNotHaveDuplicates();
                Figures figures = new Figures(plan.layout());
                assertThat(plan.produce().stream().map(figures::megabytes).map(Figure::name))
                        .doesNotHaveDuplicates();
            }
        }
        assertThat(new Figures(Layout.SINGLE).startMillis(true))
                .isNotEqualTo(new Figures(Layout.COMBINED).startMillis(true));
    }
}
