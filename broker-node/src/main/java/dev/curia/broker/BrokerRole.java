package dev.curia.broker;

import dev.curia.broker.bridge.BrokerCondition;
import dev.curia.broker.bridge.BrokerMetrics;
import dev.curia.broker.bridge.BrokerStanding;
import dev.curia.broker.bridge.EventOutbox;
import dev.curia.broker.bridge.HostedLogDirs;
import dev.curia.broker.bridge.MetadataBridge;
import dev.curia.broker.bridge.PublishedMetadata;
import dev.curia.broker.bridge.QuorumCanaryTopic;
import dev.curia.broker.bridge.QuorumInternalTopics;
import dev.curia.broker.bridge.QuorumIsrProposals;
import dev.curia.broker.bridge.QuorumProducerIds;
import dev.curia.broker.bridge.QuorumTopicAdmin;
import dev.curia.broker.bridge.TopicMetrics;
import dev.curia.broker.canary.Canary;
import dev.curia.broker.canary.CanaryConfigs;
import dev.curia.broker.canary.CanaryMetrics;
import dev.curia.broker.config.NodeConfig;
import dev.curia.broker.config.ServerKeys;
import dev.curia.broker.config.ServerSettings;
import dev.curia.broker.config.Settings;
import dev.curia.broker.fetch.DiskReads;
import dev.curia.broker.fetch.FetchSessions;
import dev.curia.broker.grpc.BrokerRpcServer;
import dev.curia.broker.grpc.DataService;
import dev.curia.broker.grpc.GrpcCanaryProbe;
import dev.curia.broker.grpc.PeerChannels;
import dev.curia.broker.grpc.RpcSecurity;
import dev.curia.broker.http.Readiness;
import dev.curia.broker.kafka.api.ApiTable;
import dev.curia.broker.kafka.api.AuthenticationHandlers;
import dev.curia.broker.kafka.api.CoreHandlers;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.lag.LagConfigs;
import dev.curia.broker.metrics.LoopMetrics;
import dev.curia.broker.txn.Membership;
import dev.curia.common.config.BrokerConfigs;
import dev.curia.common.fault.FaultHandler;
import dev.curia.common.id.Uuid;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.loop.LoopDriver;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.Clock;
import dev.curia.log.LogDirectories;
import dev.curia.log.LogDirectory;
import dev.curia.metadata.client.BrokerIdentity;
import dev.curia.metadata.client.BrokerSession;
import dev.curia.metadata.client.MetadataWatcher;
import dev.curia.metadata.client.QuorumChannels;
import dev.curia.metadata.client.QuorumClient;
import dev.curia.replica.audit.AuditConfig;
import dev.curia.replica.grpc.GrpcPeerCalls;
import dev.curia.replica.grpc.GrpcReplicaLinks;
import dev.curia.replica.grpc.LinkConfig;
import dev.curia.replica.grpc.NetworkThreads;
import dev.curia.replica.grpc.ReplicationService;
import dev.curia.replica.lease.ControllerLease;
import dev.curia.replica.lease.LeaseKeeper;
import dev.curia.replica.node.DirectoryMoves;
import dev.curia.replica.node.HostedReplicas;
import dev.curia.replica.node.ProducerLimits;
import dev.curia.replica.node.ReplicaAuditor;
import dev.curia.replica.node.ReplicaConfig;
import dev.curia.replica.node.ReplicaThreads;
import dev.curia.replica.port.AuditMetrics;
import dev.curia.replica.port.LocalBroker;
import dev.curia.replica.port.ReplicaMetrics;
import io.grpc.BindableService;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires a broker: metadata in, replicas, coordinators, and the listeners that clients and other brokers come in on. */
final class BrokerRole implements Readiness, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerRole.class);
    private static final Duration QUORUM_CALL_TIMEOUT = Duration.ofSeconds(10);
    private static final int LOOP_CAPACITY = 100_000;
    private static final int MAX_SESSION_PARTITIONS = 100_000;
    private static final int DISK_READ_QUEUE = 10_000;
    private static final int BACKGROUND_THREADS = 2;

    private final NodeConfig config;
    private final Settings settings;
    private final RpcSecurity security;
    private final Clock clock;
    private final MeterRegistry meters;
    private final FaultHandler faults;
    private final SecureRandom random = new SecureRandom();
    private final Resources resources = new Resources();
    private final AtomicLong brokerEpoch = new AtomicLong(-1);
    private final ControllerLease lease;
    private final LocalBroker self;
    private final PublishedMetadata published;
    private final BrokerListeners listeners;
    private final AccessControl access;
    private final ReplicaMetrics replicaMetrics;

    // Set by start().
    private @Nullable BrokerRpcServer rpc;
    private @Nullable LoopMetrics loopMetrics;
    private volatile @Nullable BrokerStanding standing;

    private BrokerRole(
            NodeConfig config, RpcSecurity security, Clock clock, MeterRegistry meters, FaultHandler faults) {
        this.config = config;
        this.settings = config.settings();
        this.security = security;
        this.clock = clock;
        this.meters = meters;
        this.faults = faults;
        this.published = new PublishedMetadata(config.nodeId());
        this.lease = published.lease(clock);
        this.self = new LocalBroker(config.clusterId(), config.nodeId(), brokerEpoch::get, lease);
        this.listeners = new BrokerListeners(config, published, clock, meters);
        this.access = new AccessControl(settings, published, meters);
        this.replicaMetrics = new ReplicaMetrics(meters);
    }

    static BrokerRole start(
            NodeConfig config, RpcSecurity security, Clock clock, MeterRegistry meters, FaultHandler faults)
            throws IOException {
        BrokerRole role = new BrokerRole(config, security, clock, meters, faults);
        try {
            role.start();
            return role;
        } catch (IOException | RuntimeException e) {
            role.close();
            throw e;
        }
    }

    private void start() throws IOException {
        ExecutorService background = resources.ownExecutor("background", BACKGROUND_THREADS);
        EventLoop timers = timers();
        listeners.quotas().start(timers);
        LogDirectories directories = new LogStorage(config, clock, meters, faults, random, resources).open(timers);
        Optional<String> machineBoot = MachineBoot.id();
        long previousEpoch = directories.intactBrokerEpoch(machineBoot).orElse(-1);
        List<Uuid> directoryIds =
                directories.all().stream().map(LogDirectory::id).toList();

        QuorumChannels channels = resources.own(new QuorumChannels(security.channels()));
        QuorumClient quorum =
                new QuorumClient(channels, QuorumRole.servers(config), QUORUM_CALL_TIMEOUT, timers, clock, random);
        NetworkThreads threads =
                resources.own(new NetworkThreads("partition-loop", config.threads(ServerKeys.REPLICA_LOOPS, 2)));
        GrpcReplicaLinks links = links(timers, threads);
        HostedReplicas replicas = replicas(directories, quorum, links, threads);
        EventOutbox events = new EventOutbox(clock, meters);
        replicas.onEvent(events);
        MetadataBridge bridge = new MetadataBridge(published, ServerSettings.topicDefaults(settings), replicas);
        EventLoop metadataLoop = loop("metadata");
        MetadataWatcher metadata = resources.own(new MetadataWatcher(
                config.clusterId(), channels, QuorumRole.servers(config), metadataLoop, clock, random, bridge));

        QuorumTopicAdmin topics = new QuorumTopicAdmin(quorum, metadata, replicas::settled);
        Coordinators coordinators = coordinators(replicas, topics, quorum, background, events);
        coordinators.followers().forEach(bridge::add);
        bridge.onTopicsChanged(coordinators::onTopicsChanged);

        CoreHandlers.Ports core =
                corePorts(replicas, logDirs(directories, replicas), topics, coordinators.membership());
        GrpcPeerCalls peerCalls = peerCalls(threads);
        ReplicaAuditor auditor = auditor(replicas, peerCalls);
        serveRpc(replicas, auditor, coordinators, coordinators.adminService(core), background, timers, threads);
        resources.own(listeners);
        listeners.start(table(core, coordinators, topics), Objects.requireNonNull(loopMetrics), threads);

        BrokerStanding myStanding = new BrokerStanding(
                faults,
                metadata::prefer,
                brokerEpoch,
                index -> {
                    directories.registered(brokerEpoch.get(), machineBoot);
                    bridge.registered(index);
                    metadata.start();
                },
                () -> {
                    directories.registered(brokerEpoch.get(), machineBoot);
                    links.registeredAnew();
                },
                metadata::expect,
                bridge::replicasReported,
                clock,
                lease);
        standing = myStanding;
        watch(replicas, directories, myStanding);
        startCanary(topics);
        BrokerSession session = resources.own(new BrokerSession(
                identity(directoryIds, previousEpoch),
                channels,
                QuorumRole.servers(config),
                metadataLoop,
                clock,
                random,
                new BrokerCondition(published, bridge, replicas, events),
                myStanding));
        resources.onClose("controlled shutdown", () -> handOver(session, myStanding));
        replicas.onTroublesChanged(session::changed);
        replicas.start();
        session.start();
        new LeaseKeeper(lease, peerCalls, published::others, timers, clock).start();
        auditor.start();
    }

    private GrpcReplicaLinks links(EventLoop timers, NetworkThreads threads) {
        return resources.own(new GrpcReplicaLinks(
                self, LinkConfig.defaults(), published, timers, random, threads, security.channels()));
    }

    private GrpcPeerCalls peerCalls(NetworkThreads threads) {
        return resources.own(new GrpcPeerCalls(config.nodeId(), published, threads, security.channels()));
    }

    private HostedReplicas replicas(
            LogDirectories directories, QuorumClient quorum, GrpcReplicaLinks links, NetworkThreads network) {
        ReplicaConfig replicaConfig = new ReplicaConfig(
                Duration.ofMillis(settings.get(ServerKeys.REPLICA_LAG_TIME_MAX_MS)),
                Duration.ofMillis(settings.get(ServerKeys.CHECKPOINT_INTERVAL_MS)),
                Duration.ofMillis(settings.get(ServerKeys.BACKGROUND_FLUSH_MS)),
                Duration.ofMillis(settings.get(ServerKeys.RETENTION_CHECK_MS)),
                new ProducerLimits(
                        Duration.ofMillis(settings.get(ServerKeys.PRODUCER_EXPIRATION_MS)),
                        Duration.ofMillis(settings.get(ServerKeys.PRODUCER_EXPIRATION_CHECK_MS)),
                        settings.get(ServerKeys.PRODUCERS_MAX)),
                settings.get(ServerKeys.RECOVERY_THREADS) * config.logDirs().size());
        ReplicaThreads threads = ReplicaThreads.on(network.drivers(), replicaConfig, clock, faults);
        threads.loops().forEach(Objects.requireNonNull(loopMetrics)::watch);
        return resources.own(new HostedReplicas(
                self,
                replicaConfig,
                clock,
                threads,
                directories,
                new QuorumIsrProposals(quorum, self),
                links,
                replicaMetrics));
    }

    private ReplicaAuditor auditor(HostedReplicas replicas, GrpcPeerCalls peerCalls) {
        return new ReplicaAuditor(
                AuditConfig.of(settings.given()),
                self,
                replicas,
                peerCalls,
                loop("replica-audit"),
                clock,
                new AuditMetrics(meters));
    }

    private static HostedLogDirs logDirs(LogDirectories directories, HostedReplicas replicas) {
        DirectoryMoves moves = replicas.directoryMoves();
        return new HostedLogDirs(directories, moves::underWay, moves::move);
    }

    private CoreHandlers.Ports corePorts(
            HostedReplicas replicas, HostedLogDirs logDirs, QuorumTopicAdmin topics, Membership membership)
            throws IOException {
        return new CoreHandlers.Ports(
                published,
                replicas,
                logDirs,
                topics,
                topics,
                settings,
                membership,
                new FetchSessions(settings.get(ServerKeys.FETCH_SESSION_SLOTS), MAX_SESSION_PARTITIONS, clock, random),
                resources.own(new DiskReads(settings.get(ServerKeys.IO_THREADS), DISK_READ_QUEUE)),
                clock,
                LogbackLevels.ofThisProcess(),
                topics,
                access.authorization());
    }

    private ApiTable table(CoreHandlers.Ports core, Coordinators coordinators, QuorumTopicAdmin topics) {
        List<RequestHandler<?>> handlers = new ArrayList<>(CoreHandlers.of(core));
        handlers.addAll(coordinators.handlers());
        handlers.addAll(AuthenticationHandlers.of(published, topics));
        return access.table(handlers);
    }

    private Coordinators coordinators(
            HostedReplicas replicas,
            QuorumTopicAdmin topics,
            QuorumClient quorum,
            ExecutorService background,
            EventOutbox events) {
        DynamicSettings now = new DynamicSettings(settings, published);
        return new Coordinators(
                settings.given(),
                published,
                clock,
                faults,
                new Coordinators.Parts(
                        replicas,
                        new QuorumInternalTopics(topics, published),
                        new QuorumProducerIds(quorum, self),
                        background,
                        this::loop,
                        random,
                        meters,
                        () -> now.get(BrokerConfigs.TRANSACTION_VERIFICATION),
                        events::ofGroup,
                        access.subscribers(),
                        access.authorization(),
                        security),
                resources);
    }

    private void serveRpc(
            HostedReplicas replicas,
            ReplicaAuditor auditor,
            Coordinators coordinators,
            BindableService admin,
            ExecutorService background,
            EventLoop timers,
            NetworkThreads threads)
            throws IOException {
        List<EventLoop> tails = new ArrayList<>();
        for (LoopDriver driver : threads.drivers()) tails.add(loop("replication-tail-" + tails.size(), driver));
        ReplicationService replication =
                new ReplicationService(self, replicas, tails, loop("replication-catch-up"), replicaMetrics);
        replication.auditedBy(auditor::answer);
        replication.contactToldBy(lease::contact);
        rpc = resources.own(BrokerRpcServer.start(
                settings.get(ServerKeys.RPC_LISTENER),
                ServerKeys.RPC_LISTENER.name(),
                security.port(),
                // Partitions' own threads: only what nodes ask of each other.
                List.<BindableService>of(replication::bind, coordinators.service()),
                List.of(
                        coordinators.groupService(),
                        admin,
                        new DataService(
                                replicas,
                                published,
                                clock,
                                background,
                                listeners.quotas(),
                                timers,
                                access.authorization())),
                background,
                threads));
    }

    private BrokerIdentity identity(List<Uuid> directoryIds, long previousEpoch) {
        return new BrokerIdentity(
                config.clusterId(),
                config.nodeId(),
                Uuid.random(random),
                listeners.advertised(),
                listeners.advertisedRpc(Objects.requireNonNull(rpc).port()),
                Optional.of(settings.get(ServerKeys.BROKER_RACK)).filter(rack -> !rack.isEmpty()),
                directoryIds,
                previousEpoch);
    }

    private void watch(HostedReplicas replicas, LogDirectories directories, BrokerStanding myStanding) {
        BrokerMetrics.watch(meters, myStanding, published);
        new TopicMetrics(
                meters,
                replicas::all,
                directories,
                partition -> published
                        .image()
                        .topic(partition.topic())
                        .flatMap(topic -> topic.partition(partition.partition()))
                        .map(state -> state.replicas().size())
                        .orElse(0),
                LagConfigs.PARTITION_SERIES.in(settings.given()));
    }

    private void startCanary(QuorumTopicAdmin topics) {
        if (!CanaryConfigs.ENABLE.in(settings.given())) return;
        Canary canary = resources.own(new Canary(
                settings.given(),
                new Canary.Ports(
                        () -> QuorumCanaryTopic.view(config.nodeId(), published.image()),
                        new QuorumCanaryTopic(topics),
                        new GrpcCanaryProbe(resources.own(new PeerChannels(published, security.channels()))),
                        new CanaryMetrics(meters, clock),
                        loop("canary"),
                        clock)));
        canary.start();
    }

    /** The loop of timers, which also watches the others. */
    private EventLoop timers() {
        EventLoop timers = ownLoop("broker-timers");
        LoopMetrics loops = new LoopMetrics(meters, timers, clock);
        loops.watch(timers);
        loops.start();
        loopMetrics = loops;
        return timers;
    }

    private EventLoop loop(String name) {
        return watched(ownLoop(name));
    }

    private EventLoop loop(String name, LoopDriver driver) {
        return watched(started(EventLoop.driven(name, LOOP_CAPACITY, clock, faults, driver)));
    }

    private EventLoop watched(EventLoop loop) {
        Objects.requireNonNull(loopMetrics).watch(loop);
        return loop;
    }

    private EventLoop ownLoop(String name) {
        return started(new EventLoop(name, LOOP_CAPACITY, clock, faults));
    }

    private EventLoop started(EventLoop loop) {
        resources.own(loop).start();
        return loop;
    }

    /** Asks the controller to move this broker's leaderships elsewhere before anything stops. */
    private void handOver(BrokerSession session, BrokerStanding myStanding) throws InterruptedException {
        if (!myStanding.isUnfenced()) return;
        try {
            session.requestShutdown().get(settings.get(ServerKeys.CONTROLLED_SHUTDOWN_MS), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn(
                    "leaderships were not handed over before the stop, others take over when this broker is fenced", e);
        }
    }

    /** @throws StartupException when the cluster will never have this broker as it is */
    void checkNotRejected() throws StartupException {
        BrokerStanding now = standing;
        if (now == null || !now.firstUnfenced().isCompletedExceptionally()) return;
        try {
            now.firstUnfenced().join();
        } catch (CompletionException e) {
            throw new StartupException(
                    String.valueOf(Objects.requireNonNullElse(e.getCause(), e).getMessage()), e);
        }
    }

    @Override
    public Optional<String> notReadyBecause() {
        BrokerStanding now = standing;
        String who = "broker " + config.nodeId();
        if (now == null || brokerEpoch.get() < 0)
            return Optional.of(who + " is not registered with the metadata quorum");
        if (!now.isUnfenced()) return Optional.of(who + " is fenced");
        Duration silence = now.silence();
        if (silence.toMillis() > settings.get(ServerKeys.SESSION_TIMEOUT_MS)) {
            return Optional.of(who + " has not heard of the controller for " + silence.toMillis()
                    + " ms: it may be fenced and not know it");
        }
        return Optional.empty();
    }

    String describe() {
        HostPort configured = settings.get(ServerKeys.RPC_LISTENER);
        int port = rpc == null ? configured.port() : rpc.port();
        return listeners.describe() + ", gRPC " + new HostPort(configured.host(), port);
    }

    String bootstrapServer() {
        return listeners.bootstrapServer();
    }

    @Override
    public void close() {
        resources.close();
    }
}
