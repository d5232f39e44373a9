package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.ServerAddress;
import dev.curia.admin.profile.Profile;
import dev.curia.admin.profile.ProfileTls;
import dev.curia.admin.view.Colours;
import dev.curia.admin.view.OutputFormat;
import dev.curia.common.config.ConfigException;
import dev.curia.common.time.Clock;
import io.grpc.ChannelCredentials;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root command: what all commands share. Filled in by picocli before a command runs. */
@Command(
        name = "curia",
        description = "Runs and administers Curia, a replicated log broker that speaks the Kafka protocol.",
        versionProvider = VersionProvider.class,
        sortOptions = false,
        subcommandsRepeatable = false,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Done.",
            "1:The cluster refused, or it failed: the message says why.",
            "2:Wrong usage.",
            "3:No server that could answer was reached; nothing was changed.",
            "4:The outcome is unknown: the answer was lost or late.",
            "5:The answer is no, of commands that ask.",
            "70:A fault of this program."
        },
        footerHeading = "%nServers:%n",
        footer = {
            "  standalone [--data-dir DIR] [--set key=value ...]",
            "               Run a quorum node and a broker in this process, with defaults.",
            "  server --config FILE [--format] [--set key=value ...]",
            "               Run a quorum node, a broker, or both, as the file says.",
            "",
            "The last resort:",
            "  quorum recover --config FILE",
            "               Make the only quorum node that is left the whole quorum. See 'curia quorum recover"
                    + " --help'.",
            "  quorum snapshot restore FILE --config FILE",
            "               Make a quorum of one node from a backup. See 'curia quorum snapshot restore --help'.",
            "",
            "Files of a stopped broker:",
            "  log dump|verify|index-check PATH",
            "               Show and check segments, indexes, producers and epochs. See 'curia log --help'.",
            "",
            "Examples:",
            "  curia standalone",
            "  curia topics create orders --partitions 6",
            "  curia produce orders words.txt",
            "  curia consume orders --from-beginning --exit-at-end",
            "  curia log verify .curia/standalone/logs",
            "  curia --server quorum-1:9094,quorum-2:9094 brokers list"
        })
