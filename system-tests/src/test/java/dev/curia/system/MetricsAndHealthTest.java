package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What Prometheus and a load balancer see. */
class MetricsAndHealthTest {
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone();

    @Test
    void metricsCountWhatClientsDo() throws Exception {
        Clients clients = Clients.of(CLUSTER);
        clients.createTopic("counted");
        clients.send("counted", "one", "two", "three");
        clients.readAll("counted");

        HttpResponse<String> page = CLUSTER.node().get("/metrics");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
        assertThat(page.body()).contains("jvm_memory_used_bytes", "process_cpu_usage");
        assertThat(page.body()).containsPattern("(?mi)^curia_\\S*produce\\S* [1-9]");
        assertThat(page.body()).containsPattern("(?mi)^curia_\\S*fetch\\S* [1-9]");
        assertThat(page.body()).containsPattern("(?mi)^curia_\\S*bucket\\S*le=");
        assertThat(page.body().lines().filter(line -> !line.startsWith("#")))
                .allMatch(line -> line.matches("[a-zA-Z_:][a-zA-Z0-9_:]*(\\{.*})? \\S+"));
    }

    @Test
    void connectionsShareThePartitionsThreadsWhereThereAreFewProcessors() throws Exception {
        boolean few = Runtime.getRuntime().availableProcessors() <= 2;
        String page = CLUSTER.node().get("/metrics").body();
        assertThat(page).contains("loop=\"partition-loop-0\"");
        if (few) assertThat(page).doesNotContain("loop=\"kafka-network-0\"");
        else assertThat(page).contains("loop=\"kafka-network-0\"");
    }

    @Test
    void healthSaysLiveAndReady() throws Exception {
        assertThat(CLUSTER.node().get("/health/live").statusCode()).isEqualTo(200);
        assertThat(CLUSTER.node().get("/health/ready").statusCode()).isEqualTo(200);
        assertThat(CLUSTER.node().get("/elsewhere").statusCode()).isEqualTo(404);
    }

    @Test
    void theCheckOfContainersTellsWhetherANodeIsReady() {
        assertThat(healthcheck(CLUSTER.node().httpPort(), "ready").orFail().text())
                .isEqualTo("ready\n");
        assertThat(healthcheck(CLUSTER.node().httpPort(), "live").orFail().text())
                .isEqualTo("alive\n");
        assertThat(healthcheck(CLUSTER.node().httpPort(), "elsewhere").exitCode())
                .isEqualTo(1);
        assertThat(healthcheck(new Ports().free(), "ready").exitCode()).isEqualTo(1);
    }

    private static Command.Result healthcheck(int port, String what) {
        return Command.of(Distribution.find().home().resolve("bin/healthcheck").toString(), what)
                .environment(Map.of("CURIA_HTTP_LISTENER", "127.0.0.1:" + port))
                .run();
    }

    @Test
    void aBrokerWithoutItsQuorumIsLiveButNotReady() throws Exception {
        try (LocalCluster cluster = LocalCluster.of(1, 1).startAs("MetricsAndHealthTest-alone")) {
            cluster.quorumNode(LocalCluster.FIRST_QUORUM_NODE).kill();

            Await.until(
                    "not ready",
                    Clients.PATIENCE,
                    () -> cluster.broker(1).get("/health/ready").statusCode() == 503);
            assertThat(cluster.broker(1).get("/health/live").statusCode()).isEqualTo(200);
            assertThat(cluster.broker(1).get("/health/ready").body()).isNotBlank();

            cluster.heal();
        }
    }
}
