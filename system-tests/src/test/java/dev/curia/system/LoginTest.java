package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cluster that its first user was given with its format; the others by Kafka's own tool. Clients of other languages log in. */
@Tag("slow")
class LoginTest {
    private static final String PLAIN =
            "org.apache.kafka.common.security.plain.PlainLoginModule required" + " user_alice=\"alice-secret\";";

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.of(1, 1)
            .with("listener.security.protocol.map", "PLAINTEXT:SASL_PLAINTEXT")
            .with("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512")
            .with("listener.name.plaintext.plain.sasl.jaas.config", PLAIN)
            .withFirstUser("SCRAM-SHA-512=[name=admin,password=admin-secret]");

    private static Path admin;

    /** Alice, by Kafka's own tool. */
    @BeforeAll
    static void users() {
        admin = CLUSTER.directory().resolve("admin.properties");
        LocalCluster.writeProperties(
                admin,
                Map.of(
                        "security.protocol",
                        "SASL_PLAINTEXT",
                        "sasl.mechanism",
                        "SCRAM-SHA-512",
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"admin\""
                                + " password=\"admin-secret\";"));
        assertThat(configs(
                        "--alter",
                        "--entity-name",
                        "alice",
                        "--add-config",
                        "SCRAM-SHA-256=[password=alice-secret],SCRAM-SHA-512=[iterations=8192,password=alice-secret]"))
                .contains("Completed updating config for user alice.");
    }

    private static String configs(String action, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--bootstrap-server",
                CLUSTER.bootstrapServers(),
                "--command-config",
                admin.toString(),
                "--entity-type",
                "users",
                action));
        arguments.addAll(List.of(more));
        return KafkaTool.run("kafka.admin.ConfigCommand", arguments).orFail().text();
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-configs: users and their SCRAM credentials")
    void kafkaConfigsDescribesUsersWithoutTheirSecrets() {
        assertThat(configs("--describe"))
                .contains("SCRAM credential configs for user-principal 'alice' are", "SCRAM-SHA-512=iterations=8192")
                .contains("SCRAM credential configs for user-principal 'admin' are")
                .doesNotContain("secret", "salt");
    }

    /** Not by SCRAM: Debian's librdkafka repeats its nonce in the last message, which Apache Kafka refuses as well. */
    @Test
    @Shows(client = Program.KCAT, value = "logs in by PLAIN")
    void kcatLogsIn() {
        Kcat kcat = Kcat.forCluster(CLUSTER);
        String[] login = {
            "-t",
            "kcat-login",
            "-X",
            "security.protocol=SASL_PLAINTEXT",
            "-X",
            "sasl.mechanism=PLAIN",
            "-X",
            "sasl.username=alice",
            "-X",
            "sasl.password=alice-secret"
        };
        kcat.produce("hello\n".getBytes(StandardCharsets.UTF_8), login);
        List<String> read = new ArrayList<>(List.of(login));
        read.addAll(List.of("-o", "beginning", "-e"));
        assertThat(kcat.consume(read.toArray(String[]::new)).text()).isEqualTo("hello\n");
    }

    /** Its tokens come without headers, after a handshake of version 0, in Debian's version. */
    @ParameterizedTest
    @Shows(client = Program.KAFKA_PYTHON, value = "logs in by PLAIN and SCRAM")
    @ValueSource(strings = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
    void kafkaPythonLogsIn(String mechanism) {
        Needs.installed("kafka-python");
        String script = Distribution.find()
                .sources()
                .resolve("system-tests/programs/kafka-python/login.py")
                .toString();
        Command.of(List.of(
                        Program.PYTHON,
                        script,
                        CLUSTER.bootstrapServers(),
                        "python-" + mechanism,
                        mechanism,
                        "alice",
                        "alice-secret"))
                .run()
                .orFail();
    }
}
