package dev.curia.replica.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.replica.ReplicaAssignment.Move;
import dev.curia.replica.port.SendBudget;
import dev.curia.testkit.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who is limited to how much. */
class ThrottlesTest {
    private final ManualClock clock = new ManualClock();
    private final Throttles throttles = new Throttles(clock);

    @Test
    void aRateIsKeptOverTimeWhateverTheSizes() {
        RateBudget budget = new RateBudget(clock, () -> 1_000_000);
        long sent = 0;
        for (int millis = 0; millis < 10_000; millis++) {
            while (budget.waitNanos() == 0) {
                int bytes = 1 + (int) ((sent * 31 + 7) % 300_000);
                budget.spent(bytes);
                sent += bytes;
            }
            clock.advance(Duration.ofMillis(1));
        }
        assertThat(sent).isBetween(9_900_000L, 10_400_000L);
    }

    @Test
    void theWaitIsAsLongAsTheDebt() {
        RateBudget budget = new RateBudget(clock, () -> 1_000);
        budget.spent(500);
        assertThat(budget.waitNanos()).isEqualTo(500_000_000);
        clock.advance(Duration.ofMillis(499));
        assertThat(budget.waitNanos()).isPositive();
        clock.advance(Duration.ofMillis(1));
        assertThat(budget.waitNanos()).isZero();
    }

    @Test
    void aMoveLimitsOnlyWhatItBringsAndMovesOfOneRateShareIt() {
        ReplicaAssignment moving = assignment(0, new Move(List.of(3), 1_000), Map.of());
        assertThat(throttles.of(moving, 1, 2)).isSameAs(SendBudget.UNLIMITED);
        throttles.of(moving, 1, 3).spent(2_000);
        assertThat(throttles
                        .of(assignment(1, new Move(List.of(3), 1_000), Map.of()), 1, 3)
                        .waitNanos())
                .isEqualTo(2_000_000_000);
        assertThat(throttles
                        .of(assignment(1, new Move(List.of(3), 2_000), Map.of()), 1, 3)
                        .waitNanos())
                .isZero();
        assertThat(throttles.of(assignment(1, new Move(List.of(3), 0), Map.of()), 1, 3))
                .isSameAs(SendBudget.UNLIMITED);
    }

    @Test
    void kafkasThrottlesNameReplicasAndGoWithTheirRates() {
        Map<String, String> named = Map.of(
                "leader.replication.throttled.replicas", "0:1,0:2", "follower.replication.throttled.replicas", "0:3");
        throttles.rates(new Throttles.Rates(1_000, Map.of(3, 500L)));
        SendBudget budget = throttles.of(assignment(0, Move.NONE, named), 1, 3);
        budget.spent(1_000);
        assertThat(budget.waitNanos()).as("the slower of both").isEqualTo(2_000_000_000);
        assertThat(throttles.of(assignment(1, Move.NONE, named), 1, 3)).isSameAs(SendBudget.UNLIMITED);
        assertThat(throttles.of(assignment(0, Move.NONE, named), 1, 4).waitNanos())
                .as("the leader's alone")
                .isEqualTo(1_000_000_000);

        throttles.rates(Throttles.Rates.NONE);
        assertThat(budget.waitNanos()).as("taken away").isZero();
    }

    private static ReplicaAssignment assignment(int partition, Move move, Map<String, String> config) {
        return new ReplicaAssignment(
                new PartitionId(new Uuid(1, 1), partition),
                new TopicPartition("t", partition),
                1,
                0,
                0,
                List.of(1, 2, 3),
                List.of(1, 2),
                List.of(),
                List.of(),
                move,
                config);
    }
}
