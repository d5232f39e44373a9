package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
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
    void settingsShowWhereTheyAreSet() {
        curia.run("topics", "create", "set");
        assertThat(curia.run("configs", "set", "--topic", "set", "retention.ms=60000")
                        .text())
                .isEqualTo("Set retention.ms=60000 for topic set.\n");
        assertThat(curia.run("configs", "describe", "--topic", "set").text())
                .containsPattern("retention.ms +60000 +topic override +604800000");
        assertThat(curia.run("configs", "describe", "--topic", "set", "--all").text())
                .containsPattern("cleanup.policy +delete +default +delete");
        curia.run("configs", "set", "--broker-defaults", "log.retention.ms=70000");
        assertThat(curia.run("configs", "describe", "--broker", "1").text())
                .containsPattern("log.retention.ms +70000 +dynamic default")
                .containsPattern("node.id +1 +static file");
        assertThat(curia.run("configs", "list").text()).containsPattern("brokers +\\(all\\) +log.retention.ms");
        assertThat(curia.run("topics", "list", "--with-overrides").text())
                .contains("set")
                .doesNotContain("twice");
        curia.run("configs", "unset", "--broker-defaults", "log.retention.ms");
        curia.run("configs", "unset", "--topic", "set", "retention.ms");
        assertThat(curia.run("configs", "describe", "--topic", "set", "retention.ms")
                        .text())
                .containsPattern("retention.ms +604800000 +default +604800000");
        assertEnds(REFUSED, "no.such", "configs", "set", "--topic", "set", "no.such=1");
        assertEnds(REFUSED, "There is no topic 'nowhere'", "configs", "describe", "--topic", "nowhere");
    }

    @Test
    void directoriesAndWhatLiesThere() {
        curia.run("topics", "create", "lies");
        assertThat(curia.run("log-dirs", "describe").text())
                .containsPattern("1 +" + CLUSTER.logDirectory(LocalCluster.STANDALONE) + " +online +\\d+ +0 ");
        assertThat(curia.run("log-dirs", "describe", "--topic", "lies", "--replicas")
                        .text())
                .containsPattern("lies +0 +0 B +- +ok");
        assertEnds(
                REFUSED, "none of this broker's log.dirs", "log-dirs", "move", "lies", "--broker", "1", "--to", "/no");
    }

    @Test
    void anOpenTransactionIsSeenAndAborted() {
        Clients clients = Clients.of(CLUSTER);
        clients.createTopic("sums", 1, 1, Map.of());
        assertEnds(REFUSED, "curia transactions list", "transactions", "describe", "nobody");
        try (KafkaProducer<byte[], byte[]> producer =
                clients.producer(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "adder"))) {
            producer.initTransactions();
            producer.beginTransaction();
            var unused = producer.send(new ProducerRecord<>("sums", Text.bytes("x")));
            producer.flush();
            assertThat(curia.run("transactions", "list", "--state", "Ongoing").text())
                    .containsPattern("adder +1 +\\d+ +\\d+ +Ongoing");
            assertThat(curia.run("transactions", "describe", "adder").text()).contains("Partitions:        sums-0");
            assertThat(curia.run("transactions", "describe-producers", "sums").text())
                    .containsPattern("sums +0 +\\d+ +\\d+ +0 .* 0\n");
            assertThat(curia.run("transactions", "find-hanging", "--topic", "sums", "--open-for", "0s")
                            .text())
                    .as("its coordinator knows of it")
                    .isEqualTo("No transaction hangs.\n");
            curia.run("transactions", "abort", "--transactional-id", "adder");
        }
        Await.until(
                "it is aborted",
                Duration.ofSeconds(30),
                () -> curia.run("transactions", "describe", "adder").text().contains("CompleteAbort"));
    }

    @Test
    void loadIsMeasured() {
        curia.run("topics", "create", "load", "--partitions", "2");
        assertThat(curia.run("perf", "produce", "load", "-n", "2000", "-s", "100")
                        .text())
                .contains("Total: 2000 records", "closed, 10000 in flight");
        assertThat(curia.run("perf", "consume", "load", "-n", "2000").text()).contains("Total: 2000 records");
        assertThat(curia.run("perf", "latency", "load", "-n", "200", "--rate", "500", "--json")
                        .text())
                .contains("\"records\": 200", "\"p999\"");
        assertThat(curia.run("perf", "latency", "load", "-n", "20").text()).contains("closed, one at a time");
    }

    @Test
    void theDoctorLooksAtHostAndQuorum() {
        Command.Result result = curia.attempt("doctor", "--ports", "1", "--data-dir", "/tmp");
        assertThat(result.exitCode()).as(result.toString()).isIn(0, 5);
        assertThat(result.text())
                .contains("vm.swappiness", "file system /tmp")
                .containsPattern("quorum +OK +node 1 leads");
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

    @Test
    void aGroupsOffsetsAreResetAndTheResetTakenBack() {
        Clients clients = Clients.of(CLUSTER);
        clients.createTopic("sold", 1, 1, Map.of());
        clients.send("sold", "a", "b", "c", "d");
        try (KafkaConsumer<byte[], byte[]> consumer = clients.groupConsumer("billing")) {
            consumer.subscribe(List.of("sold"));
            assertThat(read(consumer, 4)).isEqualTo(4);
            consumer.commitSync();
            assertEnds(REFUSED, "somebody is in it", "groups", "reset", "billing", "--to-earliest");
            assertThat(curia.run("groups", "list").text()).containsPattern("billing +Stable +classic +consumer +1");
            assertThat(curia.run("groups", "describe", "billing").text())
                    .containsPattern("sold +0 +4 +4 +0 +0s +- +consumer-billing");
        }
        assertThat(curia.run("groups", "reset", "billing", "--to-offset", "1", "--dry-run")
                        .text())
                .contains("Would set")
                .containsPattern("sold +0 +4 +1 +-3");
        assertThat(curia.run("groups", "describe", "billing").text()).contains("Lag:       0");
        curia.run("groups", "reset", "billing", "--to-offset", "1");
        assertThat(curia.run("groups", "describe", "billing").text())
                .contains("Lag:       3", "to offset 1")
                .containsPattern("sold +0 +1 +4 +3 +\\d+s +6d +-");
        try (KafkaConsumer<byte[], byte[]> consumer = clients.groupConsumer("billing")) {
            consumer.subscribe(List.of("sold"));
            assertThat(read(consumer, 3)).isEqualTo(3);
        }
        assertThat(curia.run("groups", "undo", "billing").text()).containsPattern("sold +0 +1 +4 +\\+3");
        assertEnds(REFUSED, "nothing to take back", "groups", "undo", "billing");
        Await.until("it is in the journal", Duration.ofSeconds(30), () -> {
            String events = curia.run("events", "--group", "billing").text();
            return events.contains("GROUP_REBALANCED")
                    && events.contains("MEMBER_JOINED: member consumer-billing")
                    && events.contains("offsets of 1 partitions set to offset 1")
                    && events.contains("taken back");
        });
        assertThat(curia.run("groups", "delete", "billing").text()).contains("Deleted group billing.");
        assertEnds(REFUSED, "no such group", "groups", "describe", "billing");
        curia.run("groups", "reset", "made", "--to-latest", "--topic", "sold:0");
        assertThat(curia.run("groups", "describe", "made").text()).containsPattern("sold +0 +4 +4 +0");
    }

    private static int read(KafkaConsumer<byte[], byte[]> consumer, int count) {
        int read = 0;
        for (int polls = 0; polls < 100 && read < count; polls++) {
            read += consumer.poll(Duration.ofMillis(500)).count();
        }
        return read;
    }

    private void assertEnds(int exitCode, String saying, String... arguments) {
        Command.Result result = curia.attempt(arguments);
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(exitCode);
        assertThat(result.err()).contains(saying).doesNotContain("Exception");
    }
}
