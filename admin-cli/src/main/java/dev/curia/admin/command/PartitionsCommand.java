package dev.curia.admin.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The group of commands on partitions. */
@Command(
        name = "partitions",
        description = "Add partitions to topics, move them to other brokers, elect their preferred leaders.",
        synopsisSubcommandLabel = "COMMAND")
final class PartitionsCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Missing command: expected one of add, reassign, moves, elect.");
    }
}
