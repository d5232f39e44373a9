package dev.curia.broker;

import dev.curia.broker.access.AccessConfigs;
import dev.curia.broker.access.DenialLog;
import dev.curia.broker.config.NodeConfig;
import dev.curia.broker.config.ServerKeys;
import dev.curia.broker.config.ServerSettings;
import dev.curia.broker.config.Settings;
import dev.curia.broker.grpc.RpcSecurity;
import dev.curia.broker.http.Readiness;
import dev.curia.broker.metrics.LoopMetrics;
import dev.curia.common.config.ConfigException;
import dev.curia.common.fault.FaultHandler;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.Clock;
import dev.curia.metadata.acl.Authorization;
import dev.curia.metadata.client.NodeInspector;
import dev.curia.metadata.client.QuorumChannels;
import dev.curia.metadata.controller.ActiveController;
import dev.curia.metadata.controller.BrokerUpkeep;
import dev.curia.metadata.controller.LeaderBalance;
import dev.curia.metadata.controller.SessionConfig;
import dev.curia.metadata.decide.TopicDefaults;
import dev.curia.metadata.event.EventSettings;
import dev.curia.metadata.port.BrokerProbe;
import dev.curia.metadata.quorum.QuorumHealth;
import dev.curia.metadata.quorum.QuorumOperations;
import dev.curia.metadata.ratis.QuorumDirectory;
import dev.curia.metadata.ratis.QuorumNodeConfig;
import dev.curia.metadata.ratis.QuorumStartException;
import dev.curia.metadata.ratis.QuorumTuning;
import dev.curia.metadata.ratis.RatisMetadataLog;
import dev.curia.metadata.ratis.Voter;
import dev.curia.metadata.rpc.ConnectProbe;
import dev.curia.metadata.rpc.ConnectionWatch;
import dev.curia.metadata.rpc.QuorumRpcServer;
import dev.curia.proto.metadata.v1.MetadataRecord;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Wires a quorum node: the metadata log, the controller that acts while this node leads, and their gRPC services. */
final class QuorumRole implements Readiness, AutoCloseable {
    private static final Duration WATCH_PROGRESS = Duration.ofSeconds(1);
    private static final int WATCH_LOOP_CAPACITY = 100_000;

    private final Resources resources = new Resources();
    private final RatisMetadataLog log;
    private final Voter self;
    private volatile @Nullable QuorumOperations operations; // once started

    private QuorumRole(RatisMetadataLog log, Voter self) {
        this.log = log;
        this.self = self;
    }

