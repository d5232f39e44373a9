package dev.curia.admin.command;

import picocli.CommandLine.Command;

/** The group of commands on transactions. */
@Command(
        name = "transactions",
        description = "Show transactions, find those that nobody will end, and abort them.",
        synopsisSubcommandLabel = "COMMAND")
final class TransactionsCommand extends CommandGroup {}
