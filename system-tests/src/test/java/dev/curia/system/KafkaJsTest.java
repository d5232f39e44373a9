package dev.curia.system;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The npm package kafkajs as it is: {@code system-tests/programs/kafkajs} fails where it is not as it should be. */
@Tag("slow")
class KafkaJsTest {
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone().with("group.initial.rebalance.delay.ms", "0");

    @Test
    @Shows(client = Program.KAFKAJS, value = "plain and gzip, keys and headers, idempotent")
    void records() {
        run("records");
    }

    @Test
    @Shows(client = Program.KAFKAJS, value = "members share, commit, go on")
    void group() {
        run("group");
    }

    @Test
    @Shows(client = Program.KAFKAJS, value = "admin: topics, configurations, partitions, records, offsets, groups")
    void admin() {
        run("admin");
    }

    @Test
    @Shows(client = Program.KAFKAJS, value = "transactions with offsets, aborted, committed, fenced")
    void transactions() {
        run("transactions");
    }

    private static void run(String what) {
        NodeProgram.of("kafkajs").run("client.js", CLUSTER.bootstrapServers(), what + "-", what);
    }
}
