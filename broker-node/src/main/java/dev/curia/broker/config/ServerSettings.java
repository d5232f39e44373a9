package dev.curia.broker.config;

import dev.curia.broker.access.AccessConfigs;
import dev.curia.broker.canary.CanaryConfigs;
import dev.curia.broker.console.ConsoleConfigs;
import dev.curia.broker.group.ConsumerConfigs;
import dev.curia.broker.group.GroupConfigs;
import dev.curia.broker.lag.LagConfigs;
import dev.curia.broker.quota.QuotaConfigs;
import dev.curia.broker.security.SecuritySettings;
import dev.curia.broker.txn.TxnConfigs;
import dev.curia.common.config.ConfigKey;
import dev.curia.common.config.TopicConfigs;
import dev.curia.log.clean.CleanerConfig;
import dev.curia.metadata.event.EventSettings;
import dev.curia.replica.audit.AuditConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Every setting that a server process accepts, collected from the parts that define them. */
public final class ServerSettings {
    private ServerSettings() {}

    /** In the order of the reference page. */
    public static List<ConfigKey<?>> keys() {
        List<ConfigKey<?>> keys = new ArrayList<>(ServerKeys.ALL);
        keys.addAll(SecuritySettings.KEYS);
        keys.addAll(CleanerConfig.KEYS);
        keys.addAll(GroupConfigs.ALL);
        keys.addAll(ConsumerConfigs.ALL);
        keys.addAll(TxnConfigs.ALL);
        keys.addAll(LagConfigs.ALL);
        keys.addAll(QuotaConfigs.ALL);
        keys.addAll(CanaryConfigs.ALL);
        keys.addAll(ConsoleConfigs.ALL);
        keys.addAll(AccessConfigs.ALL);
        TopicConfigs.ALL.stream()
                .filter(TopicConfigs::hasBrokerDefault)
                .forEach(key -> keys.add(TopicConfigs.brokerDefault(key)));
        keys.addAll(EventSettings.KEYS);
        keys.addAll(AuditConfig.KEYS);
        return keys;
    }

    public static Settings of(Map<String, String> given) {
        return Settings.of(given, keys());
    }

    /** The defaults of topic settings that this process' settings change, by the topic setting's name. */
    public static Map<String, String> topicDefaults(Settings settings) {
        return TopicConfigs.defaultsIn(settings.given());
    }
}
