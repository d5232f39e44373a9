package dev.curia.system;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStore.PasswordProtection;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Signs certificates, by Java's keytool; all stores are PKCS 12, with {@link #PASSWORD}. */
final class Authority {
    static final String PASSWORD = "changeit";

    private static final String SELF = "authority";

    private final Path directory;

    private Authority(Path directory) {
        this.directory = directory;
    }

    /** A new one that keeps its files there. */
    static Authority in(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Authority made = new Authority(directory);
        made.keytool("-alias", SELF, "-dname", "CN=Test Authority", "-ext", "bc:c");
        made.keep("trust", (all, kept) -> kept.setCertificateEntry(SELF, all.getCertificate(SELF)));
        return made;
    }

    /** The one that keeps its files there. */
    static Authority of(Path directory) {
        return new Authority(directory);
    }

    /** A key of {@code CN=name} that is good on 127.0.0.1 from some days ago on, for ten. */
    Authority sign(String name, int daysAgo) {
        keytool(
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-signer",
                SELF,
                "-ext",
                "san=ip:127.0.0.1",
                "-startdate",
                "-" + daysAgo + "d",
                "-validity",
                "10");
        PasswordProtection secret = new PasswordProtection(PASSWORD.toCharArray());
        keep(name, (all, kept) -> kept.setEntry(name, all.getEntry(name, secret), secret));
        return this;
    }

    /** Of those whom it signed. */
    Path truststore() {
        return store("trust");
    }

    Path store(String name) {
        return directory.resolve(name + ".p12");
    }

    KeyManager[] keysOf(String name) throws IOException, GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(load(name), PASSWORD.toCharArray());
        return keys.getKeyManagers();
    }

    TrustManager[] trust() throws IOException, GeneralSecurityException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(load("trust"));
        return trust.getTrustManagers();
    }

    private KeyStore load(String name) throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(store(name).toFile(), PASSWORD.toCharArray());
    }

    private interface Choice {
        void keep(KeyStore all, KeyStore kept) throws GeneralSecurityException;
    }

    private void keep(String name, Choice choice) {
        try (OutputStream out = Files.newOutputStream(store(name))) {
            KeyStore kept = KeyStore.getInstance("PKCS12");
            kept.load(null, null);
            choice.keep(load("all"), kept);
            kept.store(out, PASSWORD.toCharArray());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("cannot make " + store(name), e);
        }
    }

    private void keytool(String... more) {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        List<String> line = new ArrayList<>(List.of(keytool.toString(), "-genkeypair", "-keyalg", "EC"));
        line.addAll(List.of("-storetype", "PKCS12", "-keystore", store("all").toString(), "-storepass", PASSWORD));
        line.addAll(List.of(more));
        Command.of(line).run().orFail();
    }
}
