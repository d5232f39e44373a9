package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.SystemClock;
import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Three quorum nodes and three brokers, each in a network namespace of its own, lose links while clients work; in the end processes
 * are killed and paused at the same time. Whatever happens, {@link History} must hold, all goes on when all is healed, and replicas
 * end up the same.
 */
@Tag("slow")
class NetworkFailureTest {
    private static final int PARTITIONS = 3;
    private static final int BROKERS = 3;
    private static final Duration LONGER_THAN_A_SESSION = Duration.ofSeconds(6);
    private static final Duration LOOSE_BOUND = Duration.ofSeconds(20);
    private static final Duration STORM = Duration.ofSeconds(60);
    private static final SystemClock CLOCK = new SystemClock();
    private static final Deque<AutoCloseable> OPEN = new ArrayDeque<>();

    private static Network network;
    private static LocalCluster cluster;
    private static Clients clients;

    @BeforeAll
    static void start() {
        network = Network.make();
        OPEN.push(network);
        cluster = LocalCluster.of(3, BROKERS).in(network);
        OPEN.push(cluster);
        cluster.startAs(NetworkFailureTest.class.getSimpleName());
        clients = Clients.of(cluster).impatient();
    }

    @AfterAll
    static void stop() throws Exception {
        while (!OPEN.isEmpty()) OPEN.pop().close();
    }

    @AfterEach
    void heal() {
        network.heal();
        cluster.heal();
    }

    @Test
    void aLeaderIsKilled() {
        broken(
                "kill -9 of a leader",
                "net-killed",
                leader -> cluster.broker(leader).kill());
    }

    @Test
    void aLeaderIsPaused() {
        broken(
                "pause of a leader",
                "net-paused",
                leader -> cluster.broker(leader).pause());
    }

    @Test
    void aLeaderIsIsolated() {
        broken("isolated leader", "net-isolated", leader -> network.isolate(broker(leader)));
    }

    @Test
    void aLeaderIsCutOffFromAllButClients() {
        broken(
                "leader that only clients reach",
                "net-clients-only",
                leader -> network.isolate(broker(leader), allNodesBut(leader)));
    }

    /** It is the cluster's only witness of itself: none of the others may take over, and it may not acknowledge alone. */
    @Test
    void aLeaderIsCutOffFromItsFollowers() {
        held(
                "leader cut off from its followers",
                "net-followers",
                leader -> network.isolate(broker(leader), brokersBut(leader)));
    }

    @Test
    void aLeaderHearsNobody() {
        broken(
                "leader that hears no node",
                "net-deaf",
                leader -> allNodesBut(leader).forEach(node -> network.cutOneWay(node, broker(leader))));
    }

    @Test
    void aLeaderIsHeardByNobody() {
        broken(
                "leader that no node hears",
                "net-mute",
                leader -> allNodesBut(leader).forEach(node -> network.cutOneWay(broker(leader), node)));
    }

    /** What clients send is stored but the answer is lost, so they send it again. */
    @Test
    void aLeadersAnswersToClientsAreLost() {
        held(
                "answers of a leader to clients lost",
                "net-answers",
                leader -> network.cutOneWay(broker(leader), Network.CLIENTS));
    }

    @Test
    void theLinkOfAFollowerIsSlow() {
        broken(
                "slow link to a follower",
                "net-slow",
                leader -> network.slow(brokersBut(leader).get(0), 200, 1_000));
    }

    @Test
    @Tag("long") // others restart all nodes, too
    void allBrokersRestartInTurnThroughTheOracle() {
        String topic = createTopic("net-rolled");
        try (Load load = Load.start(clients, topic, PARTITIONS, 2)) {
            load.resetGaps();
            Curia curia = Curia.forCluster(cluster);
            for (int id = 1; id <= BROKERS; id++) {
                curia.run("brokers", "safe-to-stop", Integer.toString(id), "--acquire", "--wait", "--timeout", "60");
                cluster.broker(id).terminate();
                cluster.broker(id).startAndAwaitReady();
            }
            report("restart of all brokers through the oracle", load);
            recovers(load, topic);
        }
    }

    @Test
    @Timeout(300)
    void allAtOnce() {
        String topic = createTopic("net-storm");
        try (Load load = Load.start(clients, topic, PARTITIONS, 2)) {
            Storm storm = new Storm(network, cluster, Long.getLong("check.seed", CLOCK.wallMillis()));
            load.resetGaps();
            long end = CLOCK.monotonicNanos() + STORM.toNanos();
            while (CLOCK.monotonicNanos() < end) {
                storm.step();
                hold(storm.pause());
            }
            report("all faults at once, " + storm, load);
            recovers(load, topic);
        }
    }

    private interface Fault {
        void strike(int leader);
    }

    /** While the fault lasts, all goes on after a while. */
    private void broken(String what, String name, Fault fault) {
        String topic = createTopic(name);
        try (Load load = Load.start(clients, topic, PARTITIONS, 2)) {
            int leader = clients.leader(new TopicPartition(topic, 0));
            load.resetGaps();
            fault.strike(leader);
            load.awaitProgress();
            report(what, load);
            assertThat(load.longestGap()).isLessThan(LOOSE_BOUND);
            hold(LONGER_THAN_A_SESSION);
            recovers(load, topic);
        }
    }

    /** While the fault lasts, nothing need go on. */
    private void held(String what, String name, Fault fault) {
        String topic = createTopic(name);
        try (Load load = Load.start(clients, topic, PARTITIONS, 2)) {
            int leader = clients.leader(new TopicPartition(topic, 0));
            load.resetGaps();
            fault.strike(leader);
            hold(LONGER_THAN_A_SESSION);
            network.heal();
            load.awaitProgress();
            report(what + " for " + LONGER_THAN_A_SESSION.toSeconds() + " s", load);
            recovers(load, topic);
        }
    }

    private void recovers(Load load, String topic) {
        History history = settled(load, topic);
        assertThat(history.ends()).isNotEmpty();
        assertThat(history.violations()).isEmpty();
    }

    private History settled(Load load, String topic) {
        heal();
        load.awaitProgress();
        clients.awaitInSync(topic, BROKERS);
        History history = load.stop();
        assertThat(history.acks()).hasSameSizeAs(history.sends());
        assertThat(history.reads()).isNotEmpty();
        Segments.awaitEqual(cluster, BROKERS, topic, PARTITIONS);
        return history;
    }

    private String createTopic(String name) {
        clients.createTopic(name, PARTITIONS, BROKERS, Map.of("min.insync.replicas", "2"));
        clients.awaitInSync(name, BROKERS);
        return name;
    }

    private static void report(String what, Load load) {
        Figures.report(what + ", longest time without an acknowledgement", load.longestGap());
    }

    /** A fault lasts: this is what is tested, not a wait for something to be done. */
    private static void hold(Duration time) {
        long end = CLOCK.monotonicNanos() + time.toNanos();
        Await.until("the fault lasted", time.plusSeconds(30), () -> CLOCK.monotonicNanos() >= end);
    }

    private static String broker(int id) {
        return cluster.broker(id).name();
    }

    private static List<String> brokersBut(int id) {
        return namesBut(id, cluster.brokers());
    }

    private static List<String> allNodesBut(int id) {
        return namesBut(id, cluster.nodes());
    }

    private static List<String> namesBut(int id, List<NodeProcess> nodes) {
        List<String> names =
                new ArrayList<>(nodes.stream().map(NodeProcess::name).toList());
        names.remove(broker(id));
        return names;
    }
}
