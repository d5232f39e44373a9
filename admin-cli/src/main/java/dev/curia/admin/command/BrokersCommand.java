package dev.curia.admin.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The group of commands on brokers. */
@Command(name = "brokers", description = "The cluster's brokers.", synopsisSubcommandLabel = "COMMAND")
final class BrokersCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Missing command: expected one of list, describe, maintenance, drain, undrain, decommission, safe-to-stop,"
                        + " unregister.");
    }
}
