package dev.curia.broker;

import dev.curia.broker.config.EnvironmentSettings;
import dev.curia.broker.config.ServerSettings;
import dev.curia.broker.demo.RoundTrip;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code curia standalone}: a whole cluster in one process, ready to try. */
@Command(
        name = "standalone",
        description = "Run a whole cluster in this one process: a quorum node and a broker with defaults, on loopback.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  curia standalone",
            "  curia standalone --demo",
            "  curia standalone --data-dir /tmp/try --set listeners=PLAINTEXT://127.0.0.1:19092"
        })
final class StandaloneCommand implements Callable<Integer> {
    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            defaultValue = ".curia/standalone",
            description = "Where everything is kept (default: ${DEFAULT-VALUE}); made if missing, used again if not.")
    @SuppressWarnings("NullAway.Init") // by picocli
    private Path dataDir;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting that wins over the default and the environment; may be repeated.")
    private Map<String, String> overrides = new HashMap<>();

    @Option(
            names = "--demo",
            description =
                    "When ready, produce one message with the stock Kafka client, consume it again, and show both.")
    private boolean demo;

    @Option(names = "--exit", description = "With --demo: stop when it has been shown.")
    private boolean exit;

    @Option(names = "--free-ports", description = "Listen on free ports instead of the usual ones.")
    private boolean freePorts;

    StandaloneCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        return new ServerRun(out, spec.commandLine().getErr()).run(this::settings, Format.VOTER, node -> {
            if (demo) new RoundTrip(node.bootstrapServer(), out).run();
            return demo && exit ? ServerRun.Next.STOP : ServerRun.Next.SERVE;
        });
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "quorum,broker");
        settings.put("node.id", "1");
        settings.put("cluster.id", "standalone");
        settings.put("listeners", "PLAINTEXT://127.0.0.1:" + (freePorts ? 0 : 9092));
        settings.put("rpc.listener", "127.0.0.1:" + (freePorts ? 0 : 9095));
        settings.put("http.listener", "127.0.0.1:" + (freePorts ? 0 : 9096));
        settings.put("quorum.voters", freePorts ? LoopbackPorts.voters(1) : "1@127.0.0.1:9093:9094");
        settings.put("quorum.data.dir", dataDir.resolve("quorum").toString());
        settings.put("log.dirs", dataDir.resolve("logs").toString());
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("console.messages.enable", "true");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.putAll(EnvironmentSettings.read(environment, ServerSettings.keys()));
        settings.putAll(overrides);
        return settings;
    }
}
