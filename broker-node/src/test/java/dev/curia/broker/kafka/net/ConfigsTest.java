package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSynonym;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings of everything that has some, altered and described by the stock admin client. */
class ConfigsTest {
    private static final ConfigResource TOPIC = new ConfigResource(ConfigResource.Type.TOPIC, "t");
    private static final ConfigResource SELF = new ConfigResource(ConfigResource.Type.BROKER, "7");
    private static final ConfigResource ALL = new ConfigResource(ConfigResource.Type.BROKER, "");
    private static final ConfigResource LOGGERS = new ConfigResource(ConfigResource.Type.BROKER_LOGGER, "7");
    private static final ConfigResource GROUP = new ConfigResource(ConfigResource.Type.GROUP, "g");
    private static final ConfigResource METRICS = new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "m");

    @TempDir
    Path directory;

    TestBroker broker;
    Admin admin;

    @BeforeEach
    void start() throws Exception {
        start(Map.of("log.retention.ms", "5000"));
    }

    private void start(Map<String, String> given) throws Exception {
        broker = new TestBroker(directory, Duration.ofMinutes(1), null, given);
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

    private void alter(ConfigResource resource, OpType type, String key, String value) throws Exception {
        alter(resource, type, key, value, false);
    }

    private void alter(ConfigResource resource, OpType type, String key, String value, boolean validateOnly)
            throws Exception {
        get(admin.incrementalAlterConfigs(
                        Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry(key, value), type))),
                        new AlterConfigsOptions().validateOnly(validateOnly))
                .all());
    }

    private Config described(ConfigResource resource) throws Exception {
        Map<ConfigResource, Config> all =
                get(admin.describeConfigs(List.of(resource), new DescribeConfigsOptions().includeSynonyms(true))
                        .all());
        return Objects.requireNonNull(all.get(resource));
    }

    private ConfigEntry described(ConfigResource resource, String key) throws Exception {
        return described(resource).get(key);
    }

    @Test
    void aTopicsDefaultComesFromItsBrokerFromAllBrokersFromTheFileInThisOrder() throws Exception {
        assertThat(described(TOPIC, "retention.ms").source()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG);
        alter(ALL, OpType.SET, "log.retention.ms", "6000");
        assertThat(described(TOPIC, "retention.ms").source()).isEqualTo(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        alter(SELF, OpType.SET, "log.retention.ms", "7000");
        ConfigEntry ofTopic = described(TOPIC, "retention.ms");
        assertThat(ofTopic.value()).isEqualTo("7000");
        assertThat(ofTopic.source()).isEqualTo(ConfigSource.DYNAMIC_BROKER_CONFIG);
        assertThat(ofTopic.synonyms())
                .extracting(ConfigSynonym::value)
                .containsExactly("7000", "6000", "5000", "604800000");

        ConfigEntry ofBroker = described(SELF, "log.retention.ms");
        assertThat(ofBroker.value()).isEqualTo("7000");
        assertThat(ofBroker.isReadOnly()).isFalse();
        assertThat(described(SELF, "num.io.threads").isReadOnly()).isTrue();
        assertThat(described(SELF).entries())
                .extracting(ConfigEntry::name)
                .as("each setting once")
                .doesNotHaveDuplicates();
        assertThat(described(ALL).entries()).extracting(ConfigEntry::name).containsExactly("log.retention.ms");

        alter(SELF, OpType.DELETE, "log.retention.ms", "");
        assertThat(described(TOPIC, "retention.ms").value()).isEqualTo("6000");
    }

    @Test
    void whatAFileMustSayOrAllBrokersMustShareIsRefusedForOne() throws Exception {
        assertThatThrownBy(() -> alter(SELF, OpType.SET, "num.io.threads", "9"))
                .hasCauseInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("configuration file");
        assertThatThrownBy(() -> alter(SELF, OpType.SET, "min.insync.replicas", "2"))
                .hasCauseInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("same on all brokers");
        alter(ALL, OpType.SET, "min.insync.replicas", "2");
        assertThat(described(TOPIC, "min.insync.replicas").value()).isEqualTo("2");
    }

    @Test
    void aGroupHasSettingsOfItsOwn() throws Exception {
        assertThat(described(GROUP, "consumer.session.timeout.ms").source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
        alter(GROUP, OpType.SET, "consumer.session.timeout.ms", "50000", true);
        assertThat(described(GROUP, "consumer.session.timeout.ms").value())
                .as("only validated")
                .isEqualTo("45000");
        alter(GROUP, OpType.SET, "consumer.session.timeout.ms", "50000");
        ConfigEntry own = described(GROUP, "consumer.session.timeout.ms");
        assertThat(own.value()).isEqualTo("50000");
        assertThat(own.source()).isEqualTo(ConfigSource.DYNAMIC_GROUP_CONFIG);
        assertThatThrownBy(() -> alter(GROUP, OpType.SET, "no.such", "1"))
                .hasCauseInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("no.such");
        assertThatThrownBy(() -> alter(GROUP, OpType.SET, "consumer.heartbeat.interval.ms", "60000"))
                .hasCauseInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("less than");
        alter(GROUP, OpType.DELETE, "consumer.session.timeout.ms", "");
        assertThat(described(GROUP, "consumer.session.timeout.ms").value()).isEqualTo("45000");
    }

    @Test
    void aSubscriptionToMetricsIsKeptAndListed() throws Exception {
        assertThat(described(METRICS).entries()).isEmpty();
        alter(METRICS, OpType.APPEND, "metrics", "org.apache.kafka.producer.");
        assertThat(described(METRICS, "metrics").value()).isEqualTo("org.apache.kafka.producer.");
        assertThat(described(METRICS, "metrics").source()).isEqualTo(ConfigSource.DYNAMIC_CLIENT_METRICS_CONFIG);
        assertThat(described(METRICS, "interval.ms").value()).isEqualTo("300000");
        assertThatThrownBy(() -> alter(METRICS, OpType.SET, "interval.ms", "5"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
        assertThat(get(admin.listConfigResources(
                                Set.of(ConfigResource.Type.CLIENT_METRICS), new ListConfigResourcesOptions())
                        .all()))
                .containsExactly(METRICS);
        alter(GROUP, OpType.SET, "consumer.session.timeout.ms", "50000");
        assertThat(get(admin.listConfigResources().all()))
                .containsExactlyInAnyOrder(TOPIC, SELF, LOGGERS, METRICS, GROUP);
        alter(METRICS, OpType.DELETE, "metrics", "");
        assertThat(described(METRICS).entries()).isEmpty();
    }

    @Test
    void levelsOfLoggersAreDescribedSetAndRemoved() throws Exception {
        assertThat(described(LOGGERS, "dev.curia.log").value()).isEqualTo("INFO");
        alter(LOGGERS, OpType.SET, "dev.curia.log", "debug", true);
        assertThat(described(LOGGERS, "dev.curia.log").value())
                .as("only validated")
                .isEqualTo("INFO");
        alter(LOGGERS, OpType.SET, "dev.curia.log", "debug");
        ConfigEntry logger = described(LOGGERS, "dev.curia.log");
        assertThat(logger.value()).isEqualTo("DEBUG");
        assertThat(logger.source()).isEqualTo(ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG);
        alter(LOGGERS, OpType.DELETE, "dev.curia.log", "");
        assertThat(described(LOGGERS, "dev.curia.log").value()).isEqualTo("WARN");

        assertThatThrownBy(() -> alter(LOGGERS, OpType.SET, "dev.curia.log", "LOUD"))
                .hasCauseInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("LOUD");
        assertThatThrownBy(() -> alter(LOGGERS, OpType.SET, "no.such.logger", "INFO"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() -> alter(LOGGERS, OpType.DELETE, "root", ""))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() -> alter(LOGGERS, OpType.APPEND, "root", "INFO"))
                .hasCauseInstanceOf(InvalidRequestException.class);
    }

    @Test
    void anUnknownTopicIsCreatedOnlyWhenBothTheBrokerAndTheClientWant() throws Exception {
        assertThat(createdByAsking("wanted", true)).isTrue();
        assertThat(createdByAsking("unwanted", false)).isFalse();
        stop();
        start(Map.of("auto.create.topics.enable", "false"));
        assertThat(createdByAsking("refused", true)).isFalse();
    }

    private boolean createdByAsking(String topic, boolean allowed) throws Exception {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                broker.bootstrap(),
                "allow.auto.create.topics",
                allowed,
                "default.api.timeout.ms",
                3000);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.partitionsFor(topic);
        } catch (org.apache.kafka.common.errors.TimeoutException notThere) {
            assertThat(broker.image().topic(topic)).isEmpty();
        }
        return broker.image().topic(topic).isPresent();
    }
}
