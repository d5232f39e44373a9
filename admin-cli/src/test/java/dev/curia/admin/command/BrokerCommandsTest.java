package dev.curia.admin.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.common.v1.ErrorCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What brokers are asked themselves: settings, log directories, transactions. */
class BrokerCommandsTest {
    private final FakeCluster cluster = new FakeCluster();
    private final FakeBrokerAdmin broker = cluster.brokerAdmin;

    @BeforeEach
    void topic() {
        cluster.addTopic("orders", 1);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private Run curia(String line) {
        return Run.curia((line + " --server " + cluster.controllerAddress()).split(" "));
    }

    private String out(String line) {
        Run run = curia(line);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out();
    }

    @Test
    void settingsAreShownWithTheirSourceAndDefault() {
        assertThat(out("configs describe --topic orders").lines())
                .containsExactly(
                        "KEY               VALUE     SOURCE          DEFAULT",
                        "retention.ms      5         topic override  7",
                        "ssl.key.password  (hidden)  static file     -");
        assertThat(out("configs describe --topic orders flush.ms"))
                .as("asked for, and so shown although it is the default")
                .contains("flush.ms  9      default  9");
        assertThat(out("configs describe --entity-type topics --entity-name orders --all"))
                .contains("retention.ms      5         topic override  7        log.retention.ms=6 (static file)");
        assertThat(out("configs describe --topic orders --all --json"))
                .contains(
                        "\"value\": null", "\"sensitive\": true", "\"source\": \"static file\"", "What flush.ms does.");
        out("configs describe --broker 0");
        assertThat(broker.configRequests.get(broker.configRequests.size() - 1).getBroker())
                .isEqualTo("0");
        out("configs describe --entity-type brokers --entity-default");
        assertThat(broker.configRequests.get(broker.configRequests.size() - 1).hasBroker())
                .isTrue();
    }

    @Test
    void whatIsNotThereIsNamed() {
        Run topic = curia("configs describe --topic nope");
        assertThat(topic.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(topic.err()).contains("There is no topic 'nope'. 'curia topics list'");
        assertThat(curia("configs describe --topic orders rentention.ms").err())
                .contains("no setting rentention.ms of topic orders", "--all");
        Run dead = curia("configs describe --broker 1 --timeout 0.3");
        assertThat(dead.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(dead.err()).contains("broker 1 is not alive: see 'curia brokers list'");
        assertThat(curia("configs describe").err()).contains("Expected one of --topic");
        assertThat(curia("configs describe --topic a --group b").err()).contains("not several");
        assertThat(curia("configs describe --entity-type users --entity-name b").err())
                .contains("expected topics, brokers, groups or client-metrics");
    }

    @Test
    void settingsAreSetAndUnset() {
        assertThat(out("configs set --topic orders retention.ms=5 cleanup.policy=compact"))
                .isEqualTo("Set retention.ms=5 for topic orders.\nSet cleanup.policy=compact for topic orders.\n");
        assertThat(cluster.configs).containsEntry("retention.ms", "5").containsEntry("cleanup.policy", "compact");
        assertThat(out("configs list").lines())
                .containsExactly("TYPE    NAME    SETTINGS", "topics  orders  cleanup.policy, retention.ms");
        assertThat(out("configs list --type brokers")).startsWith("Nothing has settings of its own.");
        assertThat(out("configs unset --topic orders retention.ms")).isEqualTo("Unset retention.ms of topic orders.\n");
        assertThat(cluster.configs).doesNotContainKey("retention.ms");
        assertThat(out("configs set --topic orders a.list+=x --validate-only --json"))
                .contains("\"validateOnly\": true", "\"a.list\"");
        assertThat(out("configs set --topic orders a.list-=x")).isEqualTo("Took x from a.list for topic orders.\n");
        Run bad = curia("configs set --topic orders NO=1");
        assertThat(bad.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(bad.err()).contains("Unknown config NO. (INVALID_CONFIG)", "--all");
        assertThat(curia("configs set --topic orders retention.ms").err()).contains("expected KEY=VALUE");
    }

    @Test
    void logDirectoriesAreDescribed() {
        assertThat(out("log-dirs describe").lines())
                .containsExactly(
                        "BROKER  DIRECTORY  STATE    REPLICAS  COMING     SIZE      FREE    TOTAL",
                        "0       /data1     online          2       1  3.6 KiB  25.0 GiB  100 GiB",
                        "0       /data2     offline         0       0      0 B         ?        ?");
        assertThat(out("log-dirs describe --broker-list 0 --topic other --replicas")
                        .lines())
                .containsExactly(
                        "BROKER  DIRECTORY  TOPIC  PARTITION   SIZE  LAG  STATE",
                        "0       /data1     other  0          100 B   42  moving");
        assertThat(out("log-dirs describe --json")).contains("\"usableBytes\": 26843545600", "\"offsetLag\": 42");
    }

    @Test
    void replicasMoveBetweenDirectories() {
        assertThat(out("log-dirs move orders --broker 0 --to /data1"))
                .isEqualTo(
                        "Replica orders-0 of broker 0 moves to /data1.\nReplica orders-1 of broker 0 moves to /data1.\n");
        assertThat(broker.moves).hasSize(2);
        Run refused = curia("log-dirs move orders -p 0 --broker 0 --to /nope");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.err()).contains("cannot move orders-0 of broker 0", "none of this broker's log.dirs");
        assertThat(curia("log-dirs move none --broker 0 --to /data1").err()).contains("has no replica of topic none");
        assertThat(curia("log-dirs move orders --broker 0").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void transactionsAreListedAndDescribed() {
        assertThat(out("transactions list --state Ongoing --open-for 10m")
                        .lines()
                        .skip(1))
                .singleElement()
                .asString()
                .containsPattern("known +0 +7 +3 +Ongoing +\\d+d +60000 ms");
        assertThat(broker.listRequests.get(0).getMinDurationMs()).isEqualTo(600_000);
        assertThat(out("transactions describe known"))
                .contains("State:             Ongoing", "Partitions:        orders-0");
        Run unknown = curia("transactions describe none");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(unknown.err()).contains("There is no such transactional id.", "curia transactions list");
        broker.nextCoordinatorAnswers.add(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
        broker.nextCoordinatorAnswers.add(ErrorCode.NOT_COORDINATOR);
        assertThat(out("transactions describe known --json")).contains("\"transactionalId\": \"known\"");
    }

    @Test
    void onlyWhatNoCoordinatorKnowsOfHangs() {
        assertThat(out("transactions find-hanging --topic orders")).isEqualTo("No transaction hangs.\n");
        cluster.addTopic("two", 3); // broker 0 leads every second one
        Run run = curia("transactions find-hanging --topic two -p 2");
        assertThat(run.exitCode()).isEqualTo(ExitCode.NO);
        assertThat(run.out())
                .containsPattern("two +2 +8 +3")
                .contains("curia transactions abort two -p 2 --start-offset 55");
        assertThat(curia("transactions find-hanging -p 1").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void transactionsAreAborted() {
        assertThat(out("transactions abort --transactional-id known")).contains("known is aborted");
        assertThat(broker.terminated).containsExactly("known");
        assertThat(out("transactions abort orders -p 0 --start-offset 55")).contains("offset 55 on is aborted");
        assertThat(broker.aborted.get(0).getCoordinatorEpoch()).isZero();
        Run none = curia("transactions abort orders -p 0 --start-offset 56");
        assertThat(none.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(none.err()).contains("no transaction is open in orders-0 from offset 56", "describe-producers");
        assertThat(curia("transactions abort orders").exitCode()).isEqualTo(ExitCode.USAGE);
    }
}
