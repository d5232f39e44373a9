package dev.curia.admin.command;

import picocli.CommandLine.Command;

/** The group of commands on feature levels. */
@Command(
        name = "features",
        description = "List the levels of features, and finalize higher ones after an upgrade.",
        synopsisSubcommandLabel = "COMMAND")
final class FeaturesCommand extends CommandGroup {}
