package dev.curia.system;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The npm package @platformatic/kafka as it is: {@code system-tests/programs/platformatic-kafka} fails where it is not as it should be. */
@Tag("slow")
class PlatformaticKafkaTest {
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone()
            .with("group.initial.rebalance.delay.ms", "0")
            .with("group.consumer.min.heartbeat.interval.ms", "100")
            .with("group.consumer.heartbeat.interval.ms", "200");

    @Test
    @Shows(client = Program.PLATFORMATIC_KAFKA, value = "gzip, snappy and lz4, keys and headers, idempotent")
    void records() {
        run("records");
    }

    @Test
    @Shows(client = Program.PLATFORMATIC_KAFKA, value = "members share, commit, go on, classic protocol")
    void group() {
        run("group");
    }

    @Test
    @Shows(client = Program.PLATFORMATIC_KAFKA, value = "members share, commit, go on, consumer protocol (KIP-848)")
    void consumerGroup() {
        run("consumer-group");
    }

    @Test
    @Shows(
            client = Program.PLATFORMATIC_KAFKA,
            value = "admin: topics, configurations, partitions, records, offsets, groups")
    void admin() {
        run("admin");
    }

    @Test
    @Shows(client = Program.PLATFORMATIC_KAFKA, value = "transactions with offsets, aborted, committed")
    void transactions() {
        run("transactions");
    }

    private static void run(String what) {
        NodeProgram.of("platformatic-kafka").run("client.mjs", CLUSTER.bootstrapServers(), what + "-", what);
    }
}
