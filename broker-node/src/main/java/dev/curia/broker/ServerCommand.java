package dev.curia.broker;

import dev.curia.common.config.ConfigException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code curia server}: one node of a cluster, as its configuration file says. */
@Command(
        name = "server",
        description = "Run a quorum node, a broker or both, as a configuration file says.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  curia server --config broker.properties",
            "  curia server --config quorum.properties --format",
            "  curia server --config quorum-4.properties --join",
            "  curia server --config broker.properties --set node.id=2 --set listeners=PLAINTEXT://:9192"
        })
final class ServerCommand implements Callable<Integer> {
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
            description = "A setting that wins over the file's; may be repeated.")
    private Map<String, String> overrides = new HashMap<>();

    @Option(
            names = "--format",
            description =
                    "Make the quorum's data directory if it is new. Only at a new cluster's very first start: a quorum node"
                            + " that lost its disk must be replaced, not formatted again.")
    private boolean format;

    @Option(
            names = "--join",
            description =
                    "Make the quorum's data directory, if it is new, that of a node which joins a quorum that exists:"
                            + " it waits until 'curia quorum add' lets it in.")
    private boolean join;

    @Override
    public Integer call() {
        Map<String, String> given;
        try {
            given = ConfigFile.read(config, overrides);
        } catch (ConfigException e) {
            spec.commandLine().getErr().println("curia: " + e.getMessage());
            return ExitCode.USAGE;
        }
        if (format && join) {
            spec.commandLine().getErr().println("curia: --format and --join exclude each other");
            return ExitCode.USAGE;
        }
        Format first = join ? Format.JOINER : format ? Format.VOTER : Format.NOTHING;
        return new ServerRun(spec.commandLine().getOut(), spec.commandLine().getErr())
                .run(given, first, node -> ServerRun.Next.SERVE);
    }
}
