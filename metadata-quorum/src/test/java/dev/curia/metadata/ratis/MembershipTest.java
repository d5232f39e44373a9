package dev.curia.metadata.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.QuorumStanding;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.testkit.Await;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes come and go in a real quorum in this JVM. */
class MembershipTest {
    @TempDir
    Path directory;

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final List<Voter> all = TestNode.voters(4);
    private final Map<Integer, TestNode> nodes = new TreeMap<>();

    @AfterEach
    void stop() {
        nodes.values().forEach(TestNode::close);
    }

    @Test
    void aNodeIsAddedCatchesUpFromASnapshotAndItsMembershipSurvivesRestarts() throws Exception {
        startVoters(1);
        for (int i = 0; i < 200; i++) leader().write("key-" + i % 60, "x".repeat(50) + i);
        startJoiner(2);
        TestNode joiner = node(2);
        assertThat(joiner.log.status().members()).isEmpty();
        assertThat(joiner.log.membership().standing().voter()).isFalse();

        assertThat(add(2)).isEmpty();

        assertThat(members(leader())).containsExactlyInAnyOrder(1, 2);
        awaitImage(joiner, leader().log.image());
        leader().write("both", "agree");
        Await.until(
                "the new node votes",
                TestNode.SOON,
                () -> joiner.log.membership().standing().voter());

        // From its own disk now: the configuration still names other voters, or none but the node itself.
        restart(2, List.of(all.get(1)));
        restart(1, List.of(all.get(0)));
        leader().write("after", "restart");
        for (TestNode node : nodes.values()) {
            awaitImage(node, leader().log.image());
            assertThat(members(node)).containsExactlyInAnyOrder(1, 2);
            assertThat(node.faults).isEmpty();
        }
    }

    @Test
    void whoWaitsToBeAddedNeverLeadsAlone() {
        startJoiner(1);
        startJoiner(1 + 1);
        restart(1, all); // Whatever its configuration says of voters.
        QuorumStanding standing = node(1).log.membership().standing();
        assertThat(standing.voter()).isFalse();
        assertThat(standing.silenceMillis()).isEqualTo(-1);
        assertThat(node(1).log.status().members()).isEmpty();
        assertThat(node(1).log.status().term()).isZero();
    }

    @Test
    void aNodeThatIsNotThereIsNotAddedAndTheQuorumGoesOn() throws Exception {
        startVoters(1);
        assertThat(add(2).orElseThrow()).isEqualTo("node 2 did not answer while it was brought up to date");
        assertThat(members(leader())).containsExactly(1);
        leader().write("k", "v");
    }

    @Test
    void membersAreRemovedAndTheLeaderIsChosen() throws Exception {
        startVoters(3);
        TestNode first = leader();
        int second = nodes.keySet().stream()
                .filter(id -> id != first.config.nodeId())
                .findFirst()
                .orElseThrow();
        Await.until("leadership of node " + second, TestNode.SOON, () -> {
            var unused = leader().log
                    .membership()
                    .transferLeadership(Optional.of(second))
                    .get(20, TimeUnit.SECONDS);
            return node(second).leadership != null;
        });
        int leaving = first.config.nodeId();
        assertThat(leader().log.membership().removeVoter(leaving).get(20, TimeUnit.SECONDS))
                .isEmpty();
        assertThat(members(leader())).doesNotContain(leaving).hasSize(2);
        leader().write("without", "it");
        Await.until("the removed node knows", TestNode.SOON, () -> {
            QuorumStanding standing = first.log.membership().standing();
            return standing.removed() && !standing.voter();
        });
        assertThat(first.faults).isEmpty();
        assertThat(first.log.membership().removeVoter(second).get(20, TimeUnit.SECONDS))
                .isPresent();

        // Nor does it vote after a restart, with which it may know of its removal from its own files.
        first.close();
        Files.copy(groupFile(leader().config.nodeId()), groupFile(leaving), StandardCopyOption.REPLACE_EXISTING);
        nodes.put(leaving, TestNode.start(config(leaving, all), meters));
        leader().write("still", "without it");
        assertThat(members(leader())).hasSize(2);
    }

    @Test
    void aVoterThatCannotTellWhoIsInTheQuorumIsRefused() throws IOException {
        startVoters(1);
        for (int i = 0; i < 120; i++) leader().write("key-" + i, "value");
        TestNode node = node(1);
        node.close();
        nodes.clear();
        Path file = groupFile(1);
        Files.write(file, new byte[] {1, 2, 3});
        assertThatThrownBy(() -> TestNode.start(node.config, meters)).hasMessageContaining("cannot be read");
        Files.delete(file);
        assertThatThrownBy(() -> TestNode.start(node.config, meters)).hasMessageContaining("is missing");
    }

    private Optional<String> add(int id) throws Exception {
        return leader().log.membership().addVoter(all.get(id - 1).node()).get(60, TimeUnit.SECONDS);
    }

    private void startVoters(int count) {
        List<Voter> voters = all.subList(0, count);
        for (Voter voter : voters) {
            QuorumNodeConfig config = config(voter.id(), voters);
            TestNode.format(config);
            nodes.put(voter.id(), TestNode.start(config, meters));
        }
        leader();
    }

    private void startJoiner(int id) {
        QuorumNodeConfig config = config(id, List.of(all.get(id - 1)));
        QuorumDirectory.formatJoiner(config.directory(), TestNode.CLUSTER, id, new SplittableRandom(id));
        nodes.put(id, TestNode.start(config, meters));
    }

    private Path groupFile(int id) {
        return GroupFile.file(directory
                .resolve("node-" + id)
                .resolve("raft")
                .resolve(RatisSettings.groupUuid(TestNode.CLUSTER).toString()));
    }

    private void restart(int id, List<Voter> configured) {
        node(id).close();
        nodes.put(id, TestNode.start(config(id, configured), meters));
    }

    private QuorumNodeConfig config(int id, List<Voter> voters) {
        return TestNode.config(id, directory.resolve("node-" + id), voters, TestNode.TINY);
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

    private static List<Integer> members(TestNode node) {
        return node.log.status().members().stream()
                .map(QuorumStatus.Member::node)
                .map(QuorumStatus.Node::id)
                .toList();
    }

    private static void awaitImage(TestNode node, MetadataImage image) {
        Await.until(
                "node " + node.config.nodeId() + " at " + image,
                TestNode.SOON,
                () -> node.log.image().equals(image));
    }
}
