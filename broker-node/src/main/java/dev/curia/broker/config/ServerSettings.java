package dev.curia.broker.config;

import dev.curia.broker.group.GroupConfigs;
import dev.curia.common.config.ConfigKey;
import dev.curia.common.config.TopicConfigs;
import dev.curia.log.clean.CleanerConfig;
import dev.curia.metadata.event.EventSettings;
import dev.curia.replica.audit.AuditConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Every setting that a server process accepts, collected from the parts that define them. */
public final class ServerSettings {
    private ServerSettings() {}

    /** In the order of the reference page. */
    public static List<ConfigKey<?>> keys() {
        List<ConfigKey<?>> keys = new ArrayList<>(ServerKeys.ALL);
        keys.addAll(CleanerConfig.KEYS);
        keys.addAll(GroupConfigs.ALL);
        TopicConfigs.ALL.stream().filter(TopicConfigs::hasBrokerDefault).forEach(key -> keys.add(brokerDefault(key)));
        keys.addAll(EventSettings.KEYS);
        keys.addAll(AuditConfig.KEYS);
        return keys;
    }

    public static Settings of(Map<String, String> given) {
        return Settings.of(given, keys());
    }

    /** The defaults of topic settings that this process' settings change, by the topic setting's name. */
    public static Map<String, String> topicDefaults(Settings settings) {
        Map<String, String> defaults = new HashMap<>();
        TopicConfigs.ALL.forEach(key -> {
            String value = settings.given().get(TopicConfigs.brokerName(key));
            if (value != null) defaults.put(key.name(), value);
        });
        return defaults;
    }

    private static <T> ConfigKey<T> brokerDefault(ConfigKey<T> key) {
        return new ConfigKey<>(
                TopicConfigs.brokerName(key),
                key.type(),
                key.defaultText(),
                "The default of a topic's " + key.name() + ". " + key.doc(),
                key.accepts(),
                key.parser());
    }
}
