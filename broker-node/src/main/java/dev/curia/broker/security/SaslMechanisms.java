package dev.curia.broker.security;

import dev.curia.common.config.ConfigException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.security.sasl.SaslServer;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.internals.OAuthBearerSaslServer;
import org.apache.kafka.common.security.plain.internals.PlainSaslServer;
import org.apache.kafka.common.security.plain.internals.PlainServerCallbackHandler;

/**
 * The mechanisms that one listener's clients may log in with. The dialogues themselves are kafka-clients' own server side. Thread-safe.
 */
public final class SaslMechanisms implements AutoCloseable {
    static final String PLAIN = "PLAIN";
    static final String SCRAM_SHA_256 = "SCRAM-SHA-256";
    static final String SCRAM_SHA_512 = "SCRAM-SHA-512";
    static final String OAUTHBEARER = "OAUTHBEARER";

    /** All that may be enabled. */
    public static final List<String> NAMES = List.of(PLAIN, SCRAM_SHA_256, SCRAM_SHA_512, OAUTHBEARER);

    /**
     * One of them.
     *
     * @param server begins a login
     * @param maxSessionMillis {@code connections.max.reauth.ms}; 0: no limit
     */
    record Mechanism(Supplier<SaslServer> server, long maxSessionMillis) {}

    private final Map<String, Mechanism> byName;
    private final Runnable close;

    private SaslMechanisms(Map<String, Mechanism> byName, Runnable close) {
        this.byName = byName;
        this.close = close;
    }

    /**
     * @param settings what holds for the listener
     * @throws ConfigException when a mechanism lacks what it needs
     */
    public static SaslMechanisms of(String listener, Map<String, String> settings, ScramLookup scram) {
        Map<String, Mechanism> byName = new LinkedHashMap<>();
        OAuthBearerValidatorCallbackHandler tokens = new OAuthBearerValidatorCallbackHandler();
        for (String name : SaslKeys.MECHANISMS.in(settings)) {
            Map<String, String> own = SecuritySettings.ofMechanism(settings, name);
            Supplier<SaslServer> server = switch (name) {
                case PLAIN -> plain(listener, own);
                case OAUTHBEARER -> {
                    OauthTokens.configure(tokens, listener, own);
                    yield () -> new OAuthBearerSaslServer(tokens);
                }
                default -> ScramServers.of(name, scram);
            };
            byName.put(name, new Mechanism(server, SaslKeys.MAX_REAUTH_MS.in(own)));
        }
        if (byName.isEmpty()) {
            throw new ConfigException("Setting sasl.enabled.mechanisms is empty for listener " + listener
                    + ", where clients log in: expected some of " + String.join(", ", NAMES) + ".");
        }
        return new SaslMechanisms(byName, tokens::close);
    }

    /** Those enabled, in the order of the setting. */
    List<String> names() {
        return List.copyOf(byName.keySet());
    }

    Optional<Mechanism> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    @Override
    public void close() {
        close.run();
    }

    private static Supplier<SaslServer> plain(String listener, Map<String, String> settings) {
        String jaas = SaslKeys.JAAS.in(settings);
        if (jaas.isEmpty()) {
            throw new ConfigException("Setting sasl.jaas.config is missing for PLAIN on listener " + listener
                    + ": it names the users; see docs/security.md.");
        }
        AuthenticateCallbackHandler users = new PlainServerCallbackHandler();
        String key = PLAIN.toLowerCase(java.util.Locale.ROOT) + "." + SaslKeys.JAAS.name();
        try {
            users.configure(
                    Map.of(),
                    PLAIN,
                    JaasContext.loadServerContext(new ListenerName(listener), PLAIN, Map.of(key, new Password(jaas)))
                            .configurationEntries());
        } catch (RuntimeException e) { // its message may hold a password
            throw new ConfigException("Setting sasl.jaas.config for PLAIN on listener " + listener
                    + " cannot be read: expected org.apache.kafka.common.security.plain.PlainLoginModule required"
                    + " user_NAME=\"PASSWORD\" ... ;");
        }
        return () -> new PlainSaslServer(users);
    }
}
