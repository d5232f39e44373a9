package dev.curia.broker.security;

import dev.curia.common.config.ConfigException;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

/** A private key, its certificates and whom to trust, as settings say, read once. Immutable, thread-safe. kafka-clients reads the files. */
final class TlsMaterial {
    private static final byte[] PROBE = {1, 2, 3};

    private final DefaultSslEngineFactory factory;
    private final List<X509Certificate> own;
    private final Instant expiry;
    private final X509ExtendedKeyManager key;
    private final X509ExtendedTrustManager trust;

    private TlsMaterial(DefaultSslEngineFactory factory, Optional<char[]> keyPassword) throws GeneralSecurityException {
        this.factory = factory;
        List<X509Certificate[]> chains = checked(factory.keystore(), keyPassword);
        this.own = chains.stream().map(chain -> chain[0]).toList();
        this.expiry = chains.stream()
                .flatMap(Arrays::stream)
                .map(each -> each.getNotAfter().toInstant())
                .min(Comparator.naturalOrder())
                .orElseThrow();
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(factory.keystore(), keyPassword.orElse(null));
        this.key = only(X509ExtendedKeyManager.class, keys.getKeyManagers());
        TrustManagerFactory trusts = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusts.init(factory.truststore()); // null: what Java trusts
        this.trust = only(X509ExtendedTrustManager.class, trusts.getTrustManagers());
    }

    private static <T> T only(Class<T> kind, Object[] managers) throws GeneralSecurityException {
        for (Object each : managers) if (kind.isInstance(each)) return kind.cast(each);
        throw new GeneralSecurityException("this Java has no " + kind.getSimpleName());
    }

    /** @throws ConfigException that says what cannot be used; nothing of secrets */
    static TlsMaterial load(Map<String, String> settings) {
        String location = TlsKeys.KEYSTORE_LOCATION.in(settings);
        if (location.isEmpty() && TlsKeys.KEYSTORE_KEY.in(settings).isEmpty()) {
            throw new ConfigException(
                    "Setting " + TlsKeys.KEYSTORE_LOCATION.name() + " is missing: " + TlsKeys.KEYSTORE_LOCATION.doc());
        }
        DefaultSslEngineFactory factory = new DefaultSslEngineFactory();
        try {
            factory.configure(configs(settings));
            factory.createServerSslEngine("probe", 0);
            return new TlsMaterial(factory, keyPassword(settings));
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new ConfigException(
                    "The key and trust of TLS cannot be used (" + TlsKeys.KEYSTORE_LOCATION.name() + " '"
                            + location + "', " + TlsKeys.TRUSTSTORE_LOCATION.name() + " '"
                            + TlsKeys.TRUSTSTORE_LOCATION.in(settings) + "'): " + reason(e));
        }
    }

    /** For one connection that somebody opened to us. */
    SSLEngine serverEngine() {
        return factory.createServerSslEngine("client", 0);
    }

    SSLContext context() {
        return factory.sslContext();
    }

    X509ExtendedKeyManager key() {
        return key;
    }

    X509ExtendedTrustManager trust() {
        return trust;
    }

    /** The certificates of its keys: one, as a rule. */
    List<X509Certificate> own() {
        return own;
    }

    /** When the first certificate of the chain expires. */
    Instant expiry() {
        return expiry;
    }

    private static Map<String, Object> configs(Map<String, String> settings) {
        Map<String, Object> configs = new HashMap<>();
        configs.put(SslConfigs.SSL_PROTOCOL_CONFIG, SslConfigs.DEFAULT_SSL_PROTOCOL);
        configs.put(SslConfigs.SSL_ENABLED_PROTOCOLS_CONFIG, TlsKeys.PROTOCOLS.in(settings));
        configs.put(SslConfigs.SSL_CIPHER_SUITES_CONFIG, TlsKeys.CIPHERS.in(settings));
        configs.put(BrokerSecurityConfigs.SSL_CLIENT_AUTH_CONFIG, TlsKeys.CLIENT_AUTH.in(settings));
        configs.put(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, type(TlsKeys.KEYSTORE_TYPE.in(settings)));
        text(configs, SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG, TlsKeys.KEYSTORE_LOCATION.in(settings));
        secret(configs, SslConfigs.SSL_KEYSTORE_PASSWORD_CONFIG, TlsKeys.KEYSTORE_PASSWORD.in(settings));
        secret(configs, SslConfigs.SSL_KEY_PASSWORD_CONFIG, TlsKeys.KEY_PASSWORD.in(settings));
        secret(configs, SslConfigs.SSL_KEYSTORE_KEY_CONFIG, TlsKeys.KEYSTORE_KEY.in(settings));
        secret(configs, SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG, TlsKeys.KEYSTORE_CHAIN.in(settings));
        configs.put(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, type(TlsKeys.TRUSTSTORE_TYPE.in(settings)));
        text(configs, SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG, TlsKeys.TRUSTSTORE_LOCATION.in(settings));
        secret(configs, SslConfigs.SSL_TRUSTSTORE_PASSWORD_CONFIG, TlsKeys.TRUSTSTORE_PASSWORD.in(settings));
        secret(configs, SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG, TlsKeys.TRUSTSTORE_CERTIFICATES.in(settings));
        return configs;
    }

    private static String type(String given) {
        return given.toUpperCase(Locale.ROOT);
    }

    private static void text(Map<String, Object> configs, String name, String value) {
        if (!value.isEmpty()) configs.put(name, value);
    }

    private static void secret(Map<String, Object> configs, String name, String value) {
        if (!value.isEmpty()) configs.put(name, new Password(value));
    }

    private static Optional<char[]> keyPassword(Map<String, String> settings) {
        String own = TlsKeys.KEY_PASSWORD.in(settings);
        String password = own.isEmpty() ? TlsKeys.KEYSTORE_PASSWORD.in(settings) : own;
        return password.isEmpty() ? Optional.empty() : Optional.of(password.toCharArray());
    }

    /** That there is a key, and that its certificate is for it, which clients would find out else. */
    private static List<X509Certificate[]> checked(KeyStore store, Optional<char[]> password)
            throws GeneralSecurityException {
        List<X509Certificate[]> chains = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            if (!store.isKeyEntry(alias)) continue;
            Key key = store.getKey(alias, password.orElse(null));
            Certificate[] chain = store.getCertificateChain(alias);
            if (!(key instanceof PrivateKey own) || chain == null || chain.length == 0) continue;
            if (!fits(own, chain[0])) throw new GeneralSecurityException("the certificate is not of the private key");
            chains.add(Arrays.copyOf(chain, chain.length, X509Certificate[].class));
        }
        if (chains.isEmpty()) throw new GeneralSecurityException("there is no private key with a certificate");
        return chains;
    }

    private static boolean fits(PrivateKey key, Certificate certificate) throws GeneralSecurityException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(PROBE);
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        signature.update(PROBE);
        return signature.verify(signed);
    }

    private static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause() != cause) cause = cause.getCause();
        return String.valueOf(cause.getMessage());
    }
}
