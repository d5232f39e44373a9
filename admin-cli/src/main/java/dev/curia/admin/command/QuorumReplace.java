package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code curia quorum replace}. */
@Command(
        name = "replace",
        description = {
            "Add a new node to the metadata quorum, and then take an old one out, alive or dead. Start the new one first, with"
                    + " --join.",
            "An interrupted command is just given again: it goes on where it was."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia quorum replace 102 104 --peer quorum-4:9093 --rpc quorum-4:9094"})
final class QuorumReplace extends AdminCommand {
    @Parameters(index = "0", paramLabel = "OLD-ID", description = "The node.id of the node that leaves.")
    private int oldId;

    @Parameters(
            index = "1",
            paramLabel = "NEW-ID",
            description = "The node.id of the node that comes; not the old one.")
    private int newId;

    @Mixin
    private final QuorumNodeAddress address = new QuorumNodeAddress();

    QuorumReplace(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        if (oldId == newId) {
            throw curia.usage("The new node needs an id of its own, other than " + oldId
                    + ": the old one votes until the new one does.");
        }
        QuorumCalls.add(curia, admin, channels, newId, address.peer(curia), address.rpc(curia));
        QuorumCalls.remove(curia, admin, oldId);
        return ExitCode.OK;
    }
}
