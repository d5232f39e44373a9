package dev.curia.admin.profile;

import dev.curia.common.config.ConfigException;
import dev.curia.common.config.ConfigKey;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** What a profile says of TLS, with Kafka's names for it. Stateless. */
public final class ProfileTls {
    private static final List<String> STORE_TYPES = List.of("jks", "pkcs12", "pem");
    private static final String PEM = "pem";
    private static final String SSL = "SSL";

    static final ConfigKey<String> PROTOCOL = new ConfigKey<>(
            "security.protocol",
            ConfigKey.Type.STRING,
            "PLAINTEXT",
            "What the servers speak, as their rpc.security.protocol says.",
            "PLAINTEXT or SSL",
            text -> {
                if (text.equals("PLAINTEXT") || text.equals(SSL)) return text;
                throw new IllegalArgumentException("no such protocol");
            });
    static final ConfigKey<String> TRUSTSTORE_LOCATION = ConfigKey.ofString(
            "ssl.truststore.location",
            "",
            "The file with the certificates that servers' must be signed by; empty: those that Java trusts.");
    static final ConfigKey<String> TRUSTSTORE_TYPE = ConfigKey.oneOf(
            "ssl.truststore.type",
            "jks",
            STORE_TYPES,
            "What kind of file it is; Java's own kinds are told apart by themselves.");
    static final ConfigKey<String> TRUSTSTORE_PASSWORD =
            ConfigKey.ofPassword("ssl.truststore.password", "The password of that file; not of PEM.");
    static final ConfigKey<String> KEYSTORE_LOCATION = ConfigKey.ofString(
            "ssl.keystore.location",
            "",
            "The file with one's own private key and certificates, who one is to the servers; empty: nobody in particular.");
    static final ConfigKey<String> KEYSTORE_TYPE =
            ConfigKey.oneOf("ssl.keystore.type", "jks", STORE_TYPES, "What kind of file it is.");
    static final ConfigKey<String> KEYSTORE_PASSWORD =
            ConfigKey.ofPassword("ssl.keystore.password", "The password of that file; not of PEM.");
    static final ConfigKey<String> KEY_PASSWORD = ConfigKey.ofPassword(
            "ssl.key.password", "The password of the private key in it, where that is not the file's.");

    static final List<ConfigKey<?>> KEYS = List.of(
            PROTOCOL,
            TRUSTSTORE_LOCATION,
            TRUSTSTORE_TYPE,
            TRUSTSTORE_PASSWORD,
            KEYSTORE_LOCATION,
            KEYSTORE_TYPE,
            KEYSTORE_PASSWORD,
            KEY_PASSWORD);

    private ProfileTls() {}

    /**
     * What to connect with.
     *
     * @throws ConfigException that names the setting whose file cannot be used
     */
    public static ChannelCredentials credentials(Profile profile) {
        if (!of(profile, PROTOCOL).equals(SSL)) return InsecureChannelCredentials.create();
        TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
        String trust = of(profile, TRUSTSTORE_LOCATION);
        String key = of(profile, KEYSTORE_LOCATION);
        if (!trust.isEmpty()) using(TRUSTSTORE_LOCATION, trust, file -> trust(tls, file, profile));
        if (!key.isEmpty()) using(KEYSTORE_LOCATION, key, file -> key(tls, file, profile));
        return tls.build();
    }

    private static String of(Profile profile, ConfigKey<String> key) {
        return profile.get(key).orElse(String.valueOf(key.defaultText()));
    }

    private static void trust(TlsChannelCredentials.Builder tls, File file, Profile profile)
            throws IOException, GeneralSecurityException {
        if (of(profile, TRUSTSTORE_TYPE).equals(PEM)) {
            tls.trustManager(file);
            return;
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store(file, profile.get(TRUSTSTORE_PASSWORD)));
        tls.trustManager(trust.getTrustManagers());
    }

    private static void key(TlsChannelCredentials.Builder tls, File file, Profile profile)
            throws IOException, GeneralSecurityException {
        Optional<String> ofKey = profile.get(KEY_PASSWORD);
        if (of(profile, KEYSTORE_TYPE).equals(PEM)) {
            tls.keyManager(file, file, ofKey.orElse(null)); // both are in it, as Kafka has them
            return;
        }
        Optional<String> ofStore = profile.get(KEYSTORE_PASSWORD);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store(file, ofStore), letters(ofKey.or(() -> ofStore)));
        tls.keyManager(keys.getKeyManagers());
    }

    private static KeyStore store(File file, Optional<String> password) throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(file, letters(password));
    }

    private static char @Nullable [] letters(Optional<String> password) {
        return password.map(String::toCharArray).orElse(null);
    }

    private interface Use {
        void of(File file) throws IOException, GeneralSecurityException;
    }

    private static void using(ConfigKey<String> key, String location, Use use) {
        File file = new File(location);
        if (!file.canRead())
            throw new ConfigException(key.name() + ": there is no file " + file + " that can be read.");
        try {
            use.of(file);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new ConfigException(key.name() + ": " + file + " cannot be used: " + e.getMessage() + ". See "
                    + key.name().replace("location", "type") + " and "
                    + key.name().replace("location", "password")
                    + ".");
        }
    }
}
