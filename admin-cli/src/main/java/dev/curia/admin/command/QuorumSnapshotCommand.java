package dev.curia.admin.command;

import picocli.CommandLine.Command;

/** The group of commands on backups of the metadata. */
@Command(
        name = "snapshot",
        description = "Backups of the metadata.",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nOn a new quorum node, before its first start:%n",
        footer = {"  restore      Make a quorum of one node from a backup; see 'curia quorum snapshot restore --help'."
        })
final class QuorumSnapshotCommand extends CommandGroup {
    QuorumSnapshotCommand() {
        super("restore");
    }
}
