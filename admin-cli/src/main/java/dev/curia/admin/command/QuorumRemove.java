package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code curia quorum remove}. */
@Command(
        name = "remove",
        description =
                "Take a node out of the metadata quorum, alive or dead; if it leads, it hands over first. Refused when too"
                        + " few of the others can be reached to go on without it.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia quorum remove 101"})
final class QuorumRemove extends AdminCommand {
    @Parameters(paramLabel = "ID", description = "The node.id of the node that leaves.")
    private int id;

    QuorumRemove(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        QuorumCalls.remove(curia, admin, id);
        return ExitCode.OK;
    }
}
