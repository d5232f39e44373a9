package dev.curia.metadata.ratis;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One quorum node. Immutable.
 *
 * @param directory what the node keeps on disk; formatted before the first start, see {@link QuorumDirectory}
 * @param voters the quorum at its first start, this node among them, which is all that counts later: the Raft log knows better
 * @param bindHost what to listen on for other voters; empty: this voter's own host
 */
public record QuorumNodeConfig(
        int nodeId,
        String clusterId,
        Path directory,
        List<Voter> voters,
        Optional<String> bindHost,
        QuorumTuning tuning) {

    /** @throws IllegalArgumentException saying what does not fit together */
    public QuorumNodeConfig {
        voters = List.copyOf(voters);
        if (clusterId.isBlank()) throw new IllegalArgumentException("the cluster id is empty");
        Voter.requireDistinct(voters);
        if (voters.stream().noneMatch(voter -> voter.id() == nodeId)) {
            throw new IllegalArgumentException("this node's id " + nodeId + " is not among the voters " + voters);
        }
    }

    /** This node's own entry, which says where it is reached. */
    public Voter self() {
        return voters.stream().filter(voter -> voter.id() == nodeId).findFirst().orElseThrow();
    }
}
