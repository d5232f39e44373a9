package dev.curia.admin.command;

import picocli.CommandLine.Command;

/** The group of commands on topics. */
@Command(
        name = "topics",
        description = "Create, list, describe, alter and delete topics.",
        synopsisSubcommandLabel = "COMMAND")
final class TopicsCommand extends CommandGroup {}
