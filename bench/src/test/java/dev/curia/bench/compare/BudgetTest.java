package dev.curia.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BudgetTest {
    private static double seconds(Budget budget, List<Plan> plans) {
        return budget.rounds()
                * plans.stream()
                        .mapToDouble(p -> 2 * (p.otherSeconds() + budget.windowSeconds() * p.windows()))
                        .sum();
    }

    @Test
    void allIsSpentAndNotMore() {
        for (List<Plan> plans : List.of(Plan.brief(), Plan.full())) {
            for (double seconds = 400; seconds < 10_000; seconds += 37) {
                Budget budget = Budget.of(seconds, plans);
                if (budget.patience() < 2) continue;
                assertThat(seconds(budget, plans)).isLessThanOrEqualTo(seconds + 1e-6);
                boolean most = budget.rounds() == 5 && budget.windowSeconds() == 8;
                if (budget.rounds() >= 3 && !most)
                    assertThat(seconds(budget, plans)).isGreaterThan(0.9 * seconds);
            }
        }
    }

    @Test
    void oneShortRoundAtLeast() {
        assertThat(Budget.of(-5, Plan.brief())).isEqualTo(new Budget(1, 1, 0));
    }

    @Test
    void halfAnHourIsThreeRoundsOfTheBriefPlan() {
        Budget budget = Budget.of(1_750, Plan.brief());
        assertThat(budget.rounds()).isEqualTo(3);
        assertThat(budget.patience()).isEqualTo(2);
    }

    @Test
    void withLittleTimeServersAreMeasuredSooner() {
        assertThat(Budget.of(300, Plan.brief()).patience()).isBetween(0.5, 1.5);
    }
}
