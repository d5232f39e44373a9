package dev.curia.broker;

import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The server program's entry. Exit codes: 0 stopped in order, 1 could not start, 2 wrong settings or usage, 70 halted on a fault. */
@Command(
        name = "curia",
        subcommands = {StandaloneCommand.class, ServerCommand.class},
        description = "A replicated log broker that speaks the Kafka protocol.")
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        System.exit(new CommandLine(new Main()).execute(args));
    }
}
