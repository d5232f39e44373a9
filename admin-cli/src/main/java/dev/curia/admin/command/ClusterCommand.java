package dev.curia.admin.command;

import picocli.CommandLine.Command;

/** The group of commands on the cluster as a whole. */
@Command(name = "cluster", description = "The cluster as a whole.", synopsisSubcommandLabel = "COMMAND")
final class ClusterCommand extends CommandGroup {}
