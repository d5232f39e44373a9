package dev.curia.metadata.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.metadata.quorum.MemberChanges.Result;
import dev.curia.metadata.ratis.QuorumDirectory;
import dev.curia.metadata.ratis.QuorumNodeConfig;
import dev.curia.metadata.ratis.QuorumTuning;
import dev.curia.metadata.ratis.Voter;
import dev.curia.metadata.rocksdb.Checkpoints;
import dev.curia.metadata.rocksdb.ImageStore;
import dev.curia.metadata.rocksdb.StoredEvents;
import dev.curia.proto.admin.v1.InspectQuorumResponse;
import dev.curia.proto.admin.v1.QuorumChange;
import dev.curia.proto.admin.v1.QuorumVoter;
import dev.curia.testkit.Await;
import dev.curia.testkit.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole quorum nodes in this JVM, operated on. */
class QuorumOperationsTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String CLUSTER = "operated";
    private static final QuorumTuning TINY =
            new QuorumTuning(Duration.ofMillis(300), Duration.ofMillis(100), 50, 8192, 5, 1024, true);

    @TempDir
    Path directory;

    private final List<Voter> all = new ArrayList<>();
    private final Map<Integer, RealNode> nodes = new TreeMap<>();

    @BeforeEach
    void start() throws IOException {
        List<Integer> ports = FreePorts.find(8);
        for (int id = 1; id <= 4; id++) {
            all.add(new Voter(id, "127.0.0.1", ports.get(2 * id - 2), ports.get(2 * id - 1)));
        }
        for (int id = 1; id <= 3; id++) {
            QuorumDirectory.format(config(id).directory(), CLUSTER, id, new SplittableRandom(id));
            nodes.put(id, new RealNode(config(id)));
        }
        awaitAllReady();
    }

    @AfterEach
    void stop() {
        nodes.values().forEach(RealNode::close);
    }

    @Test
    void aFourthNodeComesAndTheLeaderGoes() throws Exception {
        QuorumDirectory.formatJoiner(config(4).directory(), CLUSTER, 4, new SplittableRandom(4));
        RealNode fourth = new RealNode(config(4));
        nodes.put(4, fourth);
        assertThat(fourth.operations.notReadyBecause().orElse("")).contains("not in the quorum", "curia quorum add 4");
        RealNode old = leader();

        assertThat(get(old.operations.changes().add(fourth.node()))).isInstanceOf(Result.Accepted.class);
        Await.until(
                "node 4 is added",
                SOON,
                () -> old.operations.inspectQuorum().getChange().getState() == QuorumChange.State.DONE);
        assertThat(get(old.operations.changes().add(fourth.node()))).isInstanceOf(Result.Needless.class);
        awaitAllReady();
        Await.until(
                "news of all",
                SOON,
                () -> old.operations.inspectQuorum().getVotersList().stream().allMatch(QuorumVoter::hasState));
        assertThat(old.operations.inspectQuorum().getProblemsList())
                .singleElement()
                .satisfies(problem -> assertThat(problem.getWhat()).contains("even number of voters, 4"));

        int id = old.config.nodeId();
        Await.until("node " + id + " is out", SOON, () -> {
            Result result = get(leader().operations.changes().remove(id));
            return result instanceof Result.Accepted || result instanceof Result.Needless;
        });
        assertThat(leader()).isNotSameAs(old);
        assertThat(leader().operations.inspectQuorum().getVotersList())
                .extracting(QuorumVoter::getNodeId)
                .doesNotContain(id)
                .hasSize(3);
        Await.until(
                "node " + id + " knows",
                SOON,
                () -> old.operations.notReadyBecause().orElse("").contains("was removed"));
        nodes.remove(id).close();
        awaitAllReady();
    }

    @Test
    void whatIsUnsafeIsRefusedWithTheReason() throws Exception {
        MemberChanges changes = leader().operations.changes();
        RealNode follower = nodes.values().stream()
                .filter(node -> !node.leads())
                .findFirst()
                .orElseThrow();
        assertThat(get(follower.operations.changes().remove(1))).isInstanceOf(Result.NotLeader.class);
        assertThat(refused(changes.add(node(4)))).contains("no quorum node answers at 127.0.0.1:", "--join");
        assertThat(refused(changes.transfer(Optional.of(9)))).contains("not in the quorum");
        QuorumDirectory.format(config(4).directory(), CLUSTER, 4, new SplittableRandom(4));
        RealNode ownQuorum = new RealNode(
                new QuorumNodeConfig(4, CLUSTER, config(4).directory(), List.of(all.get(3)), Optional.empty(), TINY));
        nodes.put(4, ownQuorum);
        Await.until("node 4 leads itself", SOON, ownQuorum::leads);
        assertThat(refused(changes.add(ownQuorum.node()))).contains("is a voter of a quorum of nodes [4]");
    }

    @Test
    void aPlantedDifferenceIsFoundAndNamed() throws Exception {
        RealNode leader = leader();
        int id = nodes.keySet().stream()
                .filter(other -> nodes.get(other) != leader)
                .findFirst()
                .orElseThrow();
        nodes.remove(id).close();
        plant(id);
        nodes.put(id, new RealNode(config(id)));

        InspectQuorumResponse found = Await.value("the difference is found", SOON, () -> {
            InspectQuorumResponse quorum = leader().operations.inspectQuorum();
            return quorum.getMismatchesCount() > 0 ? quorum : null;
        });

        assertThat(found.getMismatches(0).getMember()).isEqualTo("quorum node " + id);
        assertThat(found.getMismatches(0).getIndex())
                .isEqualTo(leader().log.image().index());
        assertThat(found.getMismatches(0).getExpected())
                .isEqualTo(leader().log.image().digest());
        assertThat(found.getMismatches(0).getFound())
                .isEqualTo(nodes.get(id).log.image().digest());
        assertThat(found.getProblems(0).getWhat()).contains("the metadata of quorum node " + id + " differs");
        assertThat(leader().meters
                        .get("curia_metadata_digest_mismatches")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(leader().meters
                        .get("curia_metadata_digest_mismatched_members")
                        .gauge()
                        .value())
                .isEqualTo(1);
    }

    /** One record in a stopped node's checkpoint is not what it should be. */
    private void plant(int id) throws IOException {
        Path group;
        try (Stream<Path> groups = Files.list(config(id).directory().resolve("raft"))) {
            group = groups.findFirst().orElseThrow();
        }
        Checkpoints.Checkpoint checkpoint =
                new Checkpoints(group.resolve("sm")).newest().orElseThrow();
        Path scratch = directory.resolve("scratch");
        try (ImageStore store = ImageStore.restore(scratch, checkpoint)) {
            ImageStore.Loaded loaded = store.load();
            MetadataImage image = loaded.image();
            var record = ImageRecords.configRecord(ConfigResource.brokers(), "planted", "difference");
            store.write(
                    image,
                    image.apply(image.index(), List.of(record)),
                    loaded.position(),
                    new byte[0],
                    List.of(),
                    StoredEvents.Edit.NONE);
            store.checkpoint(loaded.position(), directory.resolve("planted"));
        }
        try (Stream<Path> files = Files.walk(checkpoint.directory())) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) Files.delete(file);
        }
        Files.move(directory.resolve("planted"), checkpoint.directory());
    }

    private QuorumStatus.Node node(int id) {
        Voter voter = all.get(id - 1);
        return new QuorumStatus.Node(id, voter.raftAddress(), voter.rpcAddress());
    }

    private static String refused(CompletableFuture<Result> outcome) throws Exception {
        Result result = get(outcome);
        assertThat(result).isInstanceOf(Result.Refused.class);
        return ((Result.Refused) result).reason();
    }

    private static Result get(CompletableFuture<Result> outcome) throws Exception {
        return outcome.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    private RealNode leader() {
        return Await.value(
                "a leader",
                SOON,
                () -> nodes.values().stream()
                        .filter(RealNode::leads)
                        .filter(node -> node.config.nodeId() != 4
                                || node.log.status().members().size() > 1)
                        .findFirst()
                        .orElse(null));
    }

    private void awaitAllReady() {
        Await.until(
                "all nodes ready",
                SOON,
                () -> nodes.values().stream()
                        .allMatch(node -> node.operations.notReadyBecause().isEmpty()));
    }

    private QuorumNodeConfig config(int id) {
        List<Voter> voters = id == 4 ? all : all.subList(0, 3);
        return new QuorumNodeConfig(id, CLUSTER, directory.resolve("node-" + id), voters, Optional.empty(), TINY);
    }
}
