package dev.curia.admin.command;

import picocli.CommandLine.Command;

/** The group of commands on the metadata quorum. */
@Command(
        name = "quorum",
        description = "The metadata quorum.",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nOn the node itself, stopped:%n",
        footer = {
            "  recover      Make the only node that is left the whole quorum. The last resort; see 'curia quorum recover --help'."
        })
final class QuorumCommand extends CommandGroup {
    QuorumCommand() {
        super("recover");
    }
}
