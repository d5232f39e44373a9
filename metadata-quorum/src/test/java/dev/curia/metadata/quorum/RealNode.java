package dev.curia.metadata.quorum;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.SystemClock;
import dev.curia.metadata.access.PortSecurity;
import dev.curia.metadata.acl.Authorization;
import dev.curia.metadata.client.NodeInspector;
import dev.curia.metadata.client.QuorumChannels;
import dev.curia.metadata.controller.ActiveController;
import dev.curia.metadata.controller.LeaderBalance;
import dev.curia.metadata.controller.SessionConfig;
import dev.curia.metadata.decide.TopicDefaults;
import dev.curia.metadata.port.BrokerProbe;
import dev.curia.metadata.port.ProcessWatch;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.metadata.ratis.QuorumNodeConfig;
import dev.curia.metadata.ratis.RatisMetadataLog;
import dev.curia.metadata.rpc.QuorumRpcServer;
import io.grpc.InsecureChannelCredentials;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/** A whole quorum node in this JVM: log, controller, gRPC services, operations. */
final class RealNode implements AutoCloseable {
    private final SystemClock clock = new SystemClock();
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    final List<Throwable> faults = new CopyOnWriteArrayList<>();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final QuorumNodeConfig config;
    final RatisMetadataLog log;
    final QuorumOperations operations;

    RealNode(QuorumNodeConfig config) throws IOException {
        this.config = config;
        EventLoop controllerLoop = loop("controller");
        EventLoop watchLoop = loop("watch");
        log = own(new RatisMetadataLog(
                config, clock, meters, (what, cause) -> faults.add(cause), ProcessWatch.NONE, Optional.empty()));
        ActiveController controller = new ActiveController(
                new ActiveController.Settings(
                        config.clusterId(),
                        new TopicDefaults(1, 1, Map.of()),
                        SessionConfig.DEFAULT,
                        LeaderBalance.Config.DEFAULT,
                        Duration.ofSeconds(5)),
                log,
                controllerLoop,
                clock,
                new Random(config.nodeId()),
                (what, cause) -> faults.add(cause),
                BrokerProbe.NONE);
        operations = own(new QuorumOperations(
                log,
                log.membership(),
                new QuorumHealth(
                        4 * config.tuning().electionTimeout().toMillis(),
                        config.tuning().snapshotThreshold()),
                new NodeInspector(own(new QuorumChannels(InsecureChannelCredentials.create()))),
                watchLoop,
                clock,
                meters));
        QuorumRpcServer server = own(new QuorumRpcServer(
                new HostPort(config.self().host(), config.self().rpcPort()),
                controller,
                log,
                watchLoop,
                Duration.ofMillis(100),
                Optional.of(operations),
                Authorization.OFF,
                PortSecurity.plaintext()));
        log.start(server.commits(), controller);
        server.start();
    }

    QuorumStatus.Node node() {
        return new QuorumStatus.Node(
                config.nodeId(), config.self().raftAddress(), config.self().rpcAddress());
    }

    boolean leads() {
        return log.membership().standing().leads();
    }

    private EventLoop loop(String name) {
        EventLoop loop =
                own(new EventLoop(name, ActiveController.LOOP_CAPACITY, clock, (what, cause) -> faults.add(cause)));
        loop.start();
        return loop;
    }

    private <T extends AutoCloseable> T own(T resource) {
        owned.push(resource);
        return resource;
    }

    @Override
    public void close() {
        for (AutoCloseable resource : owned) {
            try {
                resource.close();
            } catch (Exception e) {
                faults.add(e);
            }
        }
        if (!faults.isEmpty()) throw new AssertionError("faults of node " + config.nodeId(), faults.get(0));
    }
}
