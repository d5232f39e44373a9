package dev.curia.admin.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QuorumCommandsTest {
    private static final String[] ADDRESS = {"--peer", "q104:9093", "--rpc", "q104:9094"};

    private final FakeCluster cluster = new FakeCluster();

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void statusShowsProblemsWithRemediesAndEachNodesMetadata() {
        Run run = curia("status");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("Leader:     101\n", "Term:       7\n", "101   leader", "0000000000000abc at 990")
                .contains("Problem: too few voters.\n  Remedy: add some.\n");
        assertThat(curia("status", "--check").exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(curia("doctor").out()).isEqualTo(run.out());
        assertThat(curia("status", "--json").out()).contains("\"term\": 7", "\"metadataDigest\": \"0000000000000abc\"");
    }

    @Test
    void anAddedNodeIsWaitedForWithProgress() {
        Run run = curia(with("add", "104"));
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("""
                        Node 104 catches up: 300 of 1000 entries.
                        Node 104 catches up: 600 of 1000 entries.
                        Node 104 catches up: 900 of 1000 entries.
                        Node 104 votes in the quorum.
                        """);
        assertThat(curia(with("add", "104")).out()).isEqualTo("Node 104 votes in the quorum.\n");
    }

    @Test
    void whatIsRefusedOrFailsIsExplained() {
        cluster.quorum.refusal = Optional.of("only 1 of 3 voters can be reached.");
        Run refused = curia(with("add", "104"));
        assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.err())
                .isEqualTo("curia: cannot add node 104 to the quorum: only 1 of 3 voters can be reached.\n");
        assertThat(curia("remove", "101").exitCode()).isEqualTo(ExitCode.REFUSED);

        cluster.quorum.refusal = Optional.empty();
        cluster.quorum.failure = Optional.of("node 104 did not answer");
        assertThat(curia(with("add", "104")).err())
                .isEqualTo("curia: cannot add node 104 to the quorum: node 104 did not answer.\n");
    }

    @Test
    void replacingGoesOnWhereItWas() {
        cluster.quorum.voters.addAll(List.of(102, 103));
        Run run = curia(with("replace", "102", "104"));
        assertThat(run.out()).contains("Node 104 votes in the quorum.\n", "Node 102 is out of the quorum.");
        assertThat(cluster.quorum.voters).containsExactly(101, 103, 104);
        assertThat(curia(with("replace", "102", "104")).out())
                .isEqualTo("Node 104 votes in the quorum.\nNode 102 is not in the quorum.\n");
        assertThat(curia(with("replace", "104", "104")).exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void leadershipIsTransferred() {
        assertThat(curia("transfer", "102").out()).isEqualTo("Node 102 leads the quorum now.\n");
        assertThat(curia("transfer", "101").out()).isEqualTo("Node 101 leads the quorum now.\n");
        assertThat(curia("transfer", "--any").out()).isEqualTo("Another node leads the quorum now.\n");
        assertThat(curia("transfer").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(curia("transfer", "102", "--any").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void everyCommandHasHelpWithExamples() {
        for (String command : List.of("status", "add", "remove", "replace", "transfer")) {
            Run run = Run.curia("quorum", command, "--help");
            assertThat(run.exitCode()).isZero();
            assertThat(run.out()).contains("Examples:", "  curia quorum " + command, "--server", "--json");
        }
    }

    private static String[] with(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(ADDRESS));
        return all.toArray(String[]::new);
    }

    private Run curia(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--server", cluster.controllerAddress(), "quorum"));
        all.addAll(List.of(arguments));
        return Run.curia(all.toArray(String[]::new));
    }
}