    /**
     * @param format what to make of the data directory first, if it is new
     * @param first what a new cluster's metadata begins with
     */
    static QuorumRole start(
            NodeConfig config,
            RpcSecurity security,
            Format format,
            List<MetadataRecord> first,
            Clock clock,
            MeterRegistry meters,
            FaultHandler faults)
            throws StartupException {
        QuorumNodeConfig node = nodeConfig(config);
        try {
            if (!QuorumDirectory.isFormatted(node.directory())) format(node, format);
            ConnectProbe probe = new ConnectProbe();
            RatisMetadataLog log = new RatisMetadataLog(
                    node, clock, meters, faults, new ConnectionWatch(probe, security.channels()), security.raft());
            QuorumRole role = new QuorumRole(log, node.self());
            role.resources.own(probe);
            role.start(config, security, first, probe, clock, meters, faults);
            return role;
        } catch (QuorumStartException e) {
            throw new StartupException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void format(QuorumNodeConfig node, Format format) {
        switch (format) {
            case VOTER -> QuorumDirectory.format(node.directory(), node.clusterId(), node.nodeId(), new SecureRandom());
            case JOINER ->
                QuorumDirectory.formatJoiner(node.directory(), node.clusterId(), node.nodeId(), new SecureRandom());
            case NOTHING -> {} // refused when it is opened, with what to do
        }
    }

    /** What a quorum node is started with. */
    static QuorumNodeConfig nodeConfig(NodeConfig config) {
        List<Voter> voters = voters(config);
        if (voters.stream().noneMatch(voter -> voter.id() == config.nodeId())) {
            throw new ConfigException("Setting quorum.voters names " + voters
                    + ", but not this node: expected an entry for node.id " + config.nodeId() + ".");
        }
        return new QuorumNodeConfig(
                config.nodeId(), config.clusterId(), config.quorumDataDir(), voters, Optional.empty(), tuning(config));
    }

    private static QuorumTuning tuning(NodeConfig config) {
        return QuorumTuning.DEFAULT
                .withElectionTimeout(Duration.ofMillis(config.settings().get(ServerKeys.ELECTION_TIMEOUT_MS)))
                .withEvents(EventSettings.of(config.settings().given()));
    }

    private void start(
            NodeConfig config,
            RpcSecurity security,
            List<MetadataRecord> first,
            BrokerProbe probe,
            Clock clock,
            MeterRegistry meters,
            FaultHandler faults)
            throws StartupException {
        try {
            EventLoop controllerLoop = loop("controller", ActiveController.LOOP_CAPACITY, clock, faults);
            EventLoop watchLoop = loop("metadata-watch", WATCH_LOOP_CAPACITY, clock, faults);
            LoopMetrics loops = new LoopMetrics(meters, watchLoop, clock);
            loops.watch(controllerLoop);
            loops.watch(watchLoop);
            loops.start();
            resources.own(log);
            ActiveController controller = new ActiveController(
                    controllerSettings(config, first), log, controllerLoop, clock, new SecureRandom(), faults, probe);
            QuorumTuning tuning = tuning(config);
            // Twice the longest time after which a follower would start an election.
            QuorumHealth health = new QuorumHealth(4 * tuning.electionTimeout().toMillis(), tuning.snapshotThreshold());
            NodeInspector inspector = new NodeInspector(resources.own(new QuorumChannels(security.channels())));
            QuorumOperations onQuorum = resources.own(
                    new QuorumOperations(log, log.membership(), health, inspector, watchLoop, clock, meters));
            QuorumRpcServer server = resources.own(new QuorumRpcServer(
                    new HostPort(self.host(), self.rpcPort()),
                    controller,
                    log,
                    watchLoop,
                    WATCH_PROGRESS,
                    Optional.of(onQuorum),
                    new Authorization(
                            AccessConfigs.authorizer(config.settings().given()),
                            () -> log.image().acls(),
                            new DenialLog(meters)),
                    security.port()));
            log.start(server.commits(), controller);
            server.start();
            operations = onQuorum;
        } catch (IOException e) {
            close();
            throw new StartupException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Where a node finds the quorum. */
    static List<HostPort> servers(NodeConfig config) {
        List<HostPort> given = config.settings().get(ServerKeys.QUORUM_BOOTSTRAP_SERVERS);
        return given.isEmpty() ? rpcAddresses(config) : given;
    }

    /** The gRPC addresses of the configured quorum. */
    private static List<HostPort> rpcAddresses(NodeConfig config) {
        return voters(config).stream()
                .map(voter -> new HostPort(voter.host(), voter.rpcPort()))
                .toList();
    }

    @Override
    public Optional<String> notReadyBecause() {
        QuorumOperations started = operations;
        if (started == null) return Optional.of("quorum node " + self.id() + " is starting");
        return started.notReadyBecause();
    }

    String describe() {
        return "quorum " + self.rpcAddress();
    }

    @Override
    public void close() {
        resources.close();
    }

    private EventLoop loop(String name, int capacity, Clock clock, FaultHandler faults) {
        EventLoop loop = resources.own(new EventLoop(name, capacity, clock, faults));
        loop.start();
        return loop;
    }

    private static ActiveController.Settings controllerSettings(NodeConfig config, List<MetadataRecord> first) {
        Settings settings = config.settings();
        return new ActiveController.Settings(
                config.clusterId(),
                new TopicDefaults(
                        settings.get(ServerKeys.NUM_PARTITIONS),
                        settings.get(ServerKeys.DEFAULT_REPLICATION_FACTOR),
                        ServerSettings.topicDefaults(settings)),
                new SessionConfig(
                        Duration.ofMillis(settings.get(ServerKeys.HEARTBEAT_INTERVAL_MS)),
                        Duration.ofMillis(settings.get(ServerKeys.SESSION_TIMEOUT_MS)),
                        Duration.ofMillis(settings.get(ServerKeys.RECONNECT_WINDOW_MS))),
                new LeaderBalance.Config(
                        settings.get(ServerKeys.LEADER_REBALANCE),
                        Duration.ofSeconds(settings.get(ServerKeys.LEADER_IMBALANCE_CHECK_SECONDS))),
                Duration.ofMillis(settings.get(ServerKeys.UNCLEAN_RECOVERY_MS)),
                new BrokerUpkeep.Config(
                        Optional.of(settings.get(ServerKeys.ABSENCE_REPLACE_MS))
                                .filter(millis -> millis >= 0)
                                .map(Duration::ofMillis),
                        settings.get(ServerKeys.MOVES_PER_BROKER)),
                first);
    }

    private static List<Voter> voters(NodeConfig config) {
        String text = config.settings().get(ServerKeys.QUORUM_VOTERS);
        try {
            return Voter.parseList(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigException("Invalid value '" + text + "' for quorum.voters: " + e.getMessage());
        }
    }
}
