package dev.curia.broker.security;

import dev.curia.common.config.ConfigException;
import dev.curia.common.security.Principal;
import dev.curia.common.time.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
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

    /** What tells a file from how it was. */
    private record Mark(Path file, FileTime modified, long bytes) {}

    private final String listener;
    private final Map<String, String> settings;
    private final SslPrincipalMapper mapper;
    private final TlsMetrics metrics;
    private volatile TlsMaterial material;
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
            return Optional.of(
                    Principal.user(mapper.getName(session.getPeerPrincipal().getName())));
        } catch (SSLPeerUnverifiedException none) {
            return Optional.empty();
        }
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
            material = TlsMaterial.load(settings);
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
