package dev.curia.broker;

import dev.curia.broker.config.Listener;
import dev.curia.broker.config.NodeConfig;
import dev.curia.broker.config.ServerKeys;
import dev.curia.broker.config.Settings;
import dev.curia.broker.kafka.api.ApiTable;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.net.ClientThreads;
import dev.curia.broker.kafka.net.ConnectionLimits;
import dev.curia.broker.kafka.net.KafkaListener;
import dev.curia.broker.kafka.net.KafkaMetrics;
import dev.curia.broker.kafka.net.ListenerSecurity;
import dev.curia.broker.kafka.net.SocketBuffers;
import dev.curia.broker.metrics.LoopMetrics;
import dev.curia.broker.quota.QuotaConfigs;
import dev.curia.broker.quota.QuotaMetrics;
import dev.curia.broker.quota.Quotas;
import dev.curia.broker.security.LoginMetrics;
import dev.curia.broker.security.PortKeys;
import dev.curia.broker.security.ScramLookup;
import dev.curia.broker.security.TlsContext;
import dev.curia.broker.security.TlsKeys;
import dev.curia.broker.security.TlsMetrics;
import dev.curia.broker.security.TlsReloads;
import dev.curia.common.config.BrokerConfigs;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.Clock;
import dev.curia.metadata.image.ServerEndpoint;
import dev.curia.replica.grpc.NetworkThreads;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A broker's Kafka listeners, and the addresses that others are told. Not thread-safe; used by the wiring only. */
final class BrokerListeners implements AutoCloseable {
    private static final String RPC = "RPC";
    /** Of a machine where a hand-over to another thread costs more than another processor gains. */
    private static final int FEW_PROCESSORS = 2;

    private record Bound(Listener configured, KafkaListener listener) {}

    private final Settings settings;
    private final NodeConfig config;
    private final ScramLookup scram;
    private final ConnectionLimits limits;
    private final Quotas quotas;
    private final Clock clock;
    private final MeterRegistry meters;
    private final Resources resources = new Resources();
    private final List<Bound> bound = new ArrayList<>();

    BrokerListeners(NodeConfig config, ClusterView cluster, Clock clock, MeterRegistry meters) {
        this.config = config;
        this.settings = config.settings();
        this.scram = (user, mechanism) -> cluster.image().scram().find(user, mechanism);
        DynamicSettings now = new DynamicSettings(settings, cluster);
        this.limits = new ConnectionLimits(
                new ConnectionLimits.Limits(
                        () -> now.get(BrokerConfigs.MAX_CONNECTIONS),
                        () -> now.get(BrokerConfigs.MAX_CONNECTIONS_PER_IP),
                        () -> now.get(BrokerConfigs.MAX_CONNECTIONS_PER_IP_OVERRIDES),
                        () -> now.get(BrokerConfigs.MAX_CONNECTION_CREATION_RATE)),
                clock);
        this.quotas = new Quotas(
                QuotaConfigs.windows(settings.given()),
                () -> cluster.image().clientQuotas(),
                clock,
                new QuotaMetrics(meters, QuotaConfigs.CLIENT_SERIES.in(settings.given())));
        this.clock = clock;
        this.meters = meters;
    }

    /** What clients may use, whichever way they come in. */
    Quotas quotas() {
        return quotas;
    }

    /**
     * Binds all, or throws naming the one that can't be.
     *
     * @param partitions the threads that own partitions, which end after this
     */
    void start(ApiTable apis, LoopMetrics loops, NetworkThreads partitions) throws IOException {
        ClientThreads own = resources.own(ClientThreads.own(config.threads(ServerKeys.NETWORK_THREADS, 1)));
        ClientThreads plain = withPartitions() ? ClientThreads.shared(partitions) : own;
        KafkaMetrics metrics = new KafkaMetrics(meters);
        ListenerSecurity.Ports security =
                new ListenerSecurity.Ports(scram, clock, new LoginMetrics(meters), new TlsMetrics(meters));
        List<TlsContext> encrypted = new ArrayList<>();
        for (Listener listener : settings.get(ServerKeys.LISTENERS)) {
            ListenerSecurity its = resources.own(
                    ListenerSecurity.of(listener.name(), config.protocol(listener), settings.given(), security));
            its.tls().ifPresent(encrypted::add);
            KafkaListener.Config each = new KafkaListener.Config(
                    listener.name(),
                    listener.address().host(),
                    listener.address().port(),
                    settings.get(ServerKeys.REQUEST_MAX_BYTES),
                    new SocketBuffers(
                            settings.get(ServerKeys.SEND_BUFFER_BYTES), settings.get(ServerKeys.RECEIVE_BUFFER_BYTES)),
                    Duration.ofMillis(settings.get(ServerKeys.CONNECTIONS_MAX_IDLE_MS)),
                    limits,
                    quotas,
                    its);
            ClientThreads threads = its.tls().isPresent() ? own : plain;
            bound.add(new Bound(listener, resources.own(KafkaListener.start(each, threads, apis, clock, metrics))));
        }
        if (plain == own || !encrypted.isEmpty()) own.watchedBy(loops);
        if (!encrypted.isEmpty()) {
            resources.own(
                    new TlsReloads(encrypted, Duration.ofMillis(TlsKeys.RELOAD_INTERVAL_MS.in(settings.given()))));
        }
    }

    /** Whether clients' requests are carried out where they are received. Encryption is too much work for that. */
    private boolean withPartitions() {
        return settings.get(ServerKeys.NETWORK_THREADS) == 0
                && Runtime.getRuntime().availableProcessors() <= FEW_PROCESSORS;
    }

    /** What clients are told: as advertised, else as bound. */
    List<ServerEndpoint> advertised() {
        return bound.stream().map(this::advertised).toList();
    }

    /** What other brokers and gRPC clients are told: rpc.advertised, else rpc.listener as bound. */
    ServerEndpoint advertisedRpc(int boundPort) {
        String given = settings.get(ServerKeys.RPC_ADVERTISED);
        HostPort address = given.isEmpty()
                ? new HostPort(reachable(settings.get(ServerKeys.RPC_LISTENER).host()), boundPort)
                : HostPort.parse(given);
        return new ServerEndpoint(
                RPC,
                address.host(),
                address.port(),
                settings.get(PortKeys.RPC_PROTOCOL).name());
    }

    /** Where a client on this machine connects. */
    String bootstrapServer() {
        ServerEndpoint first = advertised(bound.get(0));
        return new HostPort(first.host(), first.port()).toString();
    }

    String describe() {
        return bound.stream()
                .map(each -> "Kafka " + each.configured.name() + "://"
                        + new HostPort(each.configured.address().host(), each.listener.port()))
                .collect(Collectors.joining(", "));
    }

    @Override
    public void close() {
        resources.close();
    }

    private ServerEndpoint advertised(Bound each) {
        Listener listener = each.configured;
        HostPort address = settings.get(ServerKeys.ADVERTISED_LISTENERS).stream()
                .filter(advertised -> advertised.name().equals(listener.name()))
                .map(Listener::address)
                .findFirst()
                .orElseGet(() -> new HostPort(reachable(listener.address().host()), each.listener.port()));
        return new ServerEndpoint(
                listener.name(),
                address.host(),
                address.port(),
                config.protocol(listener).name());
    }

    /** Bound to all addresses, the machine's own name is what others can reach. */
    private static String reachable(String boundHost) {
        if (!boundHost.isEmpty() && !boundHost.equals("0.0.0.0") && !boundHost.equals("::")) return boundHost;
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
