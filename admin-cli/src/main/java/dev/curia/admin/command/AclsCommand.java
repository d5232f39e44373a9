package dev.curia.admin.command;

import picocli.CommandLine.Command;

/** The group of commands on ACLs. */
@Command(
        name = "acls",
        description = "List, add and remove ACLs: who may do what.",
        synopsisSubcommandLabel = "COMMAND")
final class AclsCommand extends CommandGroup {}
