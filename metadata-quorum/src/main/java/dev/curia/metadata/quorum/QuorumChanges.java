package dev.curia.metadata.quorum;

import dev.curia.metadata.port.QuorumStatus;
import dev.curia.metadata.port.QuorumStatus.Member;
import dev.curia.metadata.port.QuorumStatus.Node;
import dev.curia.proto.admin.v1.QuorumNodeState;
import java.util.List;
import java.util.Optional;

/** Whether a change of the quorum's members is safe now: empty, or why not and what to do. Pure. */
final class QuorumChanges {
    /** A voter silent for longer may be down. */
    static final long REACHABLE_MILLIS = 3_000;

    private QuorumChanges() {}

    /** The voter that this node is already, address and all. */
    static boolean isVoter(List<Member> members, Node node) {
        return members.stream().anyMatch(member -> member.node().equals(node));
    }

    static Optional<String> refuseAdd(QuorumStatus status, Node node) {
        for (Member member : status.members()) {
            Node other = member.node();
            if (other.id() == node.id()) {
                return Optional.of("node " + node.id() + " is in the quorum already, at " + other.peerAddress()
                        + ". Give the new node another id, or remove that one first.");
            }
            if (other.peerAddress().equals(node.peerAddress())
                    || other.rpcAddress().equals(node.rpcAddress())) {
                return Optional.of("node " + other.id() + " of the quorum has the same address, "
                        + (other.peerAddress().equals(node.peerAddress()) ? node.peerAddress() : node.rpcAddress())
                        + ". Each node needs its own.");
            }
        }
        int voters = status.members().size();
        long reachable = reachable(status, status.members());
        if (reachable < majority(voters) || reachable + 1 < majority(voters + 1)) {
            return Optional.of("only " + reachable + " of " + voters
                    + " voters can be reached, and the larger quorum would need " + majority(voters + 1)
                    + ". Start those that are down first: " + unreachable(status) + ".");
        }
        return Optional.empty();
    }

    /** Whether the node that answers where the new one should be is that one, and fit to join. */
    static Optional<String> refuseJoiner(QuorumNodeState found, String clusterId, Node node) {
        String at = "the node at " + node.rpcAddress();
        if (!found.getClusterId().equals(clusterId)) {
            return Optional.of(at + " is of cluster '" + found.getClusterId() + "', not of '" + clusterId + "'.");
        }
        if (found.getNodeId() != node.id()) {
            return Optional.of(at + " is node " + found.getNodeId() + ", not node " + node.id() + ".");
        }
        if (!found.getPeerAddress().equals(node.peerAddress())) {
            return Optional.of(at + " is configured to be reached by other quorum nodes at " + found.getPeerAddress()
                    + ", not at " + node.peerAddress()
                    + ": make its own entry in quorum.voters and --peer the same.");
        }
        if (found.getRemoved()) {
            return Optional.of(at + " has left the quorum. Stop it, empty its directory, and start it with --join.");
        }
        if (found.getVoter()) {
            return Optional.of(at + " is a voter of a quorum of nodes " + found.getVoterIdsList()
                    + ". A node that joins must be formatted for that: stop it, empty its directory, and start it with"
                    + " --join.");
        }
        return Optional.empty();
    }

    static Optional<String> refuseRemove(QuorumStatus status, int nodeId) {
        List<Member> rest = status.members().stream()
                .filter(member -> member.node().id() != nodeId)
                .toList();
        if (rest.isEmpty()) return Optional.of("node " + nodeId + " is the only voter; a quorum needs one.");
        long reachable = reachable(status, rest);
        if (reachable >= majority(rest.size())) return Optional.empty();
        return Optional.of("without node " + nodeId + " only " + reachable + " of " + rest.size()
                + " voters could be reached, and " + majority(rest.size())
                + " are needed. Start or replace those that are down first: " + unreachable(status) + ".");
    }

    static Optional<String> refuseTransfer(QuorumStatus status, int nodeId) {
        Optional<Member> target = status.members().stream()
                .filter(member -> member.node().id() == nodeId)
                .findFirst();
        if (target.isEmpty()) {
            return Optional.of("node " + nodeId + " is not in the quorum, whose nodes are " + ids(status) + ".");
        }
        return isReachable(status, target.get())
                ? Optional.empty()
                : Optional.of("node " + nodeId + " cannot be reached: start it first, or name another.");
    }

    static boolean isReachable(QuorumStatus status, Member member) {
        return member.node().id() == status.nodeId()
                || (member.lastContactMillis() >= 0 && member.lastContactMillis() <= REACHABLE_MILLIS);
    }

    static int majority(int voters) {
        return voters / 2 + 1;
    }

    private static long reachable(QuorumStatus status, List<Member> members) {
        return members.stream().filter(member -> isReachable(status, member)).count();
    }

    private static String unreachable(QuorumStatus status) {
        return "nodes "
                + status.members().stream()
                        .filter(member -> !isReachable(status, member))
                        .map(member -> member.node().id())
                        .sorted()
                        .toList();
    }

    private static List<Integer> ids(QuorumStatus status) {
        return status.members().stream()
                .map(member -> member.node().id())
                .sorted()
                .toList();
    }
}
