package dev.curia.metadata.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.port.QuorumStanding;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.proto.admin.v1.QuorumNodeState;
import dev.curia.proto.admin.v1.QuorumProblem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class QuorumHealthTest {
    private static final QuorumHealth HEALTH = new QuorumHealth(2_000, 100);

    private static Optional<String> notReady(
            boolean voter, boolean removed, boolean leads, long silence, long known, boolean leaderKnown) {
        QuorumStanding standing = new QuorumStanding(
                QuorumChangesTest.node(1), "c", voter, removed, leads, silence, known, 10, 1L << 40, 1L << 40);
        return HEALTH.notReadyBecause(standing, leaderKnown);
    }

    private static QuorumNodeState.Builder state(int id) {
        return QuorumNodeState.newBuilder()
                .setNodeId(id)
                .setKnownIndex(10)
                .setAppliedIndex(10)
                .setSnapshotIndex(-1)
                .setDiskUsableBytes(1L << 34)
                .setDiskTotalBytes(1L << 40);
    }

    private static List<String> problems(
            QuorumStatus status, List<MetadataDigests.Mismatch> mismatches, QuorumNodeState.Builder... states) {
        Map<Integer, QuorumNodeState> heard = new TreeMap<>();
        for (QuorumNodeState.Builder state : states) heard.put(state.getNodeId(), state.build());
        List<QuorumProblem> problems = HEALTH.problems(status, heard, mismatches);
        assertThat(problems)
                .allSatisfy(problem -> assertThat(problem.getRemedy()).isNotBlank());
        return problems.stream().map(QuorumProblem::getWhat).toList();
    }

    @Test
    void aNodeIsReadyOnlyWhileItFollowsOrLeadsAndIsNotFarBehind() {
        assertThat(notReady(true, false, false, 100, 10, true)).isEmpty();
        assertThat(notReady(true, false, true, 100, 10, true)).isEmpty();
        assertThat(notReady(true, false, false, 100, 10, false)).contains("quorum node 1 knows no leader");
        assertThat(notReady(true, false, false, -1, 10, true)).contains("quorum node 1 knows no leader");
        assertThat(notReady(true, false, false, 2_001, 10, true).orElse("")).contains("the leader for 2001 ms");
        assertThat(notReady(true, false, true, 2_001, 10, true).orElse("")).contains("a majority for 2001 ms");
        assertThat(notReady(true, false, false, 100, 1_010, true)).isEmpty();
        assertThat(notReady(true, false, false, 100, 1_011, true).orElse("")).contains("1001 entries behind");
        assertThat(notReady(false, false, false, 100, 10, true).orElse(""))
                .contains("not in the quorum", "curia quorum add 1 --peer q1:9093 --rpc q1:9094");
        assertThat(notReady(false, true, false, 100, 10, true).orElse("")).contains("was removed");
    }

    @Test
    void aHealthyQuorumHasNoProblems() {
        assertThat(problems(QuorumChangesTest.led(10, 10), List.of(), state(1), state(2), state(3)))
                .isEmpty();
    }

    @Test
    void problemsAreNamed() {
        assertThat(problems(QuorumChangesTest.led(), List.of(), state(1)))
                .containsExactly("the quorum has 1 voter, and no node may fail");
        assertThat(problems(QuorumChangesTest.led(10, 10, 10), List.of(), state(1), state(2), state(3), state(4)))
                .singleElement()
                .asString()
                .contains("even number of voters, 4");
        assertThat(problems(QuorumChangesTest.led(10, 5_000), List.of(), state(1), state(2)))
                .containsExactly("voter 3 has not been heard of for 5000 ms");
        assertThat(problems(QuorumChangesTest.led(10, 10), List.of(), state(1), state(2)))
                .containsExactly("voter 3 takes part, but does not answer at q3:9094");
        assertThat(problems(
                        QuorumChangesTest.led(10, 10), List.of(), state(1), state(2).setKnownIndex(2_000), state(3)))
                .containsExactly("node 2 is 1990 entries behind");
        assertThat(problems(
                        QuorumChangesTest.led(10, 10),
                        List.of(),
                        state(1),
                        state(2).setDiskUsableBytes(5 << 20).setDiskTotalBytes(200 << 20),
                        state(3)))
                .containsExactly("node 2 has 5 MiB left of 200 MiB on the disk of quorum.data.dir");
        assertThat(problems(
                        QuorumChangesTest.led(10, 10),
                        List.of(),
                        state(1).setAppliedIndex(301).setKnownIndex(301).setSnapshotIndex(100),
                        state(2),
                        state(3)))
                .containsExactly("node 1 has written no snapshot for 201 entries");
        assertThat(problems(
                        QuorumChangesTest.led(10, 10),
                        List.of(new MetadataDigests.Mismatch("broker 7", 5, 1, 2)),
                        state(1),
                        state(2),
                        state(3)))
                .singleElement()
                .asString()
                .contains("broker 7", "at index 5", "0000000000000002", "0000000000000001");
    }

    @Test
    void withoutALeaderThatComesFirst() {
        QuorumStatus led = QuorumChangesTest.led(10, 10);
        QuorumStatus leaderless = new QuorumStatus(1, Optional.empty(), 3, 10, 10, -1, led.members());
        assertThat(problems(leaderless, List.of(), state(1))).containsExactly("no leader is known to node 1");
    }
}
