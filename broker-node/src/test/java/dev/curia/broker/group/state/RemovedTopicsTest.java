package dev.curia.broker.group.state;

import static dev.curia.broker.group.state.World.P0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.coordinator.Outcome;
import dev.curia.broker.coordinator.ShardWorld.Box;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** A topic that comes again under its name must not be read from where the one before was left. */
class RemovedTopicsTest {
    private static final TopicPartition OTHER = new TopicPartition("other", 0);

    private final World world = new World();

    private void commit(String groupId, TopicPartition partition, Uuid topicId) {
        OffsetCommit.Request request = new OffsetCommit.Request(
                groupId,
                -1,
                "",
                null,
                OptionalLong.empty(),
                List.of(new OffsetCommit.Offset(partition, topicId, 5, -1, "")));
        world.perform(world.shard.offsets().commit(request, world.now(), new Box<>()));
    }

    @Test
    void itsOffsetsGoAndThoseOfOthersStay() {
        String member = world.stable(1).get(0);
        world.commitError(member, 1, 5);
        world.commit(member, 1, OTHER, 6);
        world.topic("t", 0);
        assertThat(world.fetch(P0)).isEqualTo(-1);
        assertThat(world.fetch(OTHER)).isEqualTo(6);
        world.failOver(0);
        assertThat(world.fetch(P0)).isEqualTo(-1);
        assertThat(world.fetch(OTHER)).isEqualTo(6);
    }

    @Test
    void aGroupThatHadNothingElseGoes() {
        world.commitError("", -1, 5);
        world.topic("t", 0);
        assertThat(world.describe().error()).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
        assertThat(world.replayed()).isEqualTo(new CommittedGroups());
    }

    @Test
    void whatIsJustBeingCommittedGoesToo() {
        world.autoCommit = false;
        world.commit("", -1, P0, 5);
        world.topic("t", 0);
        world.commitAll();
        assertThat(world.fetch(P0)).isEqualTo(-1);
    }

    @Test
    void whatAnOpenTransactionHasWrittenGoesToo() {
        CommittedOffset offset = new CommittedOffset(7, -1, "", 0, -1, Uuid.ZERO);
        world.log.add(new TxnOffsetRecord.PendingWritten("g", P0, offset, 9, (short) 0));
        world.failOver(0);
        world.topic("t", 0);
        world.log.add(new TxnOffsetRecord.TransactionEnded(9, (short) 0, 0, true, false));
        world.failOver(0);
        assertThat(world.fetch(P0)).isEqualTo(-1);
    }

    @Test
    void offsetsThatAreKnownToBeOfTheNewOneStay() {
        commit("g", P0, new Uuid(77, 77));
        world.topic("t", 0);
        assertThat(world.fetch(P0)).isEqualTo(5);
        commit("g", P0, World.topicId("t"));
        world.topic("t", 0);
        assertThat(world.fetch(P0)).isEqualTo(-1);
    }

    @Test
    void manyGoInSeveralBatches() {
        IntStream.range(0, 2_500).forEach(i -> commit("g" + i, P0, Uuid.ZERO));
        List<Outcome<GroupRecord>> outcomes = world.shard.topicsChanged(Set.of("t"), Map.of(World.topicId("t"), "t"));
        assertThat(outcomes).hasSize(3).allMatch(outcome -> outcome.records().size() <= 1_000);
        outcomes.forEach(world::perform);
        assertThat(world.replayed()).isEqualTo(new CommittedGroups());
    }
}
