package dev.curia.broker.kafka.net;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** What Kafka's own clients are configured with to log in. */
final class SaslClients {
    private static final String MODULES = "org.apache.kafka.common.security.";

    private SaslClients() {}

    static Map<String, Object> of(String bootstrap, String protocol, String mechanism, String user, String password) {
        String module = mechanism.equals("PLAIN") ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
        return with(
                bootstrap,
                protocol,
                mechanism,
                MODULES + module + " required username=\"" + user + "\" password=\"" + password + "\";");
    }

    static Map<String, Object> with(String bootstrap, String protocol, String mechanism, String jaas) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("security.protocol", protocol);
        settings.put("sasl.mechanism", mechanism);
        settings.put("sasl.jaas.config", jaas);
        settings.put("request.timeout.ms", "10000");
        settings.put("default.api.timeout.ms", "20000");
        return settings;
    }

    static Properties properties(Map<String, Object> settings) {
        Properties properties = new Properties();
        properties.putAll(settings);
        return properties;
    }
}
