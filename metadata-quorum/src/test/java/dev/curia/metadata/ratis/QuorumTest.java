package dev.curia.metadata.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.event.EventSettings;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.testkit.Await;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three real nodes in this JVM. One test at a time: Ratis' metrics and fault injection are static. */
class QuorumTest {
    @TempDir
    Path directory;

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final List<Voter> voters = TestNode.voters(3);
    private final Map<Integer, TestNode> nodes = new TreeMap<>();
    private QuorumTuning tuning = TestNode.TINY;

    @BeforeEach
    void formatAndStart() {
        for (Voter voter : voters) {
            TestNode.format(config(voter.id()));
            start(voter.id());
        }
    }

    @AfterEach
    void stop() {
        List.copyOf(nodes.keySet()).forEach(this::stop);
    }

    @Test
    void whatTheLeaderCommitsIsSeenByAllAndEveryoneKnowsTheLeader() {
        TestNode leader = leader();
        long index = leader.write("k", "v");
        for (TestNode node : nodes.values()) {
            awaitImage(node, leader.log.image());
            QuorumStatus status = node.log.status();
            assertThat(status.leader()).contains(expected(leader.config.self()));
            assertThat(status.members())
                    .extracting(member -> member.node().id())
                    .containsExactlyInAnyOrder(1, 2, 3);
            assertThat(node.log.changesAfter(index - 1, 10).orElseThrow()).hasSize(1);
        }
        Await.until(
                "all followers at the leader's index",
                TestNode.SOON,
                () -> leader.log.status().members().stream()
                        .allMatch(member -> member.matchIndex() >= index && member.lastContactMillis() >= 0));
        TestNode follower = other(leader);
        assertThat(follower.log.propose(TestNode.batch(1, 1, List.of())).join())
                .isInstanceOf(MetadataLog.Outcome.Refused.class);
    }

    /** With heartbeats alone it would take twice the deadline. */
    @Test
    void followersHearOfACommitAtOnceNotWithTheNextHeartbeat() {
        stop();
        Duration timeout = Duration.ofSeconds(2); // a heartbeat each second
        tuning = new QuorumTuning(timeout, Duration.ofMillis(300), 50, 8192, 5, 1024, false, EventSettings.DEFAULT);
        voters.forEach(voter -> start(voter.id()));
        TestNode leader = leader();
        List<TestNode> followers =
                nodes.values().stream().filter(node -> node != leader).toList();
        AtomicInteger written = new AtomicInteger();
        Await.until("twenty writes, each seen before the next", TestNode.SOON.dividedBy(2), () -> {
            if (followers.stream().allMatch(node -> node.log.image().equals(leader.log.image()))) {
                leader.write("k", "v-" + written.incrementAndGet());
            }
            return written.get() > 20;
        });
    }

    @Test
    void whenTheLeaderLeavesAnotherTakesOverAndTheOldTermIsFenced() throws Exception {
        TestNode old = leader();
        for (int i = 0; i < 10; i++) old.write("k", "old-" + i);
        long oldTerm = old.awaitLeadership().term();
        MetadataImage image = old.log.image();
        nodes.remove(old.config.nodeId());
        old.close();
        assertThat(old.leadership).as("told before it closed").isNull();

        TestNode next = leader();
        assertThat(next.awaitLeadership().term()).isGreaterThan(oldTerm);
        assertThat(next.awaitLeadership().lastSequence()).isZero();
        assertThat(next.log.image()).isEqualTo(image);
        assertThat(next.log
                        .propose(TestNode.batch(oldTerm, 11, List.of(TestNode.record("k", "stale"))))
                        .get(20, TimeUnit.SECONDS))
                .isEqualTo(new MetadataLog.Outcome.Fenced(0));
        next.write("k", "new");
        assertThat(next.value("k")).isEqualTo("new");
        assertThat(next.faults).isEmpty();
        assertThat(old.faults).isEmpty();
    }

