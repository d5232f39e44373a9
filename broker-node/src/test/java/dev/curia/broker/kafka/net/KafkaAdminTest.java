package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stock admin client's requests that change things or look into them, over a real socket. */
class KafkaAdminTest {
    private static final ConfigResource TOPIC = new ConfigResource(ConfigResource.Type.TOPIC, "t");

    @TempDir
    Path directory;

    TestBroker broker;
    Admin admin;

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(directory);
        broker.topic("t", 1);
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    }

    @AfterEach
    void stop() throws Exception {
        admin.close();
        broker.close();
    }

    private static <T> T get(KafkaFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private static AlterConfigOp op(OpType type, String key, String value) {
        return new AlterConfigOp(new ConfigEntry(key, value), type);
    }

    private void alter(AlterConfigOp... ops) throws Exception {
        get(admin.incrementalAlterConfigs(Map.of(TOPIC, List.of(ops))).all());
    }

    private ConfigEntry described(String key) throws Exception {
        Map<ConfigResource, Config> configs =
                get(admin.describeConfigs(List.of(TOPIC), new DescribeConfigsOptions().includeSynonyms(true))
                        .all());
        return Objects.requireNonNull(configs.get(TOPIC)).get(key);
    }

    private static void fails(KafkaFuture<?> future, Class<? extends Exception> cause, String... inMessage) {
        assertThatThrownBy(() -> get(future))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(cause)
                .satisfies(e -> assertThat(e.getMessage()).contains(inMessage));
    }

    @Test
    void anAlteredConfigIsDescribedWithItsSourceUntilItIsDeleted() throws Exception {
        alter(op(OpType.SET, "retention.ms", "1000"), op(OpType.APPEND, "cleanup.policy", "compact"));

        ConfigEntry altered = described("retention.ms");
        assertThat(altered.value()).isEqualTo("1000");
        assertThat(altered.source()).isEqualTo(ConfigSource.DYNAMIC_TOPIC_CONFIG);
        assertThat(altered.isDefault()).isFalse();
        assertThat(altered.synonyms())
                .extracting(ConfigEntry.ConfigSynonym::name, ConfigEntry.ConfigSynonym::value)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("retention.ms", "1000"),
                        org.assertj.core.groups.Tuple.tuple("log.retention.ms", "604800000"));
        assertThat(described("cleanup.policy").value()).isEqualTo("delete,compact");
        assertThat(described("flush.ms").source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);

        alter(op(OpType.DELETE, "retention.ms", ""), op(OpType.SUBTRACT, "cleanup.policy", "delete"));
        assertThat(described("retention.ms").value()).isEqualTo("604800000");
        assertThat(described("retention.ms").source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
        assertThat(described("cleanup.policy").value()).isEqualTo("compact");
    }

    @Test
    void validatingOnlyChangesNothing() throws Exception {
        Map<ConfigResource, Collection<AlterConfigOp>> change =
                Map.of(TOPIC, List.of(op(OpType.SET, "retention.ms", "1000")));
        get(admin.incrementalAlterConfigs(change, new AlterConfigsOptions().validateOnly(true))
                .all());
        assertThat(described("retention.ms").value()).isEqualTo("604800000");
    }

    @Test
    void eachResourceFailsOnItsOwnAndSaysWhy() throws Exception {
        ConfigResource unknown = new ConfigResource(ConfigResource.Type.TOPIC, "nope");
        ConfigResource node = new ConfigResource(ConfigResource.Type.BROKER, "7");
        List<AlterConfigOp> good = List.of(op(OpType.SET, "retention.ms", "1000"));
        Map<ConfigResource, KafkaFuture<Void>> results = admin.incrementalAlterConfigs(
                        Map.of(TOPIC, good, unknown, good, node, List.of(op(OpType.SET, "log.retention.ms", "1"))))
                .values();
        get(Objects.requireNonNull(results.get(TOPIC)));
        fails(Objects.requireNonNull(results.get(unknown)), UnknownTopicOrPartitionException.class, "nope");
        fails(Objects.requireNonNull(results.get(node)), InvalidRequestException.class, "configuration file");

        for (AlterConfigOp bad : Arrays.asList(
                op(OpType.SET, "retention.ms", "soon"),
                op(OpType.SET, "no.such", "1"),
                op(OpType.APPEND, "retention.ms", "1"))) {
            fails(
                    admin.incrementalAlterConfigs(Map.of(TOPIC, List.of(bad))).all(),
                    InvalidConfigurationException.class,
                    bad.configEntry().name());
        }
        assertThat(described("retention.ms").value()).isEqualTo("1000");
    }
}
