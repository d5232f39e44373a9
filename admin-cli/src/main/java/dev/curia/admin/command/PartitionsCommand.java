package dev.curia.admin.command;

import picocli.CommandLine.Command;

/** The group of commands on partitions. */
@Command(
        name = "partitions",
        description = "Add partitions to topics, move them to other brokers, elect their preferred leaders.",
        synopsisSubcommandLabel = "COMMAND")
final class PartitionsCommand extends CommandGroup {}
