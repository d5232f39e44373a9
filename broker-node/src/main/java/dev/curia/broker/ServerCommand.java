package dev.curia.broker;

import dev.curia.broker.config.EnvironmentSettings;
import dev.curia.broker.config.ServerKeys;
import dev.curia.broker.security.ScramUser;
import dev.curia.common.config.ConfigException;
import dev.curia.metadata.decide.ScramDecisions;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
            "  curia server --config quorum.properties --format --add-scram 'SCRAM-SHA-512=[name=admin,password=...]'",
            "  curia server --config quorum-4.properties --join",
            "  curia server --config broker.properties --set node.id=2 --set listeners=PLAINTEXT://:9192",
            "  CURIA_NODE_ID=2 CURIA_LISTENERS=PLAINTEXT://:9192 curia server --config broker.properties"
        })
final class ServerCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServerCommand.class);
    private static final String FIRST_START = "CURIA_FIRST_START";

    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Java properties file with the node's settings; without it all come from the environment.")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting that wins over the file's and the environment's; may be repeated.")
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

    @Option(
            names = "--add-scram",
            paramLabel = "USER",
            description =
                    "With --format: a user that the new cluster begins with, as SCRAM-SHA-512=[name=NAME,password=PASSWORD];"
                            + " may be repeated. Give all quorum nodes the same: the first leader writes them. No effect on a cluster"
                            + " that exists.")
    private List<String> scramUsers = new ArrayList<>();

    ServerCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        if (format && join) {
            err.println("curia: --format and --join exclude each other");
            return ExitCode.USAGE;
        }
        Optional<Format> first = firstStart();
        if (first.isEmpty()) {
            err.printf(
                    "curia: invalid value '%s' for %s: expected format, join or nothing%n",
                    environment.get(FIRST_START), FIRST_START);
            return ExitCode.USAGE;
        }
        if (System.getProperty("user.name").equals("root")) {
            LOG.warn("running as root, which nothing here needs: give it a user of its own that owns its directories");
        }
        if (!scramUsers.isEmpty() && first.get() != Format.VOTER) {
            err.println("curia: --add-scram needs --format: it is for a new cluster");
            return ExitCode.USAGE;
        }
        List<MetadataRecord> users = new ArrayList<>();
        SecureRandom random = new SecureRandom();
        try {
            scramUsers.forEach(text -> users.add(ScramDecisions.record(ScramUser.parse(text, random))));
        } catch (IllegalArgumentException e) {
            err.println("curia: --add-scram: " + e.getMessage());
            return ExitCode.USAGE;
        }
        return new ServerRun(spec.commandLine().getOut(), err)
                .run(this::settings, first.get(), users, node -> ServerRun.Next.SERVE);
    }

    private Map<String, String> settings() {
        Map<String, String> given = ConfigFile.read(config, environment, overrides);
        if (given.isEmpty()) {
            throw new ConfigException("No settings: expected --config FILE, or settings in the environment such as "
                    + EnvironmentSettings.variable(ServerKeys.PROCESS_ROLES.name()) + ".");
        }
        return given;
    }

    /** Empty when the environment asks for what there is not. */
    private Optional<Format> firstStart() {
        if (format) return Optional.of(Format.VOTER);
        if (join) return Optional.of(Format.JOINER);
        return switch (environment.getOrDefault(FIRST_START, "")) {
            case "" -> Optional.of(Format.NOTHING);
            case "format" -> Optional.of(Format.VOTER);
            case "join" -> Optional.of(Format.JOINER);
            default -> Optional.empty();
        };
    }
}
