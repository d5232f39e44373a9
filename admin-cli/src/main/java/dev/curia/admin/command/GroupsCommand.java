package dev.curia.admin.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The group of commands on groups and their offsets. */
@Command(
        name = "groups",
        description = "List, describe and delete groups; reset their offsets, and take that back.",
        synopsisSubcommandLabel = "COMMAND")
final class GroupsCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Missing command: expected one of list, describe, reset, undo, delete.");
    }
}
