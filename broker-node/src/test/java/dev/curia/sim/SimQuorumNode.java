package dev.curia.sim;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.net.HostPort;
import dev.curia.metadata.controller.ActiveController;
import dev.curia.metadata.controller.LeaderBalance;
import dev.curia.metadata.controller.SessionConfig;
import dev.curia.metadata.decide.TopicDefaults;
import dev.curia.metadata.rpc.QuorumServices;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** One life of a quorum node, wired as {@code QuorumRole} does. */
final class SimQuorumNode {
    static final int COUNT = 3;
    static final String CLUSTER = "simulated";

    final SimProcess process;

    SimQuorumNode(SimProcess process, int id, SimRaft raft, SimNetwork network) {
        this.process = process;
        EventLoop controllerLoop = process.loop("controller");
        EventLoop watchLoop = process.loop("metadata-watch");
        SimMetadataLog log = raft.join(process, id);
        ActiveController controller = new ActiveController(
                new ActiveController.Settings(
                        CLUSTER,
                        new TopicDefaults(1, 3, Map.of()),
                        SessionConfig.DEFAULT,
                        new LeaderBalance.Config(true, Duration.ofSeconds(5)),
                        Duration.ofSeconds(5)),
                log,
                controllerLoop,
                process,
                process.random.split(),
                process.faults(),
                (address, refused) -> network.probe(process, address, refused));
        QuorumServices services = new QuorumServices(controller, log, watchLoop, Duration.ofSeconds(1));
        log.start(services.commits(), controller);
        network.listen(process, address(id), SimNetwork.definitions(services.all()));
        services.start();
    }

    static String host(int id) {
        return "q" + id;
    }

    static HostPort address(int id) {
        return new HostPort(host(id), 9094);
    }

    static List<HostPort> addresses() {
        return IntStream.rangeClosed(1, COUNT).mapToObj(SimQuorumNode::address).toList();
    }
}
