package dev.curia.admin.command;

import picocli.CommandLine.Command;

/** The group of commands on client quotas. */
@Command(
        name = "quotas",
        description = "List, set and remove what clients may use at most, on each broker.",
        synopsisSubcommandLabel = "COMMAND")
final class QuotasCommand extends CommandGroup {}
