package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Client quotas as they are set with {@code curia}, and as clients fare under them that are not the Java client. */
@Tag("slow")
class ClientQuotasTest {
    @RegisterExtension
    static final LocalCluster CLUSTER =
            LocalCluster.standalone().with("quota.window.num", "1").with("curia.metrics.clients.enable", "true");

    private static final int LINES = 150;
    private static final String LINE = "x".repeat(1_000);

    @Test
    @Shows(client = Program.KCAT, value = "held back by quotas of a client id, loses nothing")
    void kcatIsHeldBackAndLosesNothing() {
        Curia curia = Curia.forCluster(CLUSTER);
        Kcat kcat = Kcat.forCluster(CLUSTER);
        Metrics metrics = new Metrics(CLUSTER.node());
        Clients.of(CLUSTER).createTopic("quotas");
        curia.run("quotas", "set", "--client-id", "rdkafka", "producer_byte_rate=50000", "consumer_byte_rate=50000");
        assertThat(curia.run("quotas", "list").text()).contains("rdkafka", "producer_byte_rate", "50000");

        byte[] input = String.join("\n", Collections.nCopies(LINES, LINE)).getBytes(StandardCharsets.UTF_8);
        kcat.produce(input, "-t", "quotas", "-X", "batch.num.messages=10");
        assertThat(kcat.consume("-t", "quotas", "-e").text().lines())
                .hasSize(LINES)
                .allMatch(LINE::equals);

        for (String quota : new String[] {"producer_byte_rate", "consumer_byte_rate"}) {
            assertThat(metrics.sum("curia_quota_throttled_seconds_total", quota))
                    .isPositive();
            assertThat(metrics.sum("curia_quota_client_throttled_seconds_total", quota))
                    .isPositive();
        }
        curia.run("quotas", "remove", "--client-id", "rdkafka");
        assertThat(curia.run("quotas", "list", "--json").text().strip()).isEqualTo("[]");
    }
}