    @Test
    void aLeaderThatResignsIsFollowedByAnotherAtOnce() {
        TestNode old = leader();
        old.write("k", "v");
        // A transfer may fail, and this node be elected again, when votes are slow: then it is asked once more.
        Await.until("another leader", TestNode.SOON, () -> {
            old.log.resignLeadership().join();
            return old.leadership == null && nodes.values().stream().anyMatch(node -> node.leadership != null);
        });
        TestNode next = leader();
        assertThat(next).isNotSameAs(old);
        assertThat(next.value("k")).isEqualTo("v");
    }

    /** The leader lives, and no election timeout ends: only the news makes them stand. */
    @Test
    void followersThatHearThatTheLeadersProcessIsGoneElectOneOfThem() {
        TestNode old = leader();
        old.write("k", "v");
        long oldTerm = old.awaitLeadership().term();
        List<TestNode> followers =
                nodes.values().stream().filter(node -> node != old).toList();
        // Each stands in its turn: where votes are slow, the first may not win.
        for (TestNode each : followers) {
            awaitImage(each, old.log.image());
            Await.value("the leader is watched", TestNode.SOON, () -> each.leaderIsGone)
                    .run();
        }
        TestNode follower = Await.value(
                "a follower leads",
                TestNode.SOON,
                () -> followers.stream()
                        .filter(node -> node.leadership != null)
                        .findFirst()
                        .orElse(null));
        assertThat(follower.awaitLeadership().term()).isGreaterThan(oldTerm);
        Await.until("the old leader follows", TestNode.SOON, () -> old.leadership == null);
        follower.write("k", "new");
        awaitImage(old, follower.log.image());
    }

    @Test
    void aFollowerThatWasAwayPastThePurgeCatchesUpFromTheLeadersSnapshot() {
        TestNode leader = leader();
        int away = other(leader).config.nodeId();
        leader.write("before", "absence");
        stop(away);
        for (int i = 0; i < 300; i++) leader.write("key-" + i % 90, "x".repeat(50) + i);

        start(away);
        TestNode back = node(away);
        awaitImage(back, leader.log.image());
        assertThat(back.imagesReplaced.get()).as("at start and by the snapshot").isGreaterThan(1);
        leader.write("after", "snapshot");
        awaitImage(back, leader.log.image());

        // What was installed is durable: the node comes back with it.
        stop(away);
        start(away);
        awaitImage(node(away), leader.log.image());
        assertThat(node(away).faults).isEmpty();
    }

    @Test
    void afterARestartOfAllNothingIsLost() {
        TestNode leader = leader();
        for (int i = 0; i < 120; i++) leader.write("key-" + i, "value");
        MetadataImage before = leader.log.image();
        stop();
        voters.forEach(voter -> start(voter.id()));
        leader().write("after", "restart");
        for (TestNode node : nodes.values()) {
            awaitImage(node, leader().log.image());
            assertThat(node.value("key-119")).isEqualTo("value");
            assertThat(node.log.changesAfter(before.index(), 10).orElseThrow()).hasSize(1);
            assertThat(node.faults).isEmpty();
        }
    }

    private QuorumNodeConfig config(int id) {
        return TestNode.config(id, directory.resolve("node-" + id), voters, tuning);
    }

    private void start(int id) {
        nodes.put(id, TestNode.start(config(id), meters));
    }

    private void stop(int id) {
        TestNode node = nodes.remove(id);
        if (node != null) node.close();
    }

    private TestNode node(int id) {
        TestNode node = nodes.get(id);
        if (node == null) throw new AssertionError("node " + id + " does not run");
        return node;
    }

    private TestNode leader() {
        return Await.value(
                "a leader",
                TestNode.SOON,
                () -> nodes.values().stream()
                        .filter(node -> node.leadership != null)
                        .findFirst()
                        .orElse(null));
    }

    private TestNode other(TestNode than) {
        return nodes.values().stream().filter(node -> node != than).findFirst().orElseThrow();
    }

    private static void awaitImage(TestNode node, MetadataImage image) {
        Await.until(
                "node " + node.config.nodeId() + " at " + image,
                TestNode.SOON,
                () -> node.log.image().equals(image));
    }

    private static QuorumStatus.Node expected(Voter voter) {
        return new QuorumStatus.Node(voter.id(), voter.raftAddress(), voter.rpcAddress());
    }
}
