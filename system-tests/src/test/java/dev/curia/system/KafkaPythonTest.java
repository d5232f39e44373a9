package dev.curia.system;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** kafka-python as Debian has it: {@code system-tests/programs/kafka-python} fails where it is not as it should be. */
@Tag("slow")
class KafkaPythonTest {
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone().with("group.initial.rebalance.delay.ms", "0");

    @Test
    @Shows(client = Program.KAFKA_PYTHON, value = "plain and gzip, keys and headers")
    void records() {
        run("records");
    }

    @Test
    @Shows(client = Program.KAFKA_PYTHON, value = "members share, commit, go on")
    void group() {
        run("group");
    }

    @Test
    @Shows(client = Program.KAFKA_PYTHON, value = "admin: topics, configurations, partitions, groups")
    void admin() {
        run("admin");
    }

    private static void run(String what) {
        Needs.installed("kafka-python");
        String script = Distribution.find()
                .sources()
                .resolve("system-tests/programs/kafka-python/client.py")
                .toString();
        Command.of(List.of(Program.PYTHON, script, CLUSTER.bootstrapServers(), what + "-", what))
                .run()
                .orFail();
    }
}
