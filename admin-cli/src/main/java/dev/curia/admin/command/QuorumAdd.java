package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code curia quorum add}. */
@Command(
        name = "add",
        description = {
            "Let a new node into the metadata quorum. Start it first, with --join: it is brought up to date, and votes then.",
            "Refused when it would be unsafe: while another change is under way, when too few voters can be reached, or when"
                    + " the node is not fit to join. An interrupted command is just given again."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia server --config quorum-4.properties --join     # on the new node",
            "  curia quorum add 104 --peer quorum-4:9093 --rpc quorum-4:9094"
        })
final class QuorumAdd extends AdminCommand {
    @Parameters(paramLabel = "ID", description = "The new node's node.id.")
    private int id;

    @Mixin
    private final QuorumNodeAddress address = new QuorumNodeAddress();

    QuorumAdd(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        QuorumCalls.add(curia, admin, channels, id, address.peer(curia), address.rpc(curia));
        return ExitCode.OK;
    }
}
