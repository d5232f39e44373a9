package dev.curia.broker;

import dev.curia.broker.config.NodeConfig;
import dev.curia.broker.config.ServerSettings;
import dev.curia.common.config.ConfigException;
import dev.curia.common.time.Clock;
import dev.curia.metadata.ratis.QuorumNodeConfig;
import dev.curia.metadata.ratis.QuorumRecovery;
import dev.curia.metadata.ratis.QuorumStartException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code curia quorum recover}: the last resort when a majority of the quorum is lost. */
@Command(
        name = "recover",
        mixinStandardHelpOptions = true,
        description = {
            "Make the only quorum node that is left the whole quorum. The last resort, for when a majority of the quorum's disks is"
                    + " lost for good: with a majority, or when the others can be started again, never use it.",
            "",
            "Run it on the stopped node that has the newest metadata; without --accept-loss it changes nothing and says what there"
                    + " is and what may be lost. Then start the node, and let new ones in with 'curia quorum add'. The lost nodes"
                    + " must not be started again with their old directories."
        },
        footer = {
            "",
            "Examples:",
            "  curia quorum recover --config quorum.properties",
            "  curia quorum recover --config quorum.properties --accept-loss"
        })
final class QuorumRecoverCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(QuorumRecoverCommand.class);

    private final Map<String, String> environment;
    private final Clock clock;

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "Java properties file with the node's settings.")
    @SuppressWarnings("NullAway.Init") // by picocli
    private Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting that wins over the file's and the environment's; may be repeated.")
    private Map<String, String> overrides = new HashMap<>();

    @Option(
            names = "--accept-loss",
            description = "Do it, knowing that what the lost nodes committed without this one is lost.")
    private boolean acceptLoss;

    private QuorumRecoverCommand(Map<String, String> environment, Clock clock) {
        this.environment = environment;
        this.clock = clock;
    }

    /** {@code curia quorum} with the subcommand of this program; the others are of the administration program. */
    static CommandLine commandLine(Map<String, String> environment, Clock clock) {
        return new CommandLine(new Group()).addSubcommand(new QuorumRecoverCommand(environment, clock));
    }

    @Command(name = "quorum", description = "The metadata quorum.", synopsisSubcommandLabel = "COMMAND")
    private static final class Group implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // by picocli
        private CommandSpec spec;

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), "Missing command: expected recover.");
        }
    }

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try {
            NodeConfig node = NodeConfig.of(ServerSettings.of(ConfigFile.read(config, environment, overrides)));
            if (!node.quorum()) {
                throw new ConfigException(
                        "Setting process.roles says that this is no quorum node: there is nothing to recover.");
            }
            return recover(QuorumRole.nodeConfig(node));
        } catch (ConfigException e) {
            err.println("curia: " + e.getMessage());
            return ExitCode.USAGE;
        } catch (QuorumStartException | IOException e) {
            err.println("curia: " + e.getMessage());
            return ExitCode.SOFTWARE;
        }
    }

    private int recover(QuorumNodeConfig node) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (QuorumRecovery recovery = QuorumRecovery.open(node)) {
            QuorumRecovery.Findings found = recovery.findings();
            out.printf(
                    "Node %d of cluster %s, in the quorum of nodes %s.%n",
                    node.nodeId(), node.clusterId(), found.voters());
            out.printf(
                    "Its log ends at entry %d of term %d: %d topics, %d brokers.%n",
                    found.lastIndex(),
                    found.lastTerm(),
                    found.image().topics().size(),
                    found.image().brokers().size());
            out.printf("%n%s%n", String.join(System.lineSeparator(), LOSS));
            if (!acceptLoss) {
                out.printf("%nNothing was changed. To do it, repeat the command with --accept-loss.%n");
                out.flush();
                return ExitCode.SOFTWARE;
            }
            String record = recovery.perform(clock);
            LOG.warn("quorum recovered: {}", record);
            out.printf("%nDone: %s.%n", record);
            out.printf("Start this node now, then add others: 'curia server --join' there, 'curia quorum add' here.%n");
            out.flush();
            return ExitCode.OK;
        }
    }

    private static final String[] LOSS = {
        "What may be lost: everything that the other nodes committed after that entry, such as",
        "  - topics and partitions created, settings changed: make them again; their records on brokers are deleted as of unknown topics;",
        "  - topics deleted: they are there again, as far as brokers still have their records;",
        "  - changes of in-sync replicas: a replica may lead that lacks the newest acknowledged records.",
        "If another node of the quorum has a later entry, recover from that one instead."
    };
}
