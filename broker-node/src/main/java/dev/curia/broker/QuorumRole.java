package dev.curia.broker;

import dev.curia.broker.config.NodeConfig;
import dev.curia.broker.config.ServerKeys;
import dev.curia.broker.config.ServerSettings;
import dev.curia.broker.config.Settings;
import dev.curia.broker.http.Readiness;
import dev.curia.common.config.ConfigException;
import dev.curia.common.fault.FaultHandler;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.Clock;
import dev.curia.metadata.controller.ActiveController;
import dev.curia.metadata.controller.LeaderBalance;
import dev.curia.metadata.controller.SessionConfig;
import dev.curia.metadata.decide.TopicDefaults;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.metadata.ratis.QuorumDirectory;
import dev.curia.metadata.ratis.QuorumNodeConfig;
import dev.curia.metadata.ratis.QuorumStartException;
import dev.curia.metadata.ratis.QuorumTuning;
import dev.curia.metadata.ratis.RatisMetadataLog;
import dev.curia.metadata.ratis.Voter;
import dev.curia.metadata.rpc.QuorumRpcServer;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Wires a quorum node: the metadata log, the controller that acts while this node leads, and their gRPC services. */
final class QuorumRole implements Readiness, AutoCloseable {
    private static final Duration WATCH_PROGRESS = Duration.ofSeconds(1);
    private static final int WATCH_LOOP_CAPACITY = 100_000;

    private final Resources resources = new Resources();
    private final RatisMetadataLog log;
    private final Voter self;

    private QuorumRole(RatisMetadataLog log, Voter self) {
        this.log = log;
        this.self = self;
    }

    /** @param format make the data directory first, if it is new */
    static QuorumRole start(NodeConfig config, boolean format, Clock clock, MeterRegistry meters, FaultHandler faults)
            throws StartupException {
        List<Voter> voters = voters(config);
        Voter self = voters.stream()
                .filter(voter -> voter.id() == config.nodeId())
                .findFirst()
                .orElseThrow(() -> new ConfigException("Setting quorum.voters names " + voters
                        + ", but not this node: expected an entry for node.id " + config.nodeId() + "."));
        try {
            Path directory = config.quorumDataDir();
            if (format && !QuorumDirectory.isFormatted(directory)) {
                QuorumDirectory.format(directory, config.clusterId(), config.nodeId(), new SecureRandom());
            }
            QuorumTuning tuning = QuorumTuning.DEFAULT.withElectionTimeout(
                    Duration.ofMillis(config.settings().get(ServerKeys.ELECTION_TIMEOUT_MS)));
            QuorumNodeConfig node = new QuorumNodeConfig(
                    config.nodeId(), config.clusterId(), directory, voters, Optional.empty(), tuning);
            QuorumRole role = new QuorumRole(new RatisMetadataLog(node, clock, meters, faults), self);
            role.start(config, clock, faults);
            return role;
        } catch (QuorumStartException e) {
            throw new StartupException(String.valueOf(e.getMessage()), e);
        }
    }

    private void start(NodeConfig config, Clock clock, FaultHandler faults) throws StartupException {
        try {
            EventLoop controllerLoop = loop("controller", ActiveController.LOOP_CAPACITY, clock, faults);
            EventLoop watchLoop = loop("metadata-watch", WATCH_LOOP_CAPACITY, clock, faults);
            resources.own(log);
            ActiveController controller = new ActiveController(
                    controllerSettings(config), log, controllerLoop, clock, new SecureRandom(), faults);
            QuorumRpcServer server = resources.own(new QuorumRpcServer(
                    new HostPort(self.host(), self.rpcPort()), controller, log, watchLoop, WATCH_PROGRESS));
            log.start(server.commits(), controller);
            server.start();
        } catch (IOException e) {
            close();
            throw new StartupException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** The gRPC addresses of the configured quorum. */
    static List<HostPort> rpcAddresses(NodeConfig config) {
        return voters(config).stream()
                .map(voter -> new HostPort(voter.host(), voter.rpcPort()))
                .toList();
    }

    @Override
    public Optional<String> notReadyBecause() {
        QuorumStatus status = log.status();
        if (status.leader().isEmpty()) return Optional.of("quorum node " + self.id() + " knows no leader");
        long behind = status.committedIndex() - status.appliedIndex();
        if (log.image().clusterId().isEmpty()) {
            return Optional.of("quorum node " + self.id() + " has no metadata yet, " + behind + " entries to apply");
        }
        return Optional.empty();
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

    private static ActiveController.Settings controllerSettings(NodeConfig config) {
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
                Duration.ofMillis(settings.get(ServerKeys.UNCLEAN_RECOVERY_MS)));
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
