package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Drains, maintenance, decommissioning, rebalancing and replacement on real processes; each test leaves a cluster for the next. */
@Tag("slow")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BrokerPlansTest {
    private static final int BROKERS = 4;
    private static final int PARTITIONS = 6;
    private static final Duration SETTLED = Duration.ofSeconds(60);

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.of(1, BROKERS).with("curia.broker.absence.replace.ms", "3000");

    private final Clients clients = Clients.of(CLUSTER);

    @AfterEach
    void heal() {
        CLUSTER.heal();
    }

    @Test
    @Order(1)
    void aBrokerIsDrainedUnderLoadAndGetsItsShareAgain() {
        Curia curia = Curia.forCluster(CLUSTER);
        clients.createTopic("drained", PARTITIONS, 2, Map.of("min.insync.replicas", "2"));
        clients.awaitInSync("drained", 2);
        int away = clients.replicas(new TopicPartition("drained", 0)).get(0);
        String id = Integer.toString(away);
        try (Load load = Load.start(clients, "drained", PARTITIONS, 2)) {
            load.awaitProgress();
            load.resetGaps();
            assertThat(curia.run("brokers", "drain", id, "--dry-run").text()).contains("drained", "ready");
            assertThat(holders("drained")).as("it was only a plan").contains(away);
            assertThat(curia.run("brokers", "drain", id, "--watch").text())
                    .contains("Every replica has left the broker.");
            assertThat(holders("drained")).doesNotContain(away);
            assertThat(curia.run("brokers", "describe", id).text()).contains("draining", "holds no replica");
            load.awaitProgress();
            Figures.report("a broker is drained, longest time without an acknowledgement", load.longestGap());

            load.resetGaps();
            curia.run("brokers", "undrain", id);
            assertThat(curia.run("cluster", "rebalance", "--dry-run").text()).contains("would change");
            curia.run("cluster", "rebalance", "--execute");
            assertThat(replicasOf("drained", away)).isBetween(2, 4);
            assertThat(curia.run("cluster", "rebalance", "--dry-run").text()).contains("Nothing could be more even.");
            load.awaitProgress();
            Figures.report("a cluster is rebalanced, longest time without an acknowledgement", load.longestGap());
            History history = load.stop();
            assertThat(history.violations()).isEmpty();
            assertThat(history.acks()).hasSameSizeAs(history.sends());
        }
    }

    @Test
    @Order(2)
    void aDrainThatCannotGoOnSaysWhy() {
        Curia curia = Curia.forCluster(CLUSTER);
        clients.createTopic("everywhere", 1, BROKERS, Map.of());
        clients.awaitInSync("everywhere", BROKERS);
        Command.Result drain = curia.attempt("brokers", "drain", "2", "--watch");
        assertThat(drain.exitCode()).isEqualTo(1);
        assertThat(drain.text()).contains("everywhere", "blocked", "need as many brokers");
        curia.run("topics", "delete", "everywhere");
        assertThat(curia.run("brokers", "drain", "2", "--watch").exitCode()).isZero();
        curia.run("brokers", "undrain", "2");
        curia.run("cluster", "rebalance", "--execute");
    }

    @Test
    @Order(3)
    void aBrokerInMaintenanceLeadsNothingAlsoWhenItStartsAgain() {
        Curia curia = Curia.forCluster(CLUSTER);
        curia.run("brokers", "maintenance", "3", "on");
        Await.until("others lead", SETTLED, () -> leaders("drained").stream().noneMatch(id -> id == 3));
        assertThat(holders("drained")).contains(3);
        CLUSTER.broker(3).terminate();
        CLUSTER.broker(3).startAndAwaitReady();
        clients.awaitInSync("drained", 2);
        assertThat(leaders("drained")).doesNotContain(3);
        assertThat(curia.run("brokers", "list").text()).contains("alive, maintenance");
        curia.run("brokers", "maintenance", "3", "off");
    }

    @Test
    @Order(4)
    void whatABrokerHeldThatIsAwayForLongIsMadeAnew() {
        clients.createTopic("replaced", PARTITIONS, 2, Map.of());
        clients.awaitInSync("replaced", 2);
        try (Load load = Load.start(clients, "replaced", PARTITIONS, 2)) {
            load.awaitProgress();
            load.resetGaps();
            CLUSTER.broker(4).kill();
            Await.until(
                    "nothing is on broker 4",
                    SETTLED,
                    () -> !holders("replaced").contains(4));
            clients.awaitInSync("replaced", 2);
            load.awaitProgress();
            Figures.report("a killed broker is replaced, longest time without an acknowledgement", load.longestGap());
            CLUSTER.broker(4).startAndAwaitReady();
            load.awaitProgress();
            History history = load.stop();
            assertThat(history.violations()).isEmpty();
            assertThat(history.acks()).hasSameSizeAs(history.sends());
        }
    }

    @Test
    @Order(5)
    void aDecommissionedBrokerIsForgottenWhenItIsEmptyAndStopped() {
        Curia curia = Curia.forCluster(CLUSTER);
        assertThat(curia.run("brokers", "decommission", "1", "--watch").text()).contains("is stopped it is forgotten");
        assertThat(curia.run("brokers", "list").text()).contains("alive, decommissioning");
        CLUSTER.broker(1).terminate();
        Await.until(
                "it is forgotten",
                SETTLED,
                () -> curia.attempt("brokers", "describe", "1").exitCode() == 1);
        assertThat(curia.run("cluster", "info").text()).contains("3 alive of 3");
    }

    private List<Integer> holders(String topic) {
        List<Integer> all = new ArrayList<>();
        for (int p = 0; p < PARTITIONS; p++) all.addAll(clients.replicas(new TopicPartition(topic, p)));
        return all;
    }

    private List<Integer> leaders(String topic) {
        List<Integer> all = new ArrayList<>();
        for (int p = 0; p < PARTITIONS; p++) all.add(clients.leader(new TopicPartition(topic, p)));
        return all;
    }

    private int replicasOf(String topic, int broker) {
        return (int) holders(topic).stream().filter(id -> id == broker).count();
    }
}
