package dev.curia.admin.command;

import picocli.CommandLine.Command;

/** The group of commands on groups and their offsets. */
@Command(
        name = "groups",
        description = "List, describe and delete groups; reset their offsets, and take that back.",
        synopsisSubcommandLabel = "COMMAND")
final class GroupsCommand extends CommandGroup {}
