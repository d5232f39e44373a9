package dev.curia.broker;

import dev.curia.broker.tool.LogCommand;
import dev.curia.common.time.SystemClock;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The server program's entry. Exit codes: 0 stopped in order, 1 could not start, 2 wrong settings or usage, 70 halted on a fault; those of
 * {@code curia log} are told by its help.
 */
@Command(name = "curia", description = "A replicated log broker that speaks the Kafka protocol.")
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        CommandLine line = commandLine(System.getenv(), args);
        line.setOut(new PrintWriter(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
        int exitCode = line.execute(args);
        line.getOut().flush();
        System.exit(exitCode);
    }

    /** Knows only the subcommand that is asked for, where there is such a one: to read the options of all takes a server's start a while. */
    static CommandLine commandLine(Map<String, String> environment, String... arguments) {
        Map<String, Supplier<Object>> subcommands = subcommands(environment);
        if (arguments.length > 0 && subcommands.containsKey(arguments[0]))
            subcommands.keySet().retainAll(Set.of(arguments[0]));
        CommandLine line = new CommandLine(new Main());
        subcommands.forEach((name, subcommand) -> line.addSubcommand(name, subcommand.get()));
        return line;
    }

    private static Map<String, Supplier<Object>> subcommands(Map<String, String> environment) {
        Map<String, Supplier<Object>> subcommands = new LinkedHashMap<>();
        subcommands.put("standalone", () -> new StandaloneCommand(environment));
        subcommands.put("server", () -> new ServerCommand(environment));
        subcommands.put("log", () -> LogCommand.commandLine(new SystemClock(), onTerminal()));
        subcommands.put("quorum", () -> QuorumCommand.commandLine(environment, new SystemClock()));
        subcommands.put("rehearse", RehearseCommand::new);
        return subcommands;
    }

    /** Whether the error output is a terminal: the launcher knows, Java does not tell. */
    private static boolean onTerminal() {
        return Boolean.getBoolean("curia.terminal");
    }
}
