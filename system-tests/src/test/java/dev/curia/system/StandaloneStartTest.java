package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.SystemClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A standalone node's first seconds and its end. */
class StandaloneStartTest {
    private static final SystemClock CLOCK = new SystemClock();

    @Test
    void itSaysWhereItServesTakesTheFirstRecordSoonAndStopsInOrder() {
        long start = CLOCK.monotonicNanos();
        try (LocalCluster cluster = LocalCluster.standalone().startAs("StandaloneStartTest")) {
            Duration ready = Duration.ofNanos(CLOCK.monotonicNanos() - start);
            Clients.of(cluster).send("first", "value");
            Duration produced = Duration.ofNanos(CLOCK.monotonicNanos() - start);

            Figures.report("standalone, empty directory to ready", ready);
            Figures.report("standalone, empty directory to first acknowledged record", produced);
            // The goal is 2.5 s; this only notices when something waits for a timeout.
            assertThat(produced).isLessThan(Duration.ofSeconds(20));
            assertThat(cluster.node().logText())
                    .contains(cluster.bootstrapServers())
                    .contains(cluster.brokerRpc(LocalCluster.STANDALONE))
                    .contains(cluster.adminServers().get(0))
                    .contains(":" + cluster.node().httpPort());

            int exitCode = cluster.node().terminate();

            // 143: a JVM that ended on SIGTERM after its shutdown hooks.
            assertThat(exitCode).isIn(0, 143);
            assertThat(cluster.node().logText()).doesNotContain("ERROR");
        }
    }
}
