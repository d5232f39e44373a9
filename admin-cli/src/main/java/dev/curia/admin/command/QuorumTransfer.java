package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.proto.admin.v1.TransferLeadershipRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia quorum transfer}. */
@Command(
        name = "transfer",
        description =
                "Let another node lead the metadata quorum, as before work on the leader's machine. Clients notice nothing;"
                        + " administration waits for a moment.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia quorum transfer 102", "  curia quorum transfer --any"})
final class QuorumTransfer extends AdminCommand {
    @Parameters(arity = "0..1", paramLabel = "ID", description = "The node.id of the node that is to lead.")
    private @Nullable Integer id;

    @Option(names = "--any", description = "Whichever node is furthest.")
    private boolean any;

    QuorumTransfer(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        if ((id == null) != any) throw curia.usage("Expected either the ID of a node or --any.");
        TransferLeadershipRequest request = TransferLeadershipRequest.newBuilder()
                .setNodeId(id == null ? -1 : id)
                .build();
        // After a slow election the answer may come from the new leader itself, to which it is so already.
        QuorumCalls.change(
                admin,
                id == null ? "transfer the quorum's leadership" : "transfer the quorum's leadership to node " + id,
                stub -> stub.transferLeadership(request));
        QuorumCalls.say(curia, (id == null ? "Another node" : "Node " + id) + " leads the quorum now.");
        return ExitCode.OK;
    }
}
