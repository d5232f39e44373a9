package dev.curia.broker.security;

import dev.curia.common.config.ConfigException;
import dev.curia.common.security.Principal;
import dev.curia.common.time.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.kafka.common.security.ssl.SslPrincipalMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS of one port: key, certificates and trust, read again when their files change, and who a certificate's owner is. What has been
 * handed out stays as it was. Thread-safe. Nothing here is of Kafka's protocol: any server that takes an engine or a context can use it.
 */
public final class TlsContext {
    private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);
    private static final double MILLIS_PER_DAY = TimeUnit.DAYS.toMillis(1);

    /** What is asked of those who connect; as {@code ssl.client.auth} has it. */
    public enum ClientCertificates {
        NONE,
        REQUESTED,
        REQUIRED
    }

    /** What tells a file from how it was. */
    private record Mark(Path file, FileTime modified, long bytes) {}

    private final String listener;
    private final Map<String, String> settings;
    private final SslPrincipalMapper mapper;
    private final TlsMetrics metrics;
    private volatile TlsMaterial material;
    private volatile Set<Principal> own;
    private List<Mark> seen; // of the thread that calls reloadIfChanged

    /**
     * @param listener its name, for the log and metrics
     * @param settings what holds for it
     * @throws ConfigException when key or trust cannot be used
     */
    public TlsContext(String listener, Map<String, String> settings, Clock clock, TlsMetrics metrics) {
        this.listener = listener;
        this.settings = Map.copyOf(settings);
        this.mapper = SslPrincipalMapper.fromRules(TlsKeys.PRINCIPAL_RULES.in(settings));
        this.metrics = metrics;
        this.seen = marks();
        this.material = TlsMaterial.load(settings);
        this.own = owners(material.own());
        metrics.certificate(listener, () -> (material.expiry().toEpochMilli() - clock.wallMillis()) / MILLIS_PER_DAY);
    }

    /** The server's side of one new connection. */
    public SSLEngine serverEngine() {
        return material.serverEngine();
    }

    /** Of now, for servers that make their own engines. */
    public SSLContext context() {
        return material.context();
    }

    /**
     * Whose certificate it is; empty when none was shown and none is required.
     *
     * @throws IOException when no rule of {@code ssl.principal.mapping.rules} fits its subject
     */
    public Optional<Principal> principal(SSLSession session) throws IOException {
        try {
            return Optional.of(owner(session.getPeerPrincipal()));
        } catch (SSLPeerUnverifiedException none) {
            return Optional.empty();
        }
    }

    /**
     * Whose certificate it is.
     *
     * @throws IOException when no rule of {@code ssl.principal.mapping.rules} fits its subject
     */
    Principal owner(X509Certificate certificate) throws IOException {
        return owner(certificate.getSubjectX500Principal());
    }

    private Principal owner(java.security.Principal subject) throws IOException {
        return Principal.user(mapper.getName(subject.getName()));
    }

    /** Whose the certificates of its keys are: one, as a rule. */
    Set<Principal> own() {
        return own;
    }

    private Set<Principal> owners(List<X509Certificate> certificates) {
        return certificates.stream().map(this::named).flatMap(Optional::stream).collect(Collectors.toUnmodifiableSet());
    }

    private Optional<Principal> named(X509Certificate certificate) {
        try {
            return Optional.of(owner(certificate));
        } catch (IOException e) {
            return Optional.empty(); // and so nobody's
        }
    }

    /** The key of now, whenever it is asked. */
    public X509ExtendedKeyManager key() {
        return new LiveKeyManager(() -> material.key());
    }

    /** Trusts whom the settings trust now, whenever it is asked. */
    public X509ExtendedTrustManager trust() {
        return trust(trusted -> {});
    }

    X509ExtendedTrustManager trust(LiveTrustManager.Condition condition) {
        return new LiveTrustManager(() -> material.trust(), condition);
    }

    /** The versions of TLS that are spoken. */
    public List<String> protocols() {
        return TlsKeys.PROTOCOLS.in(settings);
    }

    /** Empty: whoever speaks it has a choice of his own. */
    public List<String> ciphers() {
        return TlsKeys.CIPHERS.in(settings);
    }

    /** Whether whoever connects shows a certificate. */
    public ClientCertificates clientCertificates() {
        return ClientCertificates.valueOf(TlsKeys.CLIENT_AUTH.in(settings).toUpperCase(Locale.ROOT));
    }

    /** A connection did not become one of TLS. */
    public void handshakeFailed() {
        metrics.handshakeFailed(listener);
    }

    /** Reads the files again if any has changed since; what cannot be used is logged once, and the old stays. One thread at a time. */
    public void reloadIfChanged() {
        List<Mark> now = marks();
        if (now.equals(seen)) return;
        seen = now;
        try {
            TlsMaterial read = TlsMaterial.load(settings);
            own = owners(read.own());
            material = read;
            metrics.reloaded(listener, true);
            LOG.info(
                    "listener {}: new key and trust of TLS, the certificate expires at {}",
                    listener,
                    material.expiry());
        } catch (ConfigException e) {
            metrics.reloaded(listener, false);
            LOG.error("listener {}: goes on with the key and trust that it has. {}", listener, e.getMessage());
        }
    }

    private List<Mark> marks() {
        List<Mark> marks = new ArrayList<>();
        Stream.of(TlsKeys.KEYSTORE_LOCATION, TlsKeys.TRUSTSTORE_LOCATION)
                .map(key -> key.in(settings))
                .filter(location -> !location.isEmpty())
                .map(Path::of)
                .forEach(file -> marks.add(mark(file)));
        return marks;
    }

    private static Mark mark(Path file) {
        try {
            return new Mark(file, Files.getLastModifiedTime(file), Files.size(file));
        } catch (IOException missing) { // loading it says so
            return new Mark(file, FileTime.fromMillis(0), -1);
        }
    }
}
