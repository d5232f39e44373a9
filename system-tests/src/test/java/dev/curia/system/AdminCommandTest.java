package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The {@code curia} command against a live node: what it prints, how it ends, what it says when it cannot. */
class AdminCommandTest {
    private static final int REFUSED = 1;
    private static final int USAGE = 2;
    private static final int UNREACHABLE = 3;

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone();

    private final Curia curia = Curia.forCluster(CLUSTER);

    @Test
    void aTopicsLife() {
        assertThat(curia.run("topics", "create", "life", "--partitions", "3", "--config", "retention.ms=1000000")
                        .text())
                .contains("Created topic life (3 partitions, replication factor 1)");
        assertThat(curia.run("topics", "list").text()).containsPattern("(?m)^life +3 +1 +0 +0");
        assertThat(curia.run("topics", "describe", "life").text())
                .contains("Partitions:  3", "retention.ms=1000000")
                .containsPattern("(?m)^2 +1 +\\d+ +1 +1 +ok");
        assertThat(curia.run("topics", "delete", "life").text()).contains("Deleted topic life");
        assertThat(curia.run("topics", "list", "--json").text()).doesNotContain("life");
    }

    @Test
    void jsonForPrograms() {
        assertThat(curia.run("topics", "create", "json", "--json").text())
                .contains("\"name\"", "\"json\"", "\"partitions\"", "\"topicId\"");
        assertThat(curia.run("topics", "describe", "json", "--json").text())
                .contains("\"leader\"", "\"isr\"", "\"replicas\"");
        assertThat(curia.run("quorum", "status", "--json").text())
                .containsPattern("\"leaderId\"\\s*:\\s*" + LocalCluster.STANDALONE)
                .contains("\"term\"");
        assertThat(curia.run("cluster", "info", "--json").text()).containsPattern("\"brokersAlive\"\\s*:\\s*1");
        assertThat(curia.run("brokers", "list", "--json").text()).contains(CLUSTER.bootstrapServers());
    }

    @Test
    void theClusterAtAGlance() {
        assertThat(curia.run("cluster", "info").text())
                .contains("Brokers:           1 alive of 1", "Offline:           0");
        assertThat(curia.run("brokers", "list").text())
                .contains("alive", CLUSTER.bootstrapServers(), CLUSTER.brokerRpc(LocalCluster.STANDALONE));
        assertThat(curia.run("quorum", "status").text())
                .contains("Leader:     1", CLUSTER.adminServers().get(0));
    }

    @Test
    void whatTheClusterRefusesIsExplained() {
        curia.run("topics", "create", "twice");
        assertEnds(REFUSED, "exists already", "topics", "create", "twice");
        assertEnds(REFUSED, "no such topic", "topics", "describe", "nowhere");
        assertEnds(REFUSED, "is alive", "brokers", "unregister", "1");
        assertEnds(REFUSED, "Broker 7 is not registered", "brokers", "safe-to-stop", "7");
        assertEnds(REFUSED, "no such topic", "topics", "delete", "nowhere");
        assertEnds(REFUSED, "eplication", "topics", "create", "three", "--replication-factor", "3");
        assertEnds(REFUSED, "bad/name", "topics", "create", "bad/name");
        assertEnds(REFUSED, "no.such.config", "topics", "create", "odd", "--config", "no.such.config=1");
        assertEnds(REFUSED, "retention.ms", "topics", "create", "odd", "--config", "retention.ms=soon");
        assertEnds(REFUSED, "nowhere", "consume", "nowhere", "--from-beginning", "--exit-at-end");
        assertThat(curia.run("topics", "list").text()).doesNotContain("three", "odd");
    }

    @Test
    void wrongUsageIsExplained() {
        assertEnds(USAGE, "topics", "topics", "creat", "x");
        assertEnds(USAGE, "partitions", "topics", "create", "x", "--partitions", "0");
        assertEnds(USAGE, "Missing", "topics", "create");
    }

    @Test
    void anUnreachableServerIsNamed() {
        String nobody = "127.0.0.1:" + new Ports().free();
        assertEnds(UNREACHABLE, nobody, "--server", nobody, "--timeout", "2", "topics", "list");
    }

    @Test
    void recordsWithKeysAndHeaders() {
        curia.run("topics", "create", "keyed");
        curia.command("produce", "keyed", "-k", ":", "-H", "colour=blue", "--compression", "zstd")
                .input(Text.bytes("k1:v1\nk2:v2\n"))
                .run()
                .orFail();
        assertThat(curia.run("consume", "keyed", "-b", "-e", "--print-key", "--print-headers")
                        .text())
                .isEqualTo("colour=blue\tk1\tv1\ncolour=blue\tk2\tv2\n");
        assertThat(curia.run("consume", "keyed", "-b", "-n", "1", "--json").text())
                .contains("\"key\":\"k1\"", "\"value\":\"v1\"");
    }

    private void assertEnds(int exitCode, String saying, String... arguments) {
        Command.Result result = curia.attempt(arguments);
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(exitCode);
        assertThat(result.err()).contains(saying).doesNotContain("Exception");
    }
}
