package dev.curia.broker.security;

import dev.curia.common.config.ConfigKey;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The settings of what listeners speak, and of logging in. */
public final class SaslKeys {
    private static final int INT = Integer.MAX_VALUE;

    public static final ConfigKey<Map<String, SecurityProtocol>> PROTOCOL_MAP = new ConfigKey<>(
            "listener.security.protocol.map",
            ConfigKey.Type.STRING,
            "PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL",
            "What each listener speaks, by its name: needed as soon as one is not named after its protocol.",
            "a list of NAME:PROTOCOL with protocols PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL",
            SaslKeys::protocols);

    public static final ConfigKey<List<String>> MECHANISMS = ConfigKey.listOf(
            "sasl.enabled.mechanisms",
            "SCRAM-SHA-256,SCRAM-SHA-512",
            SaslMechanisms.NAMES,
            "The mechanisms that clients may log in with on listeners of SASL_PLAINTEXT and SASL_SSL.");
    public static final ConfigKey<String> JAAS = ConfigKey.ofPassword(
            "sasl.jaas.config",
            "What a mechanism is configured with, in the format of JAAS; with PLAIN the users: org.apache.kafka.common.security.plain.PlainLoginModule required user_NAME=\"PASSWORD\" ...; SCRAM and OAUTHBEARER need none.");
    public static final ConfigKey<Long> MAX_REAUTH_MS = ConfigKey.ofLong(
            "connections.max.reauth.ms",
            0,
            0,
            Long.MAX_VALUE,
            "After this time, in milliseconds, a client must have logged in again, or its next request closes the connection (KIP-368); a token that expires earlier makes it sooner. 0: no limit but the token's.");
    public static final ConfigKey<Integer> FAILURE_DELAY_MS = ConfigKey.ofInt(
            "connection.failed.authentication.delay.ms",
            100,
            0,
            60_000,
            "A client that failed to log in is told, and its connection closed, only after this time, in milliseconds, so that it does not come back at once.");
    public static final ConfigKey<Integer> MAX_RECEIVE_BYTES = ConfigKey.ofInt(
            "sasl.server.max.receive.size", 524_288, 1, INT, "The largest request before a client has logged in.");
    public static final ConfigKey<Integer> TIMEOUT_MS = ConfigKey.ofInt(
            "curia.authentication.timeout.ms",
            30_000,
            1,
            INT,
            "A connection that has not shaken hands and logged in by this time, in milliseconds, is closed.");

    public static final ConfigKey<String> JWKS_URL = ConfigKey.ofString(
            "sasl.oauthbearer.jwks.endpoint.url",
            "",
            "OAUTHBEARER: where the keys are that tokens are signed with, as a JWKS: https://... or file:///... Required with it.");
    public static final ConfigKey<Long> JWKS_REFRESH_MS = ConfigKey.ofLong(
            "sasl.oauthbearer.jwks.endpoint.refresh.ms",
            3_600_000,
            1,
            Long.MAX_VALUE,
            "OAUTHBEARER: how often the keys are read anew, in milliseconds.");
    public static final ConfigKey<Long> JWKS_RETRY_MS = ConfigKey.ofLong(
            "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms",
            100,
            1,
            Long.MAX_VALUE,
            "OAUTHBEARER: the first pause before keys that could not be read are asked for again, in milliseconds.");
    public static final ConfigKey<Long> JWKS_RETRY_MAX_MS = ConfigKey.ofLong(
            "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms",
            10_000,
            1,
            Long.MAX_VALUE,
            "OAUTHBEARER: the longest such pause, in milliseconds.");
    public static final ConfigKey<String> EXPECTED_ISSUER =
            ConfigKey.ofString("sasl.oauthbearer.expected.issuer", "", "OAUTHBEARER: the iss of tokens; empty: any.");
    public static final ConfigKey<List<String>> EXPECTED_AUDIENCE = ConfigKey.ofList(
            "sasl.oauthbearer.expected.audience", "", "OAUTHBEARER: one of these is an aud of tokens; empty: any.");
    public static final ConfigKey<String> SCOPE_CLAIM = ConfigKey.ofString(
            "sasl.oauthbearer.scope.claim.name", "scope", "OAUTHBEARER: the claim that holds a token's scope.");
    public static final ConfigKey<String> SUBJECT_CLAIM = ConfigKey.ofString(
            "sasl.oauthbearer.sub.claim.name", "sub", "OAUTHBEARER: the claim that holds the user's name.");
    public static final ConfigKey<Integer> CLOCK_SKEW_SECONDS = ConfigKey.ofInt(
            "sasl.oauthbearer.clock.skew.seconds",
            30,
            0,
            INT,
            "OAUTHBEARER: how far clocks may differ, in seconds, when a token's times are checked.");

    /** Those that a listener may have its own of. */
    static final List<ConfigKey<?>> OF_LISTENER = List.of(
            MECHANISMS,
            JAAS,
            MAX_REAUTH_MS,
            MAX_RECEIVE_BYTES,
            JWKS_URL,
            JWKS_REFRESH_MS,
            JWKS_RETRY_MS,
            JWKS_RETRY_MAX_MS,
            EXPECTED_ISSUER,
            EXPECTED_AUDIENCE,
            SCOPE_CLAIM,
            SUBJECT_CLAIM,
            CLOCK_SKEW_SECONDS);

    private SaslKeys() {}

    private static Map<String, SecurityProtocol> protocols(String text) {
        Map<String, SecurityProtocol> protocols = new HashMap<>();
        Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .forEach(item -> {
                    int colon = item.indexOf(':');
                    if (colon < 1) throw new IllegalArgumentException("no NAME:PROTOCOL");
                    String name = item.substring(0, colon).strip().toUpperCase(Locale.ROOT);
                    String protocol = item.substring(colon + 1).strip().toUpperCase(Locale.ROOT);
                    if (protocols.put(name, SecurityProtocol.valueOf(protocol)) != null) {
                        throw new IllegalArgumentException("named twice");
                    }
                });
        return Map.copyOf(protocols);
    }
}
