package dev.curia.metadata.decide;

import dev.curia.common.config.ConfigKey;
import dev.curia.common.config.TopicConfigs;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Topic;
import java.util.HashMap;
import java.util.Map;

/** What is in force for topics: what they override of the defaults, and the defaults, those of the metadata before the configured. Immutable. */
public final class EffectiveSettings {
    private final Map<String, String> defaults;

    public EffectiveSettings(TopicDefaults defaults) {
        this.defaults = defaults.configs();
    }

    /** Caps at the number of replicas are the caller's. */
    public int minInsync(MetadataImage image, Topic topic) {
        return in(image, topic, TopicConfigs.MIN_INSYNC_REPLICAS);
    }

    boolean uncleanElections(MetadataImage image, Topic topic) {
        return in(image, topic, TopicConfigs.UNCLEAN_LEADER_ELECTION_ENABLE);
    }

    private <T> T in(MetadataImage image, Topic topic, ConfigKey<T> key) {
        Map<String, String> overrides = image.config(ConfigResource.topic(topic.name()));
        Map<String, String> config = new HashMap<>();
        String value = overrides.get(key.name());
        if (value == null) value = image.config(ConfigResource.brokers()).get(TopicConfigs.brokerName(key));
        if (value == null) value = defaults.get(key.name());
        if (value != null) config.put(key.name(), value);
        return key.in(config);
    }
}
