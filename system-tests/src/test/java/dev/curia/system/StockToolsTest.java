package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Apache Kafka's own tools, beside those of {@link AdminToolsTest}: each does and says what its user expects. */
@Tag("slow")
class StockToolsTest {
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone();

    private final Clients clients = Clients.of(CLUSTER);

    private static Command.Result run(String tool, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", CLUSTER.bootstrapServers()));
        all.addAll(List.of(arguments));
        return KafkaTool.run(tool, all);
    }

    private static String text(String tool, String... arguments) {
        return run(tool, arguments).orFail().text();
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-topics: creates, lists, describes, deletes")
    void kafkaTopics() {
        String tool = "org.apache.kafka.tools.TopicCommand";
        assertThat(text(tool, "--create", "--topic", "made", "--partitions", "3", "--config", "retention.ms=5"))
                .contains("Created topic made.");
        assertThat(text(tool, "--describe", "--topic", "made"))
                .contains("PartitionCount: 3", "ReplicationFactor: 1", "retention.ms=5", "Leader: 1", "Elr:");
        assertThat(text(tool, "--list").lines()).contains("made");
        assertThat(run(tool, "--create", "--topic", "made").text()).contains("already exists");
        text(tool, "--delete", "--topic", "made");
        assertThat(text(tool, "--list").lines()).doesNotContain("made");
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-configs: brokers, loggers, groups, client metrics")
    void kafkaConfigs() {
        assertThat(configs("brokers", null, "--alter", "--add-config", "log.retention.ms=123456"))
                .contains("Completed updating default config");
        assertThat(configs("brokers", null, "--describe")).contains("log.retention.ms=123456");
        assertThat(configs("brokers", "1", "--describe", "--all"))
                .contains("DYNAMIC_DEFAULT_BROKER_CONFIG:log.retention.ms=123456,"
                        + " DEFAULT_CONFIG:log.retention.ms=604800000");
        configs("brokers", null, "--alter", "--delete-config", "log.retention.ms");

        configs("broker-loggers", "1", "--alter", "--add-config", "dev.curia.log=DEBUG");
        assertThat(configs("broker-loggers", "1", "--describe")).contains("dev.curia.log=DEBUG", "root=WARN");
        configs("broker-loggers", "1", "--alter", "--delete-config", "dev.curia.log");

        configs("groups", "g", "--alter", "--add-config", "consumer.session.timeout.ms=50000");
        assertThat(configs("groups", "g", "--describe"))
                .contains("DYNAMIC_GROUP_CONFIG:consumer.session.timeout.ms=50000");
        configs("client-metrics", "m", "--alter", "--add-config", "interval.ms=1000,metrics=a.b.");
        assertThat(configs("client-metrics", "m", "--describe")).contains("interval.ms=1000", "metrics=a.b.");
        assertThat(text("org.apache.kafka.tools.ClientMetricsCommand", "--list").strip())
                .isEqualTo("m");
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-configs: quotas of users, clients and addresses")
    void kafkaConfigsOfQuotas() {
        configs("users", "alice", "--alter", "--add-config", "producer_byte_rate=1024,request_percentage=12.5");
        assertThat(ofUsers("--entity-name", "alice"))
                .contains("Quota configs for user-principal 'alice' are")
                .contains("producer_byte_rate=1024.0", "request_percentage=12.5");
        configs("clients", null, "--alter", "--add-config", "consumer_byte_rate=2048");
        assertThat(configs("clients", null, "--describe"))
                .contains("the default client-id are consumer_byte_rate=2048.0");
        configs("ips", "127.0.0.1", "--alter", "--add-config", "connection_creation_rate=1000");
        assertThat(configs("ips", "127.0.0.1", "--describe")).contains("connection_creation_rate=1000.0");
        configs("users", "alice", "--alter", "--delete-config", "producer_byte_rate,request_percentage");
        configs("clients", null, "--alter", "--delete-config", "consumer_byte_rate");
        configs("ips", "127.0.0.1", "--alter", "--delete-config", "connection_creation_rate");
        assertThat(ofUsers()).doesNotContain("alice");
    }

    /** Behind the quotas it tells of SCRAM credentials, and fails where there can be none. */
    private static String ofUsers(String... name) {
        List<String> arguments = new ArrayList<>(List.of("--describe", "--entity-type", "users"));
        arguments.addAll(List.of(name));
        return run("kafka.admin.ConfigCommand", arguments.toArray(String[]::new))
                .text();
    }

    private static String configs(String type, @Nullable String name, String action, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--entity-type", type));
        arguments.addAll(name == null ? List.of("--entity-default") : List.of("--entity-name", name));
        arguments.add(action);
        arguments.addAll(List.of(more));
        return text("kafka.admin.ConfigCommand", arguments.toArray(String[]::new));
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-features: describes, upgrades, refuses")
    void kafkaFeatures() {
        String tool = "org.apache.kafka.tools.FeatureCommand";
        assertThat(text(tool, "describe")).contains("metadata.version", "FinalizedVersionLevel");
        assertThat(text(tool, "upgrade", "--feature", "metadata.version=2"))
                .contains("metadata.version was upgraded to 2.");
        Command.Result refused = run(tool, "upgrade", "--feature", "transaction.version=99");
        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.text() + refused.err()).contains("Could not upgrade transaction.version to 99");
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-metadata-quorum: status and replication")
    void kafkaMetadataQuorum() {
        String tool = "org.apache.kafka.tools.MetadataQuorumCommand";
        assertThat(text(tool, "describe", "--status"))
                .containsPattern("LeaderId:\\s+1\n")
                .containsPattern("MaxFollowerLag:\\s+0\n")
                .contains("\"endpoints\": [\"RPC://" + CLUSTER.adminServers().get(0) + "\"]");
        assertThat(text(tool, "describe", "--replication")).containsPattern("(?m)^1\\s.*Leader\\s*$");
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-cluster and kafka-broker-api-versions")
    void kafkaCluster() {
        String[] server = {"--bootstrap-server", CLUSTER.bootstrapServers()};
        assertThat(cluster("cluster-id", server)).contains("Cluster ID: standalone");
        assertThat(cluster("list-endpoints", server)).contains("unfenced");
        assertThat(text("org.apache.kafka.tools.BrokerApiVersionsCommand"))
                .contains("Produce(0): 0 to 13 [usable: 13]");
    }

    private static String cluster(String action, String... server) {
        List<String> arguments = new ArrayList<>(List.of(action));
        arguments.addAll(List.of(server));
        return KafkaTool.run("org.apache.kafka.tools.ClusterTool", arguments)
                .orFail()
                .text();
    }

    @Test
    @Shows(
            client = Program.KAFKA_TOOLS,
            value = "kafka-consumer-groups: describes, resets offsets in every way, deletes")
    void kafkaConsumerGroups() throws IOException {
        String tool = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
        clients.createTopic("consumed", 1, 1, Map.of("retention.ms", "-1"));
        clients.send("consumed", IntStream.range(0, 20).mapToObj(i -> "v" + i).toArray(String[]::new));
        text(tool, "--reset-offsets", "--group", "readers", "--topic", "consumed", "--to-offset", "3", "--execute");
        assertThat(text(tool, "--list").lines()).contains("readers");
        assertThat(text(tool, "--describe", "--group", "readers"))
                .containsPattern("readers\\s+consumed\\s+0\\s+[0-9]+\\s+20\\s");
        assertThat(text(tool, "--describe", "--group", "readers", "--state")).containsPattern("Empty\\s+0");
        assertThat(run(tool, "--describe", "--group", "readers", "--members").err())
                .contains("has no active members");

        Map<List<String>, Integer> ways = new LinkedHashMap<>();
        ways.put(List.of("--to-earliest"), 0);
        ways.put(List.of("--to-latest"), 20);
        ways.put(List.of("--to-offset", "5"), 5);
        ways.put(List.of("--shift-by", "2"), 7);
        ways.put(List.of("--shift-by", "-3"), 4);
        ways.put(List.of("--to-current"), 4);
        ways.put(List.of("--by-duration", "PT1H"), 0);
        ways.put(List.of("--to-datetime", "2100-01-01T00:00:00.000"), 20);
        ways.forEach((way, expected) -> {
            List<String> reset =
                    new ArrayList<>(List.of("--reset-offsets", "--group", "readers", "--topic", "consumed"));
            reset.addAll(way);
            assertThat(text(tool, with(reset, "--dry-run")))
                    .as(way + " tried")
                    .containsPattern("consumed\\s+0\\s+" + expected);
            assertThat(text(tool, with(reset, "--execute")))
                    .as("" + way)
                    .containsPattern("consumed\\s+0\\s+" + expected);
            assertThat(text(tool, "--describe", "--group", "readers"))
                    .as("after " + way)
                    .containsPattern("consumed\\s+0\\s+" + expected + "\\s+20\\s");
        });
        Path plan = CLUSTER.directory().resolve("reset.csv");
        Files.writeString(plan, "consumed,0,7\n");
        assertThat(text(tool, "--reset-offsets", "--group", "readers", "--from-file", plan.toString(), "--execute"))
                .containsPattern("consumed\\s+0\\s+7");

        assertThat(text(tool, "--delete-offsets", "--group", "readers", "--topic", "consumed"))
                .contains("Successful");
        text(tool, "--reset-offsets", "--group", "readers", "--topic", "consumed", "--to-offset", "3", "--execute");
        assertThat(text(tool, "--delete", "--group", "readers")).contains("was successful");
        assertThat(text(tool, "--list").lines()).doesNotContain("readers");
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "formatters of __consumer_offsets: groups and offsets")
    void formattersReadGroupsAndPassOverWhatIsOurs() {
        clients.createTopic("formatted", 1, 1, Map.of());
        clients.send("formatted", "a", "b");
        try (KafkaConsumer<byte[], byte[]> consumer = clients.groupConsumer("formatted-group")) {
            consumer.subscribe(List.of("formatted"));
            Await.until(
                    "all is read",
                    Duration.ofSeconds(60),
                    () -> consumer.poll(Duration.ofMillis(200)).nextOffsets().values().stream()
                            .anyMatch(next -> next.offset() == 2));
            consumer.commitSync();
            assertThat(text(
                            "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
                            "--describe",
                            "--group",
                            "formatted-group",
                            "--members",
                            "--verbose"))
                    .containsPattern("formatted-group\\s+\\S+\\s+/127\\.0\\.0\\.1\\s.*formatted");
        }
        Curia.forCluster(CLUSTER).run("groups", "reset", "formatted-group", "--to-offset", "1");
        assertThat(formatted("OffsetsMessageFormatter"))
                .contains("\"group\":\"formatted-group\"", "\"topic\":\"formatted\"", "\"offset\":2", "\"offset\":1");
        assertThat(formatted("GroupMetadataMessageFormatter"))
                .contains("\"group\":\"formatted-group\"", "\"protocolType\":\"consumer\"");
    }

    private static String formatted(String formatter) {
        return text(
                "org.apache.kafka.tools.consumer.ConsoleConsumer",
                "--topic",
                "__consumer_offsets",
                "--from-beginning",
                "--timeout-ms",
                "5000",
                "--formatter",
                "org.apache.kafka.tools.consumer." + formatter);
    }

    private static String[] with(List<String> arguments, String last) {
        List<String> all = new ArrayList<>(arguments);
        all.add(last);
        return all.toArray(String[]::new);
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "verifiable producer and consumer")
    void verifiableClients() {
        clients.createTopic("verified");
        assertThat(text("org.apache.kafka.tools.VerifiableProducer", "--topic", "verified", "--max-messages", "50"))
                .contains("\"sent\":50,\"acked\":50");
        assertThat(text(
                        "org.apache.kafka.tools.VerifiableConsumer",
                        "--topic",
                        "verified",
                        "--group-id",
                        "verifiers",
                        "--max-messages",
                        "50",
                        "--reset-policy",
                        "earliest"))
                .contains(
                        "\"name\":\"offsets_committed\",\"offsets\":[{\"topic\":\"verified\",\"partition\":0,\"offset\":50}],\"success\":true");
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "producer and consumer performance")
    void performanceTools() {
        clients.createTopic("measured");
        assertThat(text(
                        "org.apache.kafka.tools.ProducerPerformance",
                        "--topic",
                        "measured",
                        "--num-records",
                        "5000",
                        "--record-size",
                        "100",
                        "--throughput",
                        "-1"))
                .contains("5000 records sent");
        assertThat(text("org.apache.kafka.tools.ConsumerPerformance", "--topic", "measured", "--num-records", "5000"))
                .contains(", 5000, ");
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "console producer and consumer, kafka-groups")
    void consoleClients() {
        clients.createTopic("console");
        clients.send("console", "one", "two");
        assertThat(text(
                                "org.apache.kafka.tools.consumer.ConsoleConsumer",
                                "--topic",
                                "console",
                                "--group",
                                "console-readers",
                                "--from-beginning",
                                "--max-messages",
                                "2")
                        .lines())
                .contains("one", "two");
        KafkaTool.run(
                        "org.apache.kafka.tools.ConsoleProducer",
                        List.of("--bootstrap-server", CLUSTER.bootstrapServers(), "--topic", "console"),
                        Text.bytes("three\nfour\n"))
                .orFail();
        assertThat(Text.values(clients.readAll("console"))).containsExactly("one", "two", "three", "four");
        assertThat(text("org.apache.kafka.tools.GroupsCommand", "--list"))
                .containsPattern("console-readers\\s+Classic\\s+consumer");
    }
}
