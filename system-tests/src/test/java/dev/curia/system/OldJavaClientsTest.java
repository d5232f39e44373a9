package dev.curia.system;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Kafka's older Java clients, each with its own libraries in processes of its own; {@link JavaClientProgram} is what they do there,
 * and fails where it is not as it should be.
 */
@Tag("slow")
class OldJavaClientsTest {
    private static final String RECORDS = "every compression codec, keys and headers, idempotent";
    private static final String GROUPS = "members share eagerly and cooperatively, commit, go on";
    private static final String ADMIN = "admin: topics, configurations, partitions, records, offsets, groups";
    private static final String TRANSACTIONS = "transactions with offsets, aborted, committed, fenced";

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone().with("group.initial.rebalance.delay.ms", "0");

    @Test
    @Shows(client = Program.JAVA_2_8, value = RECORDS)
    void records28() {
        run("java-2.8", "records");
    }

    @Test
    @Shows(client = Program.JAVA_2_8, value = GROUPS)
    void group28() {
        run("java-2.8", "group");
    }

    @Test
    @Shows(client = Program.JAVA_2_8, value = ADMIN)
    void admin28() {
        run("java-2.8", "admin");
    }

    @Test
    @Shows(client = Program.JAVA_2_8, value = TRANSACTIONS)
    void transactions28() {
        run("java-2.8", "transactions");
    }

    @Test
    @Shows(client = Program.JAVA_3_9, value = RECORDS)
    void records39() {
        run("java-3.9", "records");
    }

    @Test
    @Shows(client = Program.JAVA_3_9, value = GROUPS)
    void group39() {
        run("java-3.9", "group");
    }

    @Test
    @Shows(client = Program.JAVA_3_9, value = ADMIN)
    void admin39() {
        run("java-3.9", "admin");
    }

    @Test
    @Shows(client = Program.JAVA_3_9, value = TRANSACTIONS)
    void transactions39() {
        run("java-3.9", "transactions");
    }

    @Test
    @Shows(client = Program.JAVA_4_0, value = RECORDS)
    void records40() {
        run("java-4.0", "records");
    }

    @Test
    @Shows(client = Program.JAVA_4_0, value = GROUPS)
    void group40() {
        run("java-4.0", "group");
    }

    @Test
    @Shows(client = Program.JAVA_4_0, value = ADMIN)
    void admin40() {
        run("java-4.0", "admin");
    }

    @Test
    @Shows(client = Program.JAVA_4_0, value = TRANSACTIONS)
    void transactions40() {
        run("java-4.0", "transactions");
    }

    private static void run(String libraries, String what) {
        Libraries.of(libraries).run(JavaClientProgram.class, CLUSTER.bootstrapServers(), libraries + "-", what);
    }
}
