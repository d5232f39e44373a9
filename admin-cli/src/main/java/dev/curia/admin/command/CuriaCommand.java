package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.ServerAddress;
import dev.curia.common.time.Clock;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
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
    private final Terminal terminal;
    private final Clock clock;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = {"--server", "--bootstrap-server"},
            scope = ScopeType.INHERIT,
            paramLabel = "HOST:PORT[,...]",
            defaultValue = "${env:CURIA_SERVER:-localhost:9094}",
            description = "gRPC addresses of quorum nodes (environment: CURIA_SERVER; default: localhost:9094).")
    @SuppressWarnings("NullAway.Init")
    private String servers;

    @Option(
            names = "--timeout",
            scope = ScopeType.INHERIT,
            paramLabel = "SECONDS",
            defaultValue = "15",
            description = "How long to try, in seconds (default: ${DEFAULT-VALUE}).")
    private double timeoutSeconds;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print JSON.")
    private boolean json;

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

    CuriaCommand(Terminal terminal, Clock clock) {
        this.terminal = terminal;
        this.clock = clock;
    }

    /** Parses and runs a command line; the exit code is the result. */
    public static int execute(Terminal terminal, Clock clock, String... arguments) {
        CuriaCommand root = new CuriaCommand(terminal, clock);
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
                        .addSubcommand(new QuorumTransfer(root)))
                .addSubcommand(group(new ClusterCommand(), new ClusterInfo(root), new ClusterRebalance(root)))
                .addSubcommand(group(new GroupsCommand(), new GroupsList(root), new GroupsDescribe(root))
                        .addSubcommand(new GroupsReset(root))
                        .addSubcommand(new GroupsUndo(root))
                        .addSubcommand(new GroupsDelete(root)))
                .addSubcommand(
                        group(new QuotasCommand(), new QuotasList(root), new QuotasSet(root), new QuotasRemove(root)))
                .addSubcommand(new Events(root))
                .addSubcommand(new Produce(root))
                .addSubcommand(new Consume(root));
        Errors errors = new Errors(root);
        return line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(110)
                .setParameterExceptionHandler(errors)
                .setExecutionExceptionHandler(errors)
                .execute(arguments);
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

    Terminal terminal() {
        return terminal;
    }

    Clock clock() {
        return clock;
    }

    boolean json() {
        return json;
    }

    boolean verbose() {
        return verbose;
    }

    Duration timeout() {
        if (!(timeoutSeconds > 0 && timeoutSeconds <= 86_400))
            throw usage("Invalid value for option '--timeout': expected more than 0 and at most 86400 seconds.");
        return Duration.ofNanos((long) (timeoutSeconds * 1e9));
    }

    AdminClient admin(Channels channels) {
        List<ServerAddress> addresses;
        try {
            addresses = ServerAddress.parseList(servers);
        } catch (IllegalArgumentException e) {
            throw usage("Invalid value '" + servers + "' for option '--server': " + e.getMessage()
                    + ", expected HOST:PORT[,HOST:PORT...].");
        }
        return new AdminClient(addresses, timeout(), channels, clock);
    }

    /** Wrong usage that picocli cannot see, of the command that is running. */
    ParameterException usage(String message) {
        ParseResult running = spec.commandLine().getParseResult();
        while (running.hasSubcommand()) running = running.subcommand();
        return new ParameterException(running.commandSpec().commandLine(), message);
    }

    /** Prints a text for people. */
    void print(String text) {
        terminal.out().print(text);
        terminal.out().flush();
    }
}
