package dev.curia.metadata.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.port.QuorumStatus;
import dev.curia.metadata.port.QuorumStatus.Member;
import dev.curia.metadata.port.QuorumStatus.Node;
import dev.curia.proto.admin.v1.QuorumNodeState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QuorumChangesTest {
    static Node node(int id) {
        return new Node(id, "q" + id + ":9093", "q" + id + ":9094");
    }

    /** Node 1 leads; the others were heard of so long ago, in milliseconds. */
    static QuorumStatus led(long... contacts) {
        List<Member> members = new ArrayList<>();
        members.add(new Member(node(1), 10, 0));
        for (long contact : contacts) members.add(new Member(node(members.size() + 1), 10, contact));
        return new QuorumStatus(1, Optional.of(node(1)), 3, 10, 10, -1, members);
    }

    private static QuorumNodeState.Builder joiner() {
        return QuorumNodeState.newBuilder().setNodeId(4).setClusterId("c").setPeerAddress("q4:9093");
    }

    private static String refusedJoiner(QuorumNodeState.Builder state) {
        return QuorumChanges.refuseJoiner(state.build(), "c", node(4)).orElse("");
    }

    @Test
    void aNodeIsAddedWhileTheLargerQuorumHasAMajority() {
        assertThat(QuorumChanges.refuseAdd(led(), node(2))).isEmpty();
        assertThat(QuorumChanges.refuseAdd(led(10, 20), node(4))).isEmpty();
        assertThat(QuorumChanges.refuseAdd(led(10, 60_000), node(4)))
                .as("one of three is down: with the new one there are three of four")
                .isEmpty();
        assertThat(QuorumChanges.refuseAdd(led(60_000, -1), node(4)).orElse(""))
                .contains("only 1 of 3 voters can be reached", "would need 3", "nodes [2, 3]");
        assertThat(QuorumChanges.refuseAdd(led(60_000), node(4)).orElse("")).contains("only 1 of 2");
    }

    @Test
    void idsAndAddressesAreUnique() {
        assertThat(QuorumChanges.isVoter(led(10).members(), node(2))).isTrue();
        assertThat(QuorumChanges.refuseAdd(led(10), new Node(2, "other:9093", "other:9094"))
                        .orElse(""))
                .contains("node 2 is in the quorum already, at q2:9093", "another id");
        assertThat(QuorumChanges.refuseAdd(led(10), new Node(4, "q2:9093", "q4:9094"))
                        .orElse(""))
                .contains("node 2 of the quorum has the same address, q2:9093");
        assertThat(QuorumChanges.refuseAdd(led(10), new Node(4, "q4:9093", "q2:9094"))
                        .orElse(""))
                .contains("the same address, q2:9094");
    }

    @Test
    void whoJoinsMustBeTheNodeThatIsMeantAndFormattedForIt() {
        assertThat(refusedJoiner(joiner())).isEmpty();
        assertThat(refusedJoiner(joiner().setClusterId("other"))).contains("of cluster 'other', not of 'c'");
        assertThat(refusedJoiner(joiner().setNodeId(5))).contains("is node 5, not node 4");
        assertThat(refusedJoiner(joiner().setPeerAddress("localhost:9093"))).contains("localhost:9093, not at q4:9093");
        assertThat(refusedJoiner(joiner().setVoter(true).addVoterIds(4))).contains("quorum of nodes [4]", "--join");
        assertThat(refusedJoiner(joiner().setRemoved(true))).contains("has left the quorum");
    }

    @Test
    void aNodeIsRemovedWhileTheRestHasALiveMajority() {
        assertThat(QuorumChanges.refuseRemove(led(10, 20), 3)).isEmpty();
        assertThat(QuorumChanges.refuseRemove(led(10, 20), 1)).as("the leader").isEmpty();
        assertThat(QuorumChanges.refuseRemove(led(10, 60_000), 3))
                .as("the dead one")
                .isEmpty();
        assertThat(QuorumChanges.refuseRemove(led(10, 60_000), 2).orElse(""))
                .contains("without node 2 only 1 of 2", "2 are needed", "nodes [3]");
        assertThat(QuorumChanges.refuseRemove(led(), 1).orElse("")).contains("the only voter");
        assertThat(QuorumChanges.refuseRemove(led(10), 2)).isEmpty();
    }

    @Test
    void leadershipGoesToALiveVoterOnly() {
        assertThat(QuorumChanges.refuseTransfer(led(10, 60_000), 2)).isEmpty();
        assertThat(QuorumChanges.refuseTransfer(led(10, 60_000), 3).orElse("")).contains("cannot be reached");
        assertThat(QuorumChanges.refuseTransfer(led(10), 9).orElse("")).contains("not in the quorum", "[1, 2]");
    }
}
