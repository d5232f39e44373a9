package dev.curia.broker.security;

import dev.curia.common.config.ConfigKey;
import java.util.List;
import org.apache.kafka.common.security.ssl.SslPrincipalMapper;

/** The settings of TLS, as Kafka has them. */
public final class TlsKeys {
    private static final List<String> STORE_TYPES = List.of("jks", "pkcs12", "pem");

    public static final ConfigKey<String> KEYSTORE_LOCATION = ConfigKey.ofString(
            "ssl.keystore.location",
            "",
            "The file with the server's private key and certificate chain. This or ssl.keystore.key is required wherever TLS is spoken. Read again when it changes.");
    public static final ConfigKey<String> KEYSTORE_TYPE = ConfigKey.oneOf(
            "ssl.keystore.type",
            "jks",
            STORE_TYPES,
            "What kind of file it is; Java's own kinds are told apart by themselves.");
    public static final ConfigKey<String> KEYSTORE_PASSWORD =
            ConfigKey.ofPassword("ssl.keystore.password", "The password of that file; not of PEM.");
    public static final ConfigKey<String> KEY_PASSWORD =
            ConfigKey.ofPassword("ssl.key.password", "The password of the private key in it, or in ssl.keystore.key.");
    public static final ConfigKey<String> KEYSTORE_KEY = ConfigKey.ofPassword(
            "ssl.keystore.key", "The private key itself, in PEM (PKCS 8), with ssl.keystore.type=PEM.");
    public static final ConfigKey<String> KEYSTORE_CHAIN = ConfigKey.ofString(
            "ssl.keystore.certificate.chain", "", "The certificate chain itself, in PEM, the server's own first.");
    public static final ConfigKey<String> TRUSTSTORE_LOCATION = ConfigKey.ofString(
            "ssl.truststore.location",
            "",
            "The file with the certificates that clients' certificates must be signed by; empty: those that Java trusts. Read again when it changes.");
    public static final ConfigKey<String> TRUSTSTORE_TYPE =
            ConfigKey.oneOf("ssl.truststore.type", "jks", STORE_TYPES, "What kind of file it is.");
    public static final ConfigKey<String> TRUSTSTORE_PASSWORD =
            ConfigKey.ofPassword("ssl.truststore.password", "The password of that file; not of PEM.");
    public static final ConfigKey<String> TRUSTSTORE_CERTIFICATES = ConfigKey.ofString(
            "ssl.truststore.certificates", "", "Those certificates themselves, in PEM, with ssl.truststore.type=PEM.");
    public static final ConfigKey<String> CLIENT_AUTH = ConfigKey.oneOf(
            "ssl.client.auth",
            "none",
            List.of("none", "requested", "required"),
            "Whether clients of Kafka listeners show a certificate. Of a SASL_SSL listener only as listener.name.NAME.ssl.client.auth.");
    public static final ConfigKey<List<String>> PROTOCOLS = ConfigKey.listOf(
            "ssl.enabled.protocols",
            "TLSv1.2,TLSv1.3",
            List.of("TLSv1.2", "TLSv1.3"),
            "The versions of TLS that are spoken.");
    public static final ConfigKey<List<String>> CIPHERS = ConfigKey.ofList(
            "ssl.cipher.suites", "", "The cipher suites that are offered, by Java's names; empty: Java's choice.");
    public static final ConfigKey<String> PRINCIPAL_RULES = new ConfigKey<>(
            "ssl.principal.mapping.rules",
            ConfigKey.Type.STRING,
            "DEFAULT",
            "How the subject of a client's certificate becomes a user's name: the first rule that fits. DEFAULT is the whole subject.",
            "DEFAULT or RULE:PATTERN/REPLACEMENT/[LU], separated by commas",
            text -> {
                SslPrincipalMapper.fromRules(text);
                return text;
            });
    public static final ConfigKey<Integer> RELOAD_INTERVAL_MS = ConfigKey.ofInt(
            "curia.ssl.reload.interval.ms",
            10_000,
            10,
            Integer.MAX_VALUE,
            "How often key and trust files are looked at for changes, in milliseconds. New connections get what is new; what cannot be read is logged, and the old stays.");

    /** Those that a listener may have its own of. */
    static final List<ConfigKey<?>> OF_LISTENER = List.of(
            KEYSTORE_LOCATION,
            KEYSTORE_TYPE,
            KEYSTORE_PASSWORD,
            KEY_PASSWORD,
            KEYSTORE_KEY,
            KEYSTORE_CHAIN,
            TRUSTSTORE_LOCATION,
            TRUSTSTORE_TYPE,
            TRUSTSTORE_PASSWORD,
            TRUSTSTORE_CERTIFICATES,
            CLIENT_AUTH,
            PROTOCOLS,
            CIPHERS,
            PRINCIPAL_RULES);

    private TlsKeys() {}
}
