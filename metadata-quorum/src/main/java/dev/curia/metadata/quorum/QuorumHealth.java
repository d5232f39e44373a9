package dev.curia.metadata.quorum;

import dev.curia.metadata.port.QuorumStanding;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.proto.admin.v1.QuorumNodeState;
import dev.curia.proto.admin.v1.QuorumProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is wrong with a quorum and its nodes, for operators. Pure. */
public final class QuorumHealth {
    /** A node that has more than this to apply does not show the cluster as it is. */
    static final long MAX_BEHIND = 1_000;

    private static final int WANTED_VOTERS = 3;
    private static final long DISK_LOW_BYTES = 256L << 20;
    private static final long DISK_LOW_PERCENT = 5;

    private final long silenceMillis;
    private final long snapshotEntries;

    /**
     * @param silenceMillis not to hear of a leader, or of a majority, for longer is not to be part of the quorum
     * @param snapshotEntries after so many entries a node writes a snapshot
     */
    public QuorumHealth(long silenceMillis, long snapshotEntries) {
        this.silenceMillis = silenceMillis;
        this.snapshotEntries = snapshotEntries;
    }

    /** Empty when the node follows or leads, and is up to date; else what is missing, for people. */
    public Optional<String> notReadyBecause(QuorumStanding node, boolean leaderKnown) {
        String who = "quorum node " + node.self().id();
        if (node.removed()) {
            return Optional.of(who + " was removed from the quorum; it can be stopped, and its directory emptied");
        }
        if (!node.voter()) {
            return Optional.of(who + " is not in the quorum: let it in with 'curia quorum add "
                    + node.self().id() + " --peer " + node.self().peerAddress() + " --rpc "
                    + node.self().rpcAddress() + "'");
        }
        if (!leaderKnown || node.silenceMillis() < 0) return Optional.of(who + " knows no leader");
        if (node.silenceMillis() > silenceMillis) {
            return Optional.of(who + " has not heard of " + (node.leads() ? "a majority" : "the leader") + " for "
                    + node.silenceMillis() + " ms");
        }
        if (node.behind() > MAX_BEHIND) {
            return Optional.of(who + " is " + node.behind() + " entries behind the leader");
        }
        return Optional.empty();
    }

    /**
     * Worst first.
     *
     * @param heard what nodes said of themselves lately, this one among them
     */
    List<QuorumProblem> problems(
            QuorumStatus status, Map<Integer, QuorumNodeState> heard, List<MetadataDigests.Mismatch> mismatches) {
        List<QuorumProblem> problems = new ArrayList<>();
        if (status.leader().isEmpty()) {
            problems.add(problem(
                    "no leader is known to node " + status.nodeId(),
                    "an election takes a second or two; if none comes about, start the nodes that are down until a"
                            + " majority runs; if a majority is lost for good, see 'curia quorum recover --help'"));
        }
        for (MetadataDigests.Mismatch mismatch : mismatches) {
            problems.add(problem(
                    mismatch.toString(),
                    mismatch.member().startsWith("broker")
                            ? "restart the broker: it then takes the metadata anew"
                            : "replace the node: 'curia quorum replace'. If all others differ, it is the leader that does:"
                                    + " 'curia quorum transfer --any' first"));
        }
        if (status.leads()) unreachable(status, heard, problems);
        heard.values().forEach(state -> ofNode(status, state, problems));
        int voters = status.members().size();
        if (voters < WANTED_VOTERS) {
            problems.add(problem(
                    "the quorum has " + voters + (voters == 1 ? " voter" : " voters") + ", and no node may fail",
                    "add nodes until there are three: 'curia quorum add'"));
        } else if (voters % 2 == 0) {
            problems.add(problem(
                    "the quorum has an even number of voters, " + voters
                            + ": it survives no more failures than with one less",
                    "'curia quorum remove' one, or add one more"));
        }
        return problems;
    }

    private static void unreachable(
            QuorumStatus status, Map<Integer, QuorumNodeState> heard, List<QuorumProblem> problems) {
        for (QuorumStatus.Member member : status.members()) {
            int id = member.node().id();
            if (!QuorumChanges.isReachable(status, member)) {
                problems.add(problem(
                        "voter " + id + " has not been heard of for "
                                + (member.lastContactMillis() < 0 ? "ever" : member.lastContactMillis() + " ms"),
                        "start it, or replace it if it is lost: 'curia quorum replace " + id + " NEW-ID ...'"));
            } else if (!heard.containsKey(id)) {
                problems.add(problem(
                        "voter " + id + " takes part, but does not answer at "
                                + member.node().rpcAddress(),
                        "see that this address can be reached from all nodes"));
            }
        }
    }

    private void ofNode(QuorumStatus status, QuorumNodeState state, List<QuorumProblem> problems) {
        int id = state.getNodeId();
        long behind = Math.max(status.committedIndex(), state.getKnownIndex()) - state.getAppliedIndex();
        if (behind > MAX_BEHIND) {
            problems.add(problem(
                    "node " + id + " is " + behind + " entries behind",
                    "it catches up by itself; if the number grows, its disk or its network is too slow"));
        }
        long low = Math.min(DISK_LOW_BYTES, state.getDiskTotalBytes() * DISK_LOW_PERCENT / 100);
        if (state.getDiskTotalBytes() > 0 && state.getDiskUsableBytes() < low) {
            problems.add(problem(
                    "node " + id + " has " + (state.getDiskUsableBytes() >> 20) + " MiB left of "
                            + (state.getDiskTotalBytes() >> 20) + " MiB on the disk of quorum.data.dir",
                    "make room: a quorum node whose disk is full stops"));
        }
        long sinceSnapshot = state.getAppliedIndex() - Math.max(0, state.getSnapshotIndex());
        if (sinceSnapshot > 2 * snapshotEntries) {
            problems.add(problem(
                    "node " + id + " has written no snapshot for " + sinceSnapshot + " entries",
                    "see its log for errors; its next start takes longer, and its log grows"));
        }
    }

    private static QuorumProblem problem(String what, String remedy) {
        return QuorumProblem.newBuilder().setWhat(what).setRemedy(remedy).build();
    }
}
