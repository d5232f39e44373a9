package dev.curia.admin.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.admin.v1.BrokerShare;
import dev.curia.proto.admin.v1.ChangeStandingRequest.Action;
import dev.curia.proto.admin.v1.DescribeDrainResponse;
import dev.curia.proto.admin.v1.DrainStep;
import dev.curia.proto.admin.v1.DrainStep.Stage;
import dev.curia.proto.admin.v1.PlanRebalanceResponse;
import dev.curia.proto.admin.v1.PlannedMove;
import dev.curia.proto.common.v1.BrokerStanding;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BrokerPlansCommandTest {
    private final FakeCluster cluster = new FakeCluster();

    @AfterEach
    void close() {
        cluster.close();
    }

    private Run curia(String... arguments) {
        String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--server";
        all[arguments.length + 1] = cluster.controllerAddress();
        return Run.curia(all);
    }

    @Test
    void maintenanceIsSwitchedOnAndOff() {
        assertThat(curia("brokers", "maintenance", "1", "on").out()).isEqualTo("Broker 1 is in maintenance.\n");
        assertThat(curia("brokers", "maintenance", "1", "off").out()).isEqualTo("Broker 1 is in service.\n");
        assertThat(cluster.standings).containsExactly(Action.MAINTENANCE_ON, Action.MAINTENANCE_OFF);
        assertThat(curia("brokers", "maintenance", "1", "perhaps").exitCode()).isEqualTo(ExitCode.USAGE);
        Run unknown = curia("brokers", "maintenance", "7", "on");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(unknown.err()).contains("cannot begin the maintenance of broker 7", "BROKER_ID_NOT_REGISTERED");
    }

    @Test
    void aDryRunShowsThePlanAndChangesNothing() {
        cluster.drains.add(drain(step(0, Stage.READY, ""), step(1, Stage.BLOCKED, "nobody leads it")));
        assertThat(curia("brokers", "drain", "1", "--dry-run").out().lines())
                .containsExactly(
                        "TOPIC   PARTITION  STATE    FROM  TO   WHY",
                        "orders  0          ready    1,2   3,2  -",
                        "orders  1          blocked  1,2   -    nobody leads it",
                        "1 ready, 1 blocked");
        assertThat(cluster.standings).isEmpty();
    }

    @Test
    void aDrainIsWatchedToItsEnd() {
        cluster.drains.add(drain(step(0, Stage.MOVING, ""), step(1, Stage.WAITING, "")));
        cluster.drains.add(drain(step(1, Stage.MOVING, "")));
        Run watched = curia("brokers", "drain", "1", "--watch");
        assertThat(watched.exitCode()).isZero();
        assertThat(watched.out().lines())
                .containsExactly(
                        "[..............................] 0/2  1 moving, 1 waiting",
                        "[###############...............] 1/2  1 moving",
                        "[##############################] 2/2  empty",
                        "Every replica has left the broker.");
        assertThat(cluster.standings).containsExactly(Action.DRAIN);
    }

    @Test
    void aDrainThatIsBlockedForLongEndsTheWatch() {
        for (int i = 0; i < 10; i++) cluster.drains.add(drain(step(1, Stage.BLOCKED, "nobody leads it")));
        Run watched = curia("brokers", "decommission", "1", "--watch");
        assertThat(watched.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(watched.out()).contains("blocked", "nobody leads it");
        assertThat(cluster.standings).containsExactly(Action.DECOMMISSION);
        assertThat(curia("brokers", "undrain", "1").out()).isEqualTo("Broker 1 is in service.\n");
    }

    @Test
    void aRebalancingIsShownAndCarriedOut() {
        assertThat(curia("cluster", "rebalance").exitCode()).isEqualTo(ExitCode.USAGE);
        cluster.plans.add(plan(true, 0));
        assertThat(curia("cluster", "rebalance", "--dry-run").out().lines())
                .containsExactly(
                        "BROKER  REPLICAS  THEN  PREFERRED LEADERS  THEN",
                        "1       5         4     3                  2",
                        "",
                        "TOPIC   PARTITION  FROM  TO   COPIES TO",
                        "orders  4          1,2   3,2  3",
                        "1 partition would change.");
        assertThat(cluster.moves).isEmpty();
        cluster.plans.addAll(List.of(plan(true, 0), plan(false, 1)));
        assertThat(curia("cluster", "rebalance", "--execute").out()).contains("0/1  0 moving, 1 to go", "even");
        assertThat(cluster.moves).containsOnlyKeys(4);
    }

    private static PlanRebalanceResponse plan(boolean move, int moving) {
        PlanRebalanceResponse.Builder plan = PlanRebalanceResponse.newBuilder().setMoving(moving);
        plan.addBefore(BrokerShare.newBuilder().setBrokerId(1).setReplicas(5).setLeaders(3));
        plan.addAfter(BrokerShare.newBuilder().setBrokerId(1).setReplicas(4).setLeaders(2));
        if (move) {
            plan.addMoves(PlannedMove.newBuilder()
                    .setTopic("orders")
                    .setPartition(4)
                    .addAllFrom(List.of(1, 2))
                    .addAllTo(List.of(3, 2))
                    .setNow(true));
        }
        return plan.build();
    }

    private static DescribeDrainResponse drain(DrainStep... steps) {
        return DescribeDrainResponse.newBuilder()
                .setStanding(BrokerStanding.DRAINING)
                .setAlive(true)
                .addAllPartitions(List.of(steps))
                .build();
    }

    private static DrainStep step(int partition, Stage stage, String reason) {
        DrainStep.Builder step = DrainStep.newBuilder()
                .setTopic("orders")
                .setPartition(partition)
                .setStage(stage)
                .addAllReplicas(List.of(1, 2))
                .setReason(reason);
        if (stage != Stage.BLOCKED) step.addAllTarget(List.of(3, 2));
        return step.build();
    }
}
