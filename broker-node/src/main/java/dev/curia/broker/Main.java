package dev.curia.broker;

import dev.curia.broker.tool.LogCommand;
import dev.curia.common.time.SystemClock;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The server program's entry. Exit codes: 0 stopped in order, 1 could not start, 2 wrong settings or usage, 70 halted on a fault; those of
 * {@code curia log} are told by its help.
 */
@Command(
        name = "curia",
        subcommands = RehearseCommand.class,
        description = "A replicated log broker that speaks the Kafka protocol.")
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        CommandLine line = commandLine(System.getenv());
        line.setOut(new PrintWriter(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
        int exitCode = line.execute(args);
        line.getOut().flush();
        System.exit(exitCode);
    }

    static CommandLine commandLine(Map<String, String> environment) {
        return new CommandLine(new Main())
                .addSubcommand(new StandaloneCommand(environment))
                .addSubcommand(new ServerCommand(environment))
                .addSubcommand(LogCommand.commandLine(new SystemClock(), onTerminal()))
                .addSubcommand(QuorumCommand.commandLine(environment, new SystemClock()));
    }

    /** Whether the error output is a terminal: the launcher knows, Java does not tell. */
    private static boolean onTerminal() {
        return Boolean.getBoolean("curia.terminal");
    }
}
