package dev.curia.admin.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminCommandsTest {
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
    void createdTopicIsListedDescribedAndDeleted() {
        assertThat(curia("topics", "create", "orders", "--partitions", "3").out())
                .isEqualTo("Created topic orders (3 partitions, replication factor 1).\n");
        assertThat(curia("topics", "list").out().lines())
                .containsExactly(
                        "TOPIC   PARTITIONS  REPLICATION  UNDER-REPLICATED  UNDER-MIN-ISR  OFFLINE",
                        "orders  3           1            0                 0              0");
        assertThat(curia("topics", "describe", "orders").out())
                .contains("1          1       0      1         1        ok");
        assertThat(curia("topics", "delete", "orders")).returns("Deleted topic orders.\n", Run::out);
        assertThat(cluster.topics).isEmpty();
    }

    @Test
    void alteredSettingsAreDescribedUntilTheyAreDeleted() {
        cluster.addTopic("orders", 1);
        assertThat(curia("topics", "alter", "orders", "-c", "retention.ms=5", "-c", "cleanup.policy=compact,delete")
                        .out())
                .isEqualTo("Altered topic orders.\n");
        assertThat(curia("topics", "describe", "orders").out())
                .contains("Config:      cleanup.policy=compact,delete\nConfig:      retention.ms=5\n");
        curia("topics", "alter", "orders", "--delete-config", "retention.ms", "--config", "cleanup.policy=delete");
        assertThat(cluster.configs).isEqualTo(Map.of("cleanup.policy", "delete"));
        assertThat(curia("topics", "alter", "orders", "-c", "flush.ms=1", "--validate-only")
                        .out())
                .isEqualTo("Could alter topic orders.\n");
        assertThat(cluster.configs).isEqualTo(Map.of("cleanup.policy", "delete"));
    }

    @Test
    void alterationsFailTopicByTopic() {
        cluster.addTopic("orders", 1);
        Run unknown = curia("topics", "alter", "orders", "nope", "-c", "flush.ms=1");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(unknown.out()).isEqualTo("Altered topic orders.\n");
        assertThat(unknown.err()).contains("cannot alter topic nope").contains("curia topics list");
        Run bad = curia("topics", "alter", "orders", "-c", "NO=1", "--json");
        assertThat(bad.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(bad.err()).contains("Unknown config NO. (INVALID_CONFIG)");
        assertThat(bad.out()).contains("\"error\": \"INVALID_CONFIG\"");
    }

    @Test
    void partitionsAreAddedUpToATotal() {
        cluster.addTopic("orders", 2);
        assertThat(curia("partitions", "add", "orders", "--total", "5", "--validate-only")
                        .out())
                .isEqualTo("Topic orders could have 5 partitions.\n");
        assertThat(cluster.topics.get("orders")).hasSize(2);
        assertThat(curia("partitions", "add", "orders", "-n", "5").out()).isEqualTo("Topic orders has 5 partitions.\n");
        assertThat(cluster.topics.get("orders")).hasSize(5);

        Run fewer = curia("partitions", "add", "orders", "--total", "4");
        assertThat(fewer.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(fewer.err()).contains("cannot add partitions to topic orders: It has 5. (INVALID_PARTITIONS)");
        Run badReplicas = curia("partitions", "add", "orders", "--total", "6", "--replicas", "1,x");
        assertThat(badReplicas.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(badReplicas.err()).contains("Invalid value '1,x' for --replicas");
    }

    @Test
    void movesAreBegunShownAndStopped() {
        assertThat(curia("partitions", "moves").out()).isEqualTo("No partition moves.\n");
        assertThat(curia("partitions", "reassign", "orders", "-p", "1", "--replicas", "4, 5")
                        .out())
                .isEqualTo("Partition orders-1 moves to brokers 4, 5.\n");
        assertThat(curia("partitions", "moves").out().lines().toList().get(1).split(" +"))
                .containsExactly("orders", "1", "9", "4,5", "9", "4,5", "-");
        assertThat(curia("partitions", "moves", "--json").out()).contains("\"removing\": [9]");
        assertThat(curia("partitions", "reassign", "orders", "-p", "1", "--cancel")
                        .out())
                .isEqualTo("Partition orders-1 stays where it was.\n");
        assertThat(cluster.moves).isEmpty();

        Run refused = curia("partitions", "reassign", "nope", "-p", "0", "--replicas", "1");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.err())
                .contains("cannot move nope-0: There is no such partition. (UNKNOWN_TOPIC_OR_PARTITION)");
        assertThat(curia("partitions", "reassign", "orders", "-p", "0").err())
                .contains("either --replicas or --cancel");
    }

    @Test
    void whetherABrokerMayStopIsAnExitCode() {
        assertThat(curia("brokers", "safe-to-stop", "1").out()).isEqualTo("Broker 1 may stop.\n");
        Run acquired = curia("brokers", "safe-to-stop", "1", "--acquire", "--lease", "30", "--json");
        assertThat(acquired.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(acquired.out()).contains("\"acquired\": true", "\"leftMs\": 30000");

        Run no = curia("brokers", "safe-to-stop", "2");
        assertThat(no.exitCode()).isEqualTo(ExitCode.NO);
        assertThat(no.out()).isEqualTo("Broker 2 may not stop now:\n  orders-4 has no other replica.\n  and 2 more.\n");
        assertThat(curia("brokers", "safe-to-stop", "2", "--wait", "--timeout", "0.3")
                        .exitCode())
                .isEqualTo(ExitCode.NO);
        assertThat(curia("brokers", "safe-to-stop", "2", "--json").out())
                .contains("\"kind\": \"NO_LEADER\"", "\"partition\": 4", "\"obstacleCount\": 3");
        assertThat(curia("brokers", "safe-to-stop", "3").exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(curia("brokers", "safe-to-stop", "1", "--release", "--wait").exitCode())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aBrokerIsUnregistered() {
        assertThat(curia("brokers", "unregister", "4").out()).isEqualTo("Broker 4 is unregistered.\n");
        Run refused = curia("brokers", "unregister", "1");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.err()).contains("cannot unregister broker 1: Broker 1 is alive. (INVALID_REQUEST)");
    }

    @Test
    void electionsAreReportedPartitionByPartition() {
        Run elected = curia("partitions", "elect", "orders", "-p", "0", "-p", "1");
        assertThat(elected.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(elected.out()).isEqualTo("Partition orders-1: broker 1 leads.\n");
        assertThat(curia("partitions", "elect", "orders", "-p", "0").out())
                .isEqualTo("No partition needed an election.\n");

        Run refused = curia("partitions", "elect", "other", "-p", "7", "--json");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.err()).contains("no election for other-7: Broker 1 is not in sync.");
        assertThat(refused.out()).contains("\"error\": \"PREFERRED_LEADER_NOT_AVAILABLE\"");
        assertThat(curia("partitions", "elect").err()).contains("either names of topics or --all");
        assertThat(curia("partitions", "elect", "a", "b", "-p", "1").err()).contains("exactly one topic");
    }

    @Test
    void jsonIsPrintedForPrograms() {
        cluster.addTopic("orders", 2);
        assertThat(curia("topics", "list", "--json").out())
                .startsWith("[\n  {\n    \"name\": \"orders\",\n    \"topicId\": null,\n    \"partitions\": 2,");
        assertThat(curia("brokers", "list", "--json").out()).contains("\"state\": \"fenced\"");
        assertThat(curia("cluster", "info", "--json").out()).contains("\"brokersAlive\": 1");
        assertThat(curia("quorum", "status", "--json").out()).contains("\"term\": 7");
        assertThat(curia("topics", "describe", "orders", "--json").out()).contains("\"replicas\": [1],");
    }

    @Test
    void quorumAndClusterAreShownAsText() {
        assertThat(curia("quorum", "status").out()).contains("Leader:     101\n", "Term:       7\n", "101   leader");
        assertThat(curia("cluster", "info").out()).contains("Brokers:           1 alive of 2\n");
        assertThat(curia("brokers", "list").out()).contains("1       fenced");
    }

    @Test
    void followerIsLeftForTheControllerItNames() {
        Run run = Run.curia("topics", "create", "orders", "--server", cluster.followerAddress());
        assertThat(run.exitCode()).isZero();
        assertThat(cluster.topics).containsKey("orders");
    }

    @Test
    void deadServerIsPassedOver() {
        Run run = Run.curia("topics", "create", "orders", "--server", "127.0.0.1:1," + cluster.controllerAddress());
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void hintToADeadControllerEndsAtTheDeadline() throws InterruptedException {
        cluster.stopController();
        Run run = Run.curia("topics", "create", "a", "--server", cluster.followerAddress(), "--timeout", "0.5");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err())
                .contains("cannot create topic a: no controller answered in time")
                .contains(cluster.followerAddress() + ": is not the controller")
                .contains(cluster.controllerAddress() + ": connection refused");
    }

    @Test
    void noServerIsSaidAtOnceWithWhatToDo() {
        Run run = Run.curia("topics", "list", "--server", "127.0.0.1:1,127.0.0.1:2");
        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err())
                .contains("127.0.0.1:1: connection refused")
                .contains("127.0.0.1:2: connection refused")
                .contains("curia standalone")
                .doesNotContain("Exception");
    }

    @Test
    void brokersPortIsNamedAsTheMistakeItIs() {
        Run run = Run.curia("topics", "list", "--server", cluster.brokerAddress());
        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err()).contains(cluster.brokerAddress() + " is no quorum node");
    }

    @Test
    void refusalNamesTheTopicAndSaysWhatToDo() {
        cluster.addTopic("orders", 1);
        Run again = curia("topics", "create", "orders");
        assertThat(again.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(again.err())
                .contains("cannot create topic orders: it exists already")
                .contains("--if-not-exists");
        assertThat(curia("topics", "create", "orders", "--if-not-exists").exitCode())
                .isZero();

        Run replicas = curia("topics", "create", "b", "-r", "3");
        assertThat(replicas.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(replicas.err()).contains("replication factor 3 is larger than the 2 brokers");

        Run unknown = curia("topics", "delete", "nope");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(unknown.err()).contains("topic nope").contains("curia topics list");
        assertThat(curia("topics", "delete", "nope", "--if-exists").exitCode()).isZero();
        assertThat(curia("topics", "describe", "nope").exitCode()).isEqualTo(ExitCode.REFUSED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "topics",
                "topics create",
                "topics create a --partitions many",
                "topics create a --partitions 0",
                "topics alter a",
                "topics alter --config a=b",
                "topics alter a --config retention.ms",
                "topics list --server host:99999",
                "topics list --server host:x",
                "topics list --timeout 0",
                "produce",
                "produce a --acks some",
                "produce a --key-separator=",
                "consume a --offset 5",
                "consume a --offset x --partition 0",
                "consume a --from-beginning --offset latest",
                "consume a --max-messages 0"
            })
    void wrongUsageIsExplained(String line) {
        Run run = Run.curia(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).startsWith("curia: ").contains("--help").doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "topics create",
                "topics list",
                "topics describe",
                "topics alter",
                "topics delete",
                "brokers list",
                "quorum status",
                "cluster info",
                "produce",
                "consume"
            })
    void everyCommandHasHelpWithExamples(String command) {
        Run run = Run.curia((command + " --help").split(" "));
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("Examples:", "  curia " + command, "--server", "--json");
    }

    @Test
    void helpListsServersAndExitCodes() {
        assertThat(Run.curia("--help").out()).contains("standalone", "server --config FILE", "Exit codes:");
    }
}
