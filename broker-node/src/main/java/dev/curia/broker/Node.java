package dev.curia.broker;

import dev.curia.broker.config.NodeConfig;
import dev.curia.broker.config.ServerKeys;
import dev.curia.broker.grpc.RpcSecurity;
import dev.curia.broker.http.HttpEndpoint;
import dev.curia.broker.http.HttpSecurity;
import dev.curia.broker.http.Readiness;
import dev.curia.broker.metrics.LoopMetrics;
import dev.curia.broker.metrics.ProcessMetrics;
import dev.curia.broker.security.TlsContext;
import dev.curia.broker.security.TlsKeys;
import dev.curia.broker.security.TlsMetrics;
import dev.curia.broker.security.TlsReloads;
import dev.curia.common.fault.FaultHandler;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.Clock;
import dev.curia.proto.metadata.v1.MetadataRecord;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One server process: the roles it was given, and what they share. Wired by hand, here and in the roles. Thread-safe. */
public final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final long READY_POLL_MILLIS = 20;
    private static final long READY_REPORT_MILLIS = 10_000;

    private final NodeConfig config;
    private final Clock clock;
    private final HostPort httpAddress;
    private final Resources resources = new Resources();
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<Readiness> parts = new CopyOnWriteArrayList<>();
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean started;
    private @Nullable HttpEndpoint http;
    private @Nullable QuorumRole quorum;
    private @Nullable BrokerRole broker;

    private Node(NodeConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
        this.httpAddress = config.settings().get(ServerKeys.HTTP_LISTENER);
    }

    /**
     * Starts all parts; they find each other and become ready by themselves.
     *
     * @param format what to make of the quorum's data directory first, if it is new
     * @throws StartupException for the operator; nothing stays open then
     */
    public static Node start(NodeConfig config, Format format, Clock clock, FaultHandler faults)
            throws StartupException {
        return start(config, format, List.of(), clock, faults);
    }

    /** @param first what a new cluster's metadata begins with; the same on all its quorum nodes */
    static Node start(NodeConfig config, Format format, List<MetadataRecord> first, Clock clock, FaultHandler faults)
            throws StartupException {
        Node node = new Node(config, clock);
        try {
            node.startParts(format, first, faults);
            return node;
        } catch (IOException e) {
            node.close();
            throw new StartupException(String.valueOf(e.getMessage()), e);
        } catch (StartupException | RuntimeException e) {
            node.close();
            throw e;
        }
    }

    private void startParts(Format format, List<MetadataRecord> first, FaultHandler faults)
            throws IOException, StartupException {
        resources.onClose("metrics", meters::close);
        resources.own(new ProcessMetrics(meters));
        LoopMetrics.watchThreads(meters);
        TlsMetrics tlsMetrics = new TlsMetrics(meters);
        RpcSecurity security = RpcSecurity.of(config.settings().given(), clock, tlsMetrics);
        HttpSecurity httpSecurity = HttpSecurity.of(config.settings().given(), clock, tlsMetrics);
        http = resources.own(HttpEndpoint.start(
                httpAddress,
                httpSecurity,
                meters,
                this::notReadyBecause,
                ConsoleSite.of(config, security, clock, faults, resources)));
        if (config.quorum()) {
            QuorumRole role = resources.own(QuorumRole.start(config, security, format, first, clock, meters, faults));
            quorum = role;
            parts.add(role);
        }
        if (config.broker()) {
            BrokerRole role = resources.own(BrokerRole.start(config, security, clock, meters, faults));
            broker = role;
            parts.add(role);
        }
        reload(Stream.of(security.tls(), httpSecurity.tls())
                .flatMap(Optional::stream)
                .toList());
        started = true;
    }

    private void reload(List<TlsContext> contexts) {
        if (contexts.isEmpty()) return;
        Duration interval = Duration.ofMillis(config.settings().get(TlsKeys.RELOAD_INTERVAL_MS));
        resources.own(new TlsReloads(contexts, interval));
    }

    /** Returns when every part serves, or with false when the node was closed before; says every ten seconds what is missing. */
    public boolean awaitReady() throws StartupException, InterruptedException {
        long waited = 0;
        while (!closed.await(READY_POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            if (broker != null) broker.checkNotRejected();
            Optional<String> missing = notReadyBecause();
            if (missing.isEmpty()) return true;
            waited += READY_POLL_MILLIS;
            if (waited % READY_REPORT_MILLIS == 0) LOG.info("not ready yet: {}", missing.get());
        }
        return false;
    }

    /** One line for people: what this process is and where it serves. */
    public String readyLine() {
        List<String> what = new ArrayList<>();
        if (broker != null) what.add(broker.describe());
        if (quorum != null) what.add(quorum.describe());
        if (http != null) what.add("HTTP " + new HostPort(httpAddress.host(), http.port()));
        return "Curia is ready (node " + config.nodeId() + ", cluster " + config.clusterId() + "): "
                + String.join(", ", what);
    }

    /** Where a Kafka client on this machine connects; brokers only. */
    public String bootstrapServer() {
        if (broker == null) throw new IllegalStateException("this node is not a broker");
        return broker.bootstrapServer();
    }

    /** Hands over what others can take, then stops, last part first. The first call does it, others wait for it. */
    @Override
    public void close() {
        if (open.getAndSet(false)) {
            resources.close();
            closed.countDown();
            return;
        }
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<String> notReadyBecause() {
        if (!started) return Optional.of("still starting");
        List<String> missing = parts.stream()
                .map(Readiness::notReadyBecause)
                .flatMap(Optional::stream)
                .toList();
        return missing.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", missing));
    }
}
