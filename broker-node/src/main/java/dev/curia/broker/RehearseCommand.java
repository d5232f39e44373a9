package dev.curia.broker;

import dev.curia.broker.config.NodeConfig;
import dev.curia.broker.config.ServerSettings;
import dev.curia.broker.demo.RoundTrip;
import dev.curia.common.fault.HaltingFaultHandler;
import dev.curia.common.time.SystemClock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code curia rehearse}: three nodes in this process replicate, take over from each other and start again. The class-data archive is
 * trained on it, so that a server does not load classes at its first failover, when clients wait.
 */
@Command(
        name = "rehearse",
        hidden = true,
        description =
                "Run three nodes in this process, stop and start each of them, and end. To train the class-data archive.",
        mixinStandardHelpOptions = true)
final class RehearseCommand implements Callable<Integer> {
    private static final int NODES = 3;

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Option(names = "--data-dir", paramLabel = "DIR", required = true, description = "An empty directory.")
    @SuppressWarnings("NullAway.Init") // by picocli
    private Path dataDir;

    @Override
    public Integer call() throws Exception {
        String voters = LoopbackPorts.voters(NODES);
        List<Node> nodes = new ArrayList<>();
        try {
            for (int id = 1; id <= NODES; id++) nodes.add(start(id, voters));
            for (Node node : nodes) node.awaitReady();
            roundTrip(nodes.get(0));
            for (int i = 0; i < NODES; i++) {
                nodes.get(i).close();
                roundTrip(nodes.get((i + 1) % NODES));
                Node again = start(i + 1, voters);
                nodes.set(i, again);
                again.awaitReady();
            }
        } finally {
            nodes.forEach(Node::close);
        }
        return 0;
    }

    private Node start(int id, String voters) throws StartupException {
        return Node.start(
                NodeConfig.of(ServerSettings.of(settings(id, voters))),
                Format.VOTER,
                new SystemClock(),
                new HaltingFaultHandler());
    }

    private void roundTrip(Node node) throws Exception {
        new RoundTrip(node.bootstrapServer(), spec.commandLine().getOut()).run();
    }

    private Map<String, String> settings(int id, String voters) {
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "quorum,broker");
        settings.put("node.id", Integer.toString(id));
        settings.put("cluster.id", "rehearsal");
        settings.put("listeners", "PLAINTEXT://127.0.0.1:0");
        settings.put("rpc.listener", "127.0.0.1:0");
        settings.put("http.listener", "127.0.0.1:0");
        settings.put("quorum.voters", voters);
        Path data = dataDir.resolve("node-" + id);
        settings.put("quorum.data.dir", data.resolve("quorum").toString());
        settings.put("log.dirs", data.resolve("logs").toString());
        settings.put("default.replication.factor", Integer.toString(NODES));
        settings.put("min.insync.replicas", "2");
        // The last one has nobody to hand over to.
        settings.put("controlled.shutdown.timeout.ms", "2000");
        return settings;
    }
}
