package dev.curia.broker.kafka.net;

import dev.curia.broker.security.LoginMetrics;
import dev.curia.broker.security.SaslKeys;
import dev.curia.broker.security.SaslLogins;
import dev.curia.broker.security.ScramLookup;
import dev.curia.broker.security.SecurityProtocol;
import dev.curia.broker.security.SecuritySettings;
import dev.curia.broker.security.TlsContext;
import dev.curia.broker.security.TlsKeys;
import dev.curia.broker.security.TlsMetrics;
import dev.curia.common.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a listener learns who its clients are. Thread-safe.
 *
 * @param tls what connections are encrypted with; empty: they are not
 * @param sasl how they log in; empty: they need not
 * @param timeout until when they must have, and have shaken hands before, after they connected
 */
public record ListenerSecurity(Optional<TlsContext> tls, Optional<SaslLogins> sasl, Duration timeout)
        implements AutoCloseable {

    /** What those who make one share. */
    public record Ports(ScramLookup scram, Clock clock, LoginMetrics logins, TlsMetrics tls) {}

    /**
     * @param given the settings of the process
     * @throws dev.curia.common.config.ConfigException when something is missing
     */
    public static ListenerSecurity of(
            String listener, SecurityProtocol protocol, Map<String, String> given, Ports ports) {
        Map<String, String> own = SecuritySettings.of(given, listener);
        Optional<TlsContext> tls = protocol.tls()
                ? Optional.of(new TlsContext(listener, ofTls(listener, protocol, given), ports.clock, ports.tls))
                : Optional.empty();
        Optional<SaslLogins> sasl = protocol.sasl()
                ? Optional.of(new SaslLogins(listener, own, ports.scram, ports.clock, ports.logins))
                : Optional.empty();
        return new ListenerSecurity(tls, sasl, Duration.ofMillis(SaslKeys.TIMEOUT_MS.in(own)));
    }

    /** Where clients log in, a certificate is asked for only if the listener itself says so, as with Kafka. */
    private static Map<String, String> ofTls(String listener, SecurityProtocol protocol, Map<String, String> given) {
        if (!protocol.sasl()) return SecuritySettings.of(given, listener);
        Map<String, String> without = new HashMap<>(given);
        without.remove(TlsKeys.CLIENT_AUTH.name());
        return SecuritySettings.of(without, listener);
    }

    @Override
    public void close() {
        sasl.ifPresent(SaslLogins::close);
    }
}
