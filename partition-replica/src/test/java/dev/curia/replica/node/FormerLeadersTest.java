package dev.curia.replica.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.replica.ReplicaAssignment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FormerLeadersTest {
    private static final List<Integer> REPLICAS = List.of(1, 2, 3, 4);
    private static final long PROMISE = 1_000;

    private final FormerLeaders former = new FormerLeaders(1);

    private void saw(int leader, int leaderEpoch, long now) {
        former.saw(
                new ReplicaAssignment(
                        new PartitionId(new Uuid(1, 2), 0),
                        new TopicPartition("t", 0),
                        leader,
                        leaderEpoch,
                        leaderEpoch,
                        REPLICAS,
                        REPLICAS,
                        List.of(),
                        List.of(),
                        ReplicaAssignment.Move.NONE,
                        Map.of()),
                now,
                PROMISE);
    }

    @Test
    void ofANewPartitionThereAreNone() {
        saw(1, 0, 5);
        assertThat(former.of(REPLICAS, 5)).isEmpty();
    }

    @Test
    void theLeaderBeforeCountsWhileAPromiseMadeToItMayHold() {
        saw(3, 0, 0);
        saw(1, 1, 50_000);
        assertThat(former.of(REPLICAS, 50_000)).containsExactly(3);
        assertThat(former.of(REPLICAS, 50_999)).containsExactly(3);
        assertThat(former.of(REPLICAS, 51_000)).isEmpty();
    }

    @Test
    void soDoesTheOneBeforeItAndWhetherSomebodyLedMeanwhileOrNot() {
        saw(3, 0, 0);
        saw(2, 1, 50_000);
        saw(-1, 2, 50_100);
        saw(1, 3, 50_200);
        assertThat(former.of(REPLICAS, 50_200)).containsExactlyInAnyOrder(2, 3);
        assertThat(former.of(REPLICAS, 51_050)).containsExactly(2);
    }

    @Test
    void whereLeaderEpochsWereMissedItMayBeAnyone() {
        saw(-1, 7, 50_000); // a process that has just started
        saw(1, 8, 50_010);
        assertThat(former.of(REPLICAS, 50_010)).containsExactlyInAnyOrder(2, 3, 4);
        assertThat(former.of(REPLICAS, 51_000)).isEmpty();
    }

    @Test
    void theSameEpochAgainChangesNothing() {
        saw(3, 0, 0);
        saw(1, 1, 10);
        saw(1, 1, 900);
        assertThat(former.of(REPLICAS, 1_010)).isEmpty();
    }
}