public final class CuriaCommand implements Runnable {
    private final Surroundings surroundings;
    private @Nullable StringBuilder captured;
    private @Nullable Profile profile; // as soon as it is asked for

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = {"--server", "--bootstrap-server"},
            scope = ScopeType.INHERIT,
            paramLabel = "HOST:PORT[,...]",
            description = "gRPC addresses of quorum nodes (environment: CURIA_SERVER; profile: server; default:"
                    + " localhost:9094).")
    private @Nullable String servers;

    @Option(
            names = "--timeout",
            scope = ScopeType.INHERIT,
            paramLabel = "SECONDS",
            description = "How long to try, in seconds (profile: timeout; default: 15).")
    private @Nullable Double timeoutSeconds;

    @Option(
            names = "--output",
            scope = ScopeType.INHERIT,
            paramLabel = "FORMAT",
            description = "Print ${COMPLETION-CANDIDATES} (profile: output; default: table).")
    private @Nullable OutputFormat output;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "The same as --output json.")
    private boolean json;

    @Option(
            names = "--profile",
            scope = ScopeType.INHERIT,
            paramLabel = "NAME",
            description = "Take defaults from ~/.config/curia/NAME.properties (environment: CURIA_PROFILE; default:"
                    + " default).")
    private @Nullable String profileName;

    @Option(
            names = "--command-config",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "Take defaults from this file instead; before a command --config will do.")
    private @Nullable Path commandConfig;

    @Option(names = "--config", hidden = true)
    private @Nullable Path config;

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Print stack traces of errors.")
    private boolean verbose;

    @Option(
            names = {"-h", "--help"},
            scope = ScopeType.INHERIT,
            usageHelp = true,
            description = "Print this help.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Print the version.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean version;

    private CuriaCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Parses and runs a command line; the exit code is the result. */
    public static int execute(Surroundings surroundings, String... arguments) {
        return commandLine(surroundings).execute(arguments);
    }

    static CommandLine commandLine(Surroundings surroundings) {
        CuriaCommand root = new CuriaCommand(surroundings);
        Terminal terminal = surroundings.terminal();
        CommandLine line = new CommandLine(root)
                .addSubcommand(group(new TopicsCommand(), new TopicsCreate(root), new TopicsList(root))
                        .addSubcommand(new TopicsDescribe(root))
                        .addSubcommand(new TopicsAlter(root))
                        .addSubcommand(new TopicsDelete(root)))
                .addSubcommand(group(new PartitionsCommand(), new PartitionsAdd(root), new PartitionsReassign(root))
                        .addSubcommand(new PartitionsMoves(root))
                        .addSubcommand(new PartitionsElect(root)))
                .addSubcommand(group(new BrokersCommand(), new BrokersList(root), new BrokersDescribe(root))
                        .addSubcommand(new BrokersMaintenance(root))
                        .addSubcommand(new BrokersDrain(root))
                        .addSubcommand(new BrokersUndrain(root))
                        .addSubcommand(new BrokersDecommission(root))
                        .addSubcommand(new BrokersSafeToStop(root))
                        .addSubcommand(new BrokersUnregister(root)))
                .addSubcommand(group(new QuorumCommand(), new QuorumStatus(root), new QuorumAdd(root))
                        .addSubcommand(new QuorumRemove(root))
                        .addSubcommand(new QuorumReplace(root))
                        .addSubcommand(new QuorumTransfer(root))
                        .addSubcommand(group(
                                new QuorumSnapshotCommand(),
                                new QuorumSnapshotSave(root),
                                new QuorumSnapshotDescribe(root))))
                .addSubcommand(group(new ClusterCommand(), new ClusterInfo(root), new ClusterRebalance(root)))
                .addSubcommand(group(new FeaturesCommand(), new FeaturesList(root), new FeaturesUpgrade(root))
                        .addSubcommand(new FeaturesDowngrade(root)))
                .addSubcommand(group(new GroupsCommand(), new GroupsList(root), new GroupsDescribe(root))
                        .addSubcommand(new GroupsReset(root))
                        .addSubcommand(new GroupsUndo(root))
                        .addSubcommand(new GroupsDelete(root)))
                .addSubcommand(
                        group(new QuotasCommand(), new QuotasList(root), new QuotasSet(root), new QuotasRemove(root)))
                .addSubcommand(group(new ConfigsCommand(), new ConfigsList(root), new ConfigsDescribe(root))
                        .addSubcommand(new ConfigsSet(root))
                        .addSubcommand(new ConfigsUnset(root)))
                .addSubcommand(group(new LogDirsCommand(), new LogDirsDescribe(root), new LogDirsMove(root)))
                .addSubcommand(group(new TransactionsCommand(), new TransactionsList(root))
                        .addSubcommand(new TransactionsDescribe(root))
                        .addSubcommand(new TransactionsProducers(root))
                        .addSubcommand(new TransactionsFindHanging(root))
                        .addSubcommand(new TransactionsAbort(root)))
                .addSubcommand(group(new PerfCommand(), new PerfProduce(root), new PerfConsume(root))
                        .addSubcommand(new PerfLatency(root)))
                .addSubcommand(new Doctor(root))
                .addSubcommand(group(new AclsCommand(), new AclsList(root), new AclsAdd(root))
                        .addSubcommand(new AclsRemove(root)))
                .addSubcommand(new Events(root))
                .addSubcommand(new Produce(root))
                .addSubcommand(new Consume(root))
                .addSubcommand(new Completion(root));
        Errors errors = new Errors(root);
        return line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(110)
                .setParameterExceptionHandler(errors)
                .setExecutionExceptionHandler(errors)
                .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.colour() ? Ansi.ON : Ansi.OFF));
    }

    private static CommandLine group(Object command, Object... members) {
        CommandLine line = new CommandLine(command);
        for (Object member : members) line.addSubcommand(member);
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command.");
    }

    Surroundings surroundings() {
        return surroundings;
    }

    Terminal terminal() {
        return surroundings.terminal();
    }

    Clock clock() {
        return surroundings.clock();
    }

    private Profile profile() {
        Profile chosen = profile;
        if (chosen != null) return chosen;
        try {
            chosen = Profile.choose(
                    Optional.ofNullable(commandConfig != null ? commandConfig : config),
                    Optional.ofNullable(profileName),
                    surroundings.environment(),
                    surroundings.home());
        } catch (ConfigException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
        profile = chosen;
        return chosen;
    }

    OutputFormat format() {
        if (json && output != null && output != OutputFormat.JSON)
            throw usage("Expected --json or --output, not both.");
        if (json) return OutputFormat.JSON;
        if (output != null) return output;
        return profile()
                .get(Profile.OUTPUT)
                .map(name -> OutputFormat.valueOf(name.toUpperCase(Locale.ROOT)))
                .orElse(OutputFormat.TABLE);
    }

    /** Whether programs read what is printed. */
    boolean structured() {
        return format() != OutputFormat.TABLE;
    }

    boolean verbose() {
        return verbose;
    }

    Duration timeout() {
        double seconds = timeoutSeconds != null
                ? timeoutSeconds
                : profile().get(Profile.TIMEOUT).orElse(15.0);
        if (!(seconds > 0 && seconds <= 86_400))
            throw usage("Invalid value for option '--timeout': expected more than 0 and at most 86400 seconds.");
        return Duration.ofNanos((long) (seconds * 1e9));
    }

    private String servers() {
        if (servers != null) return servers;
        String variable = surroundings.environment().getOrDefault("CURIA_SERVER", "");
        if (!variable.isBlank()) return variable;
        return profile().get(Profile.SERVER).orElse("localhost:" + ServerAddress.DEFAULT_PORT);
    }

    /** Whether somebody says which cluster is meant, if only in a variable or a profile. */
    boolean namesServers() {
        return servers != null
                || !surroundings.environment().getOrDefault("CURIA_SERVER", "").isBlank()
                || profile().get(Profile.SERVER).isPresent();
    }

    /** What to connect with. */
    ChannelCredentials credentials() {
        try {
            return ProfileTls.credentials(profile());
        } catch (ConfigException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    AdminClient admin(Channels channels) {
        List<ServerAddress> addresses;
        try {
            addresses = ServerAddress.parseList(servers());
        } catch (IllegalArgumentException e) {
            throw usage("Invalid value '" + servers() + "' for option '--server': " + e.getMessage()
                    + ", expected HOST:PORT[,HOST:PORT...].");
        }
        return new AdminClient(addresses, timeout(), channels, clock());
    }

    /** Wrong usage that picocli cannot see, of the command that is running. */
    ParameterException usage(String message) {
        ParseResult running = spec.commandLine().getParseResult();
        while (running.hasSubcommand()) running = running.subcommand();
        return new ParameterException(running.commandSpec().commandLine(), message);
    }

    /** A result as programs want it. */
    String data(@Nullable Object value) {
        return format().document(value);
    }

    /** Prints a text. */
    void print(String text) {
        StringBuilder held = captured;
        if (held != null) {
            held.append(text);
            return;
        }
        terminal().out().print(paint(text));
        terminal().out().flush();
    }

    /** With colours where they are wanted. */
    String paint(String text) {
        return terminal().colour() && !structured() ? Colours.paint(text) : text;
    }

    /** What a command would have printed, and how it ended. */
    record Captured(String text, int exitCode) {}

    /** Runs a part of the command that is running, and holds back what it prints. */
    Captured capture(Callable<Integer> part) throws Exception {
        StringBuilder held = new StringBuilder();
        captured = held;
        try {
            int exitCode = part.call();
            return new Captured(held.toString(), exitCode);
        } finally {
            captured = null;
        }
    }
}
