package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
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
