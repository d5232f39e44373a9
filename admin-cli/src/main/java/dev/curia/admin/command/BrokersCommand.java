package dev.curia.admin.command;

import picocli.CommandLine.Command;

/** The group of commands on brokers. */
@Command(name = "brokers", description = "The cluster's brokers.", synopsisSubcommandLabel = "COMMAND")
final class BrokersCommand extends CommandGroup {}
