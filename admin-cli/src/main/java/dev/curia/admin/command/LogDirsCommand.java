package dev.curia.admin.command;

import picocli.CommandLine.Command;

/** The group of commands on brokers' log directories. */
@Command(
        name = "log-dirs",
        description = "The brokers' log directories: what lies where, and how to move it.",
        synopsisSubcommandLabel = "COMMAND")
final class LogDirsCommand extends CommandGroup {}
