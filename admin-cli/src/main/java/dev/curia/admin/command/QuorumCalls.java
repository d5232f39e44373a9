package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.ClusterException;
import dev.curia.admin.client.ServerAddress;
import dev.curia.proto.admin.v1.AddVoterRequest;
import dev.curia.proto.admin.v1.InspectQuorumRequest;
import dev.curia.proto.admin.v1.InspectQuorumResponse;
import dev.curia.proto.admin.v1.QuorumAdminGrpc;
import dev.curia.proto.admin.v1.QuorumAdminGrpc.QuorumAdminBlockingStub;
import dev.curia.proto.admin.v1.QuorumChange;
import dev.curia.proto.admin.v1.QuorumChangeResponse;
import dev.curia.proto.admin.v1.QuorumVoter;
import dev.curia.proto.admin.v1.RemoveVoterRequest;
import dev.curia.proto.common.v1.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** What the commands on the quorum have in common. */
final class QuorumCalls {
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration LOOK = Duration.ofSeconds(2);

    private QuorumCalls() {}

    /** The quorum as its leader sees it, or as anyone does when the leader is not known or does not answer. */
    static InspectQuorumResponse inspect(CuriaCommand curia, AdminClient admin, Channels channels) {
        InspectQuorumResponse any = whoKnowsMost(curia, admin, channels);
        if (any.getLeaderId() == any.getAnswering().getNodeId()) return any;
        try {
            return leader(any, curia, channels).map(QuorumCalls::inspect).orElse(any);
        } catch (ClusterException e) {
            return any; // which says how long ago the leader was heard of
        }
    }

    /** A node that was removed, and still runs, knows of no leader; those that it voted with may. */
    private static InspectQuorumResponse whoKnowsMost(CuriaCommand curia, AdminClient admin, Channels channels) {
        InspectQuorumResponse any = inspect(admin);
        if (leader(any, curia, channels).isPresent()) return any;
        return any.getVotersList().stream()
                .filter(voter -> voter.getNodeId() != any.getAnswering().getNodeId())
                .flatMap(voter -> look(voter, curia, channels).stream())
                .filter(other -> leader(other, curia, channels).isPresent())
                .findFirst()
                .orElse(any);
    }

    /** Empty: it does not answer soon. */
    private static Optional<InspectQuorumResponse> look(QuorumVoter node, CuriaCommand curia, Channels channels) {
        try {
            return Optional.of(inspect(ask(node, LOOK, curia, channels)));
        } catch (ClusterException down) {
            return Optional.empty();
        }
    }

    /** Who asks the leader, and nobody else; empty: it is not known. */
    static Optional<AdminClient> leader(InspectQuorumResponse quorum, CuriaCommand curia, Channels channels) {
        return quorum.getVotersList().stream()
                .filter(voter -> voter.getNodeId() == quorum.getLeaderId())
                .map(voter -> ask(voter, curia.timeout(), curia, channels))
                .findFirst();
    }

    private static AdminClient ask(QuorumVoter node, Duration timeout, CuriaCommand curia, Channels channels) {
        return new AdminClient(List.of(ServerAddress.parse(node.getRpcAddress())), timeout, channels, curia.clock());
    }

    private static InspectQuorumResponse inspect(AdminClient admin) {
        return admin.read(
                "inspect the quorum",
                QuorumAdminGrpc::newBlockingStub,
                stub -> stub.inspectQuorum(InspectQuorumRequest.getDefaultInstance()));
    }

    /** Asks for a change and fails unless the quorum agrees. Asking again for what is so already is no failure. */
    static QuorumChangeResponse change(
            AdminClient admin, String what, Function<QuorumAdminBlockingStub, QuorumChangeResponse> call) {
        QuorumChangeResponse response =
                admin.change(what, QuorumAdminGrpc::newBlockingStub, call).response();
        if (response.getStatus().getCode() != ErrorCode.NONE) {
            throw new ClusterException(
                    ClusterException.Kind.REFUSED,
                    "cannot " + what + ": " + response.getStatus().getMessage());
        }
        return response;
    }

    /** Adds a node and waits until it votes. */
    static void add(CuriaCommand curia, AdminClient admin, Channels channels, int id, String peer, String rpc) {
        String what = "add node " + id + " to the quorum";
        AddVoterRequest request = AddVoterRequest.newBuilder()
                .setNodeId(id)
                .setPeerAddress(peer)
                .setRpcAddress(rpc)
                .build();
        String shown = "";
        while (true) {
            // Begins, goes on with or finds done: the next leader too, should this one go.
            if (change(admin, what, stub -> stub.addVoter(request)).getNeedless()) break;
            InspectQuorumResponse quorum = inspect(curia, admin, channels);
            QuorumChange change = quorum.getChange();
            boolean ours = quorum.hasChange() && change.getNodeId() == id;
            if (ours && change.getState() == QuorumChange.State.FAILED) {
                throw new ClusterException(
                        ClusterException.Kind.REFUSED, "cannot " + what + ": " + change.getReason() + ".");
            }
            String progress = ours && change.getMatchIndex() >= 0
                    ? "Node " + id + " catches up: " + change.getMatchIndex() + " of " + quorum.getCommittedIndex()
                            + " entries.\n"
                    : shown;
            if (!progress.equals(shown) && !curia.structured()) curia.print(progress);
            shown = progress;
            LockSupport.parkNanos(POLL.toNanos());
        }
        say(curia, "Node " + id + " votes in the quorum.");
    }

    /** Takes a node out; if it leads, it hands over first. */
    static void remove(CuriaCommand curia, AdminClient admin, int id) {
        RemoveVoterRequest request =
                RemoveVoterRequest.newBuilder().setNodeId(id).build();
        boolean needless = change(admin, "remove node " + id + " from the quorum", stub -> stub.removeVoter(request))
                .getNeedless();
        say(
                curia,
                needless
                        ? "Node " + id + " is not in the quorum."
                        : "Node " + id + " is out of the quorum. It can be stopped, and its directory emptied.");
    }

    static void say(CuriaCommand curia, String line) {
        if (!curia.structured()) curia.print(line + "\n");
    }
}
