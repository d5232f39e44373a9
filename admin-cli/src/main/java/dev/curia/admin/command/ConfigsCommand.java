package dev.curia.admin.command;

import picocli.CommandLine.Command;

/** The group of commands on settings that can be changed while the cluster runs. */
@Command(
        name = "configs",
        description = "Show and change settings of topics, brokers, groups and client metrics, while they are in use.",
        synopsisSubcommandLabel = "COMMAND")
final class ConfigsCommand extends CommandGroup {}
