package dev.curia.broker.canary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.canary.CanaryView.Broker;
import dev.curia.broker.canary.CanaryView.Partition;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CanaryPlanTest {
    private static final Broker ONE = new Broker(1, true);
    private static final Broker TWO = new Broker(2, true);
    private static final Broker THREE = new Broker(3, true);

    private static Partition led(int leader, Integer... replicas) {
        return new Partition(List.of(replicas), List.of(replicas), leader, false);
    }

    private static CanaryPlan plan(List<Broker> brokers, Partition... partitions) {
        return CanaryPlan.of(new CanaryView(1, brokers, List.of(partitions)));
    }

    @Test
    void eachBrokerGetsAPartitionOfItsOwn() {
        assertThat(plan(List.of(THREE, ONE, TWO)).create())
                .containsExactly(List.of(1, 2, 3), List.of(2, 3, 1), List.of(3, 1, 2));
    }

    @Test
    void aNewBrokerGetsOneMore() {
        CanaryPlan plan = plan(List.of(ONE, TWO, THREE), led(1, 1, 2, 3), led(2, 2, 1, 3));

        assertThat(plan.create()).containsExactly(List.of(3, 1, 2));
        assertThat(plan.widen()).isEmpty();
        assertThat(plan.elect()).isEmpty();
    }

    @Test
    void copiesAreAddedWhenThereAreBrokersForThem() {
        assertThat(plan(List.of(ONE, TWO), led(1, 1), led(2, 2)).widen())
                .isEqualTo(Map.of(0, List.of(1, 2), 1, List.of(2, 1)));
        Partition moving = new Partition(List.of(1), List.of(1), 1, true);
        assertThat(plan(List.of(ONE, TWO), moving, led(2, 2, 1)).isEmpty()).isTrue();
    }

    @Test
    void leadershipGoesBackToWhomThePartitionIsFor() {
        Partition notInSync = new Partition(List.of(3, 1, 2), List.of(1, 2), 1, false);
        CanaryPlan plan = plan(List.of(ONE, TWO, THREE), led(1, 1, 2, 3), led(1, 2, 3, 1), notInSync);

        assertThat(plan.elect()).containsExactly(1);
        assertThat(plan.create()).isEmpty();
    }

    @Test
    void nothingIsDoneForABrokerThatIsAway() {
        Broker away = new Broker(3, false);
        assertThat(plan(List.of(ONE, TWO, away), led(1, 1, 2, 3), led(2, 2, 3, 1), led(2, 3, 2, 1))
                        .isEmpty())
                .isTrue();
        assertThat(plan(List.of(ONE, away), led(1, 1, 3)).isEmpty()).isTrue();
    }

    @Test
    void oneBrokerDoesIt() {
        assertThat(CanaryPlan.of(new CanaryView(2, List.of(ONE, TWO), List.of()))
                        .isEmpty())
                .isTrue();
        assertThat(CanaryPlan.of(new CanaryView(2, List.of(new Broker(1, false), TWO), List.of()))
                        .create())
                .containsExactly(List.of(2));
    }
}
