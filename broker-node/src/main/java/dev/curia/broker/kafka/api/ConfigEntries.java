package dev.curia.broker.kafka.api;

import dev.curia.broker.config.Settings;
import dev.curia.common.config.BrokerConfigs;
import dev.curia.common.config.ClientMetricsConfigs;
import dev.curia.common.config.ConfigKey;
import dev.curia.common.config.GroupOverrides;
import dev.curia.common.config.TopicConfigs;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.MetadataImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.jspecify.annotations.Nullable;

/** What settings of topics, brokers, groups and subscriptions to metrics are in force, and where they come from (KIP-226). Thread-safe. */
public final class ConfigEntries {
    private final ClusterView cluster;
    private final Settings settings;

    public ConfigEntries(ClusterView cluster, Settings settings) {
        this.cluster = cluster;
        this.settings = settings;
    }

    /** A value and where it is set. */
    public record Source(String name, String value, ConfigSource source) {}

    /**
     * One setting in force.
     *
     * @param synonyms every place where it is set, the one in force first
     */
    public record Entry(ConfigKey<?> key, List<Source> synonyms, boolean readOnly) {
        public String name() {
            return key.name();
        }

        /** Null when a setting that has no default is not set, and of secrets. */
        @Nullable
        String value() {
            return synonyms.isEmpty() ? null : shown(synonyms.get(0));
        }

        @Nullable
        String shown(Source source) {
            return key.isSecret() ? null : source.value();
        }

        ConfigSource source() {
            return synonyms.isEmpty()
                    ? ConfigSource.DEFAULT_CONFIG
                    : synonyms.get(0).source();
        }

        public ConfigType type() {
            return switch (key.type()) {
                case BOOLEAN -> ConfigType.BOOLEAN;
                case STRING -> ConfigType.STRING;
                case INT -> ConfigType.INT;
                case LONG -> ConfigType.LONG;
                case DOUBLE -> ConfigType.DOUBLE;
                case LIST -> ConfigType.LIST;
                case PASSWORD -> ConfigType.PASSWORD;
            };
        }
    }

    /** All settings of a topic that has these overrides. */
    public List<Entry> topic(Map<String, String> overrides) {
        return TopicConfigs.ALL.stream()
                .map(key -> {
                    List<Source> sources = new ArrayList<>();
                    String override = overrides.get(key.name());
                    if (override != null) {
                        sources.add(new Source(key.name(), override, ConfigSource.TOPIC_CONFIG));
                    }
                    String defaultText = key.defaultText();
                    if (TopicConfigs.hasBrokerDefault(key)) {
                        sources.addAll(brokerWide(TopicConfigs.brokerName(key), defaultText));
                    } else if (defaultText != null) {
                        sources.add(new Source(key.name(), defaultText, ConfigSource.DEFAULT_CONFIG));
                    }
                    return new Entry(key, sources, false);
                })
                .toList();
    }

    /** All settings of this broker; what its file says can't be changed while it runs. */
    public List<Entry> broker() {
        return Stream.concat(settings.keys().stream(), BrokerConfigs.ONLY_DYNAMIC.stream())
                .sorted(Comparator.comparing(ConfigKey::name))
                .map(key -> new Entry(
                        key,
                        brokerWide(key.name(), key.defaultText()),
                        BrokerConfigs.byName(key.name()).isEmpty()))
                .toList();
    }

    /** What is set for all brokers while they run. */
    public List<Entry> brokerDefaults() {
        Map<String, String> set = cluster.image().config(ConfigResource.brokers());
        return BrokerConfigs.ALL.stream()
                .filter(key -> set.containsKey(key.name()))
                .map(key -> {
                    List<Source> sources = new ArrayList<>();
                    add(sources, key.name(), set, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
                    return new Entry(key, sources, false);
                })
                .toList();
    }

    /** All settings of a group, whether it exists or not. */
    public List<Entry> group(String id) {
        Map<String, String> overrides = cluster.image().config(ConfigResource.group(id));
        return GroupOverrides.ALL.stream()
                .map(key -> {
                    List<Source> sources = new ArrayList<>();
                    add(sources, key.name(), overrides, ConfigSource.GROUP_CONFIG);
                    sources.addAll(brokerWide(GroupOverrides.brokerName(key), key.defaultText()));
                    return new Entry(key, sources, false);
                })
                .toList();
    }

    /** All settings of a subscription to metrics; none when it does not exist. */
    public List<Entry> clientMetrics(String name) {
        Map<String, String> set = cluster.image().config(ConfigResource.clientMetrics(name));
        if (set.isEmpty()) return List.of();
        return ClientMetricsConfigs.ALL.stream()
                .map(key -> {
                    List<Source> sources = new ArrayList<>();
                    add(sources, key.name(), set, ConfigSource.CLIENT_METRICS_CONFIG);
                    sources.add(new Source(
                            key.name(), Objects.requireNonNull(key.defaultText()), ConfigSource.DEFAULT_CONFIG));
                    return new Entry(key, sources, false);
                })
                .toList();
    }

    private List<Source> brokerWide(String name, @Nullable String defaultText) {
        MetadataImage image = cluster.image();
        List<Source> sources = new ArrayList<>();
        add(sources, name, image.config(ConfigResource.broker(cluster.brokerId())), ConfigSource.DYNAMIC_BROKER_CONFIG);
        add(sources, name, image.config(ConfigResource.brokers()), ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        add(sources, name, settings.given(), ConfigSource.STATIC_BROKER_CONFIG);
        if (defaultText != null) sources.add(new Source(name, defaultText, ConfigSource.DEFAULT_CONFIG));
        return sources;
    }

    private static void add(List<Source> sources, String name, Map<String, String> from, ConfigSource source) {
        String value = from.get(name);
        if (value != null) sources.add(new Source(name, value, source));
    }
}
