package dev.curia.broker;

import dev.curia.broker.config.NodeConfig;
import dev.curia.broker.config.ServerKeys;
import dev.curia.broker.console.Console;
import dev.curia.broker.console.ConsoleConfigs;
import dev.curia.broker.console.Routes;
import dev.curia.broker.grpc.GrpcClusterReads;
import dev.curia.broker.grpc.RpcSecurity;
import dev.curia.broker.http.Site;
import dev.curia.common.fault.FaultHandler;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.text.Json;
import dev.curia.common.time.Clock;
import dev.curia.metadata.client.QuorumChannels;
import dev.curia.metadata.client.QuorumClient;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Wires the web console of a node, whatever its roles: all that it shows it asks the cluster. */
final class ConsoleSite {
    private static final Duration QUORUM_CALL_TIMEOUT = Duration.ofSeconds(5);
    private static final int TIMERS = 10_000;

    private ConsoleSite() {}

    /** @param resources what is to be closed with it */
    static Optional<Site> of(
            NodeConfig config, RpcSecurity security, Clock clock, FaultHandler faults, Resources resources) {
        Map<String, String> given = config.settings().given();
        if (!ConsoleConfigs.ENABLE.in(given)) return Optional.empty();
        EventLoop timers = resources.own(new EventLoop("console-timers", TIMERS, clock, faults));
        timers.start();
        QuorumClient quorum = new QuorumClient(
                resources.own(QuorumChannels.forClients(security.channels())),
                QuorumRole.servers(config),
                QUORUM_CALL_TIMEOUT,
                timers,
                clock,
                new SecureRandom());
        GrpcClusterReads reads = resources.own(new GrpcClusterReads(quorum, security.channels()));
        boolean messages = ConsoleConfigs.MESSAGES.in(given);
        Json.Obj self = Json.object()
                .put("nodeId", config.nodeId())
                .put("clusterId", config.clusterId())
                .put("messages", messages);
        return Optional.of(new Console(Routes.of(reads, self, messages, clock), hosts(config), clock));
    }

    private static Set<String> hosts(NodeConfig config) {
        Set<String> hosts =
                new HashSet<>(ConsoleConfigs.HOSTS.in(config.settings().given()));
        hosts.add(config.settings().get(ServerKeys.HTTP_LISTENER).host());
        try {
            InetAddress self = InetAddress.getLocalHost();
            hosts.add(self.getHostName());
            hosts.add(self.getCanonicalHostName());
        } catch (UnknownHostException e) {
            // Then it has no name to be reached by.
        }
        Set<String> lower = new HashSet<>();
        hosts.stream().filter(host -> !host.isEmpty()).forEach(host -> lower.add(host.toLowerCase(Locale.ROOT)));
        return lower;
    }
}
