package dev.curia.broker.security;

import dev.curia.common.config.ConfigKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The settings of security, and how one listener has its own: {@code listener.name.external.ssl.client.auth} goes before
 * {@code ssl.client.auth} on the listener EXTERNAL, and {@code listener.name.external.plain.sasl.jaas.config} is for one mechanism of it
 * (KIP-103). {@code rpc.ssl.keystore.location} goes before {@code ssl.keystore.location} on the ports that {@link PortKeys} is about. Pure.
 */
public final class SecuritySettings {
    static final String LISTENER_PREFIX = "listener.name.";

    /** In the order of the reference page. */
    public static final List<ConfigKey<?>> KEYS = Stream.of(
                    List.<ConfigKey<?>>of(SaslKeys.PROTOCOL_MAP),
                    SaslKeys.OF_LISTENER,
                    List.<ConfigKey<?>>of(SaslKeys.FAILURE_DELAY_MS, SaslKeys.TIMEOUT_MS),
                    TlsKeys.OF_LISTENER,
                    List.<ConfigKey<?>>of(TlsKeys.RELOAD_INTERVAL_MS),
                    PortKeys.ALL)
            .flatMap(List::stream)
            .toList();

    private static final Set<String> OF_TLS =
            TlsKeys.OF_LISTENER.stream().map(ConfigKey::name).collect(Collectors.toUnmodifiableSet());
    private static final Set<String> OF_LISTENER = Stream.concat(
                    SaslKeys.OF_LISTENER.stream(), TlsKeys.OF_LISTENER.stream())
            .map(ConfigKey::name)
            .collect(Collectors.toUnmodifiableSet());

    private SecuritySettings() {}

    /** The setting that is meant: the same name, unless it is one of a listener's own. */
    public static String plainName(String name) {
        if (!name.startsWith(LISTENER_PREFIX)) return plainNameOfPort(name);
        int dot = name.indexOf('.', LISTENER_PREFIX.length());
        String own = name.substring(dot + 1);
        for (String mechanism : SaslMechanisms.NAMES) {
            String prefix = prefix(mechanism);
            if (own.startsWith(prefix)) own = own.substring(prefix.length());
        }
        return dot > 0 && OF_LISTENER.contains(own) ? own : name;
    }

    /** Whether a certificate is asked for is a setting of its own there. */
    private static String plainNameOfPort(String name) {
        return PortKeys.PREFIXES.stream()
                .filter(name::startsWith)
                .map(prefix -> name.substring(prefix.length()))
                .filter(own -> OF_TLS.contains(own) && !own.equals(TlsKeys.CLIENT_AUTH.name()))
                .findFirst()
                .orElse(name);
    }

    /** The listeners that have settings of their own, in lower case. */
    public static List<String> listeners(Map<String, String> given) {
        List<String> names = new ArrayList<>();
        given.keySet().stream().filter(name -> name.startsWith(LISTENER_PREFIX)).forEach(name -> {
            int dot = name.indexOf('.', LISTENER_PREFIX.length());
            if (dot > 0) names.add(name.substring(LISTENER_PREFIX.length(), dot));
        });
        return names;
    }

    /** What holds for this listener. */
    public static Map<String, String> of(Map<String, String> given, String listener) {
        return overlaid(given, LISTENER_PREFIX + prefix(listener));
    }

    /** What holds for this mechanism of a listener that has these. */
    static Map<String, String> ofMechanism(Map<String, String> ofListener, String mechanism) {
        return overlaid(ofListener, prefix(mechanism));
    }

    private static String prefix(String name) {
        return name.toLowerCase(Locale.ROOT) + ".";
    }

    static Map<String, String> overlaid(Map<String, String> given, String prefix) {
        Map<String, String> own = new HashMap<>(given);
        given.forEach((name, value) -> {
            if (name.startsWith(prefix)) own.put(name.substring(prefix.length()), value);
        });
        return own;
    }
}
