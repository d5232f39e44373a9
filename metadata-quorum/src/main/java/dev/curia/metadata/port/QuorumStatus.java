package dev.curia.metadata.port;

import java.util.List;
import java.util.Optional;

/**
 * The Raft group as this node sees it. Immutable.
 *
 * @param leader empty while none is known
 * @param committedIndex counts the entries that Raft writes for itself, one of them after most records
 * @param appliedIndex of the last record in the image, so it may stay a little below {@code committedIndex}
 * @param snapshotIndex -1: none yet
 */
public record QuorumStatus(
        int nodeId,
        Optional<Node> leader,
        long term,
        long committedIndex,
        long appliedIndex,
        long snapshotIndex,
        List<Member> members) {

    /** Whether this node is the leader. */
    public boolean leads() {
        return leader.filter(node -> node.id() == nodeId).isPresent();
    }

    /** A quorum node: Raft peer address and gRPC address, each {@code host:port}. */
    public record Node(int id, String peerAddress, String rpcAddress) {}

    /** @param matchIndex and {@code lastContactMillis} are -1 unless this node leads */
    public record Member(Node node, long matchIndex, long lastContactMillis) {}
}
