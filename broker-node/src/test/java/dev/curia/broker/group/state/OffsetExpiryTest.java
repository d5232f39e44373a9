package dev.curia.broker.group.state;

import static dev.curia.broker.group.state.World.P0;
import static dev.curia.broker.group.state.World.RETENTION_MS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.coordinator.ShardWorld.Box;
import dev.curia.broker.group.state.assign.TopicPartitions;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Offsets go when their group has been empty for long enough, and not before. */
class OffsetExpiryTest {
    private final World world = new World();

    private void live(String member, int generation, long forMs) {
        for (long ms = 0; ms < forMs; ms += World.SESSION_MS / 2) {
            assertThat(world.heartbeat(member, generation)).isEqualTo(Errors.NONE);
            world.advance(World.SESSION_MS / 2);
        }
    }

    @Test
    void ofAGroupWithMembersTheSubscribedTopicsStay() {
        String member = world.stable(1).get(0);
        world.commitError(member, 1, 5);
        TopicPartition other = new TopicPartition("other", 0);
        world.commit(member, 1, other, 6);
        live(member, 1, RETENTION_MS * 2);
        assertThat(world.fetch(P0)).isEqualTo(5);
        assertThat(world.fetch(other)).as("of a topic that it does not read").isEqualTo(-1);
    }

    @Test
    void anEmptyGroupKeepsItsOffsetsForTheRetentionAndThenGoes() {
        String member = world.stable(1).get(0);
        world.commitError(member, 1, 5);
        live(member, 1, RETENTION_MS * 2);
        world.leave(member);
        world.advance(RETENTION_MS - 1);
        assertThat(world.fetch(P0)).isEqualTo(5);
        world.advance(RETENTION_MS / 5);
        assertThat(world.fetch(P0)).isEqualTo(-1);
        assertThat(world.describe().error()).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
        assertThat(world.replayed()).isEqualTo(new CommittedGroups());
    }

    @Test
    void offsetsWithoutMembersExpireAfterTheirCommit() {
        world.commitError("", -1, 5);
        world.advance(RETENTION_MS - 1);
        assertThat(world.fetch(P0)).isEqualTo(5);
        world.commitError("", -1, 6);
        world.advance(RETENTION_MS - 1);
        assertThat(world.fetch(P0)).isEqualTo(6);
        world.failOver(0);
        world.advance(RETENTION_MS / 5);
        assertThat(world.fetch(P0)).isEqualTo(-1);
        assertThat(world.replayed()).isEqualTo(new CommittedGroups());
    }

    @Test
    void anOffsetThatAnOpenTransactionHasWrittenIsNotTakenAway() {
        world.commitError("", -1, 5);
        CommittedOffset newer = new CommittedOffset(7, -1, "", 0, -1, Uuid.ZERO);
        world.log.add(new TxnOffsetRecord.PendingWritten("g", P0, newer, 9, (short) 0));
        world.failOver(0);
        world.advance(RETENTION_MS * 2);
        assertThat(world.fetch(P0))
                .as("its tombstone would take what is pending with it")
                .isEqualTo(5);
        world.log.add(new TxnOffsetRecord.TransactionEnded(9, (short) 0, 0, true, false));
        world.failOver(0);
        assertThat(world.fetch(P0)).isEqualTo(7);
    }

    @Test
    void aConsumerGroupGoesWithItsLastOffset() {
        world.topic("t", 1);
        assertThat(world.consume(request(0)).get().memberEpoch()).isEqualTo(1);
        world.commitError("a", 1, 5);
        for (long ms = 0; ms < RETENTION_MS * 2; ms += World.SESSION_MS / 2) {
            world.consume(request(1));
            world.advance(World.SESSION_MS / 2);
        }
        assertThat(world.fetch(P0)).isEqualTo(5);
        world.consume(request(-1));
        world.advance(RETENTION_MS - 1);
        assertThat(world.fetch(P0))
                .as("committed long ago, but somebody was there")
                .isEqualTo(5);
        world.advance(RETENTION_MS / 2);
        assertThat(world.fetch(P0)).isEqualTo(-1);
        assertThat(world.replayed()).isEqualTo(new CommittedGroups());
    }

    @Test
    void noOffsetGoesBeforeTheRecordsOfItsTime() {
        world.recordsKeptMs = RETENTION_MS * 3;
        world.commitError("", -1, 5);
        TopicPartition other = new TopicPartition("other", 0);
        world.commit("", -1, other, 6);
        world.advance(RETENTION_MS * 3 - 1);
        assertThat(world.fetch(P0)).isEqualTo(5);
        assertThat(world.fetch(other)).as("its topic keeps less").isEqualTo(-1);
        world.advance(RETENTION_MS);
        assertThat(world.fetch(P0)).isEqualTo(-1);
        assertThat(world.replayed()).isEqualTo(new CommittedGroups());
    }

    @Test
    void orNeverWhereRecordsAreKeptForEverUnlessTheTopicGoes() {
        world.recordsKeptMs = TopicRetention.FOR_EVER;
        List<String> members = world.stable(1);
        world.commitError(members.get(0), 1, 5);
        world.leave(members.get(0));
        world.advance(RETENTION_MS * 100);
        assertThat(world.fetch(P0)).isEqualTo(5);
        assertThat(world.state()).as("nor does the group").isEqualTo(GroupState.EMPTY);
        world.recordsKeptMs = 0;
        world.advance(RETENTION_MS);
        assertThat(world.fetch(P0)).isEqualTo(-1);
        assertThat(world.replayed()).isEqualTo(new CommittedGroups());
    }

    @Test
    void aClientThatAsksForATimeGetsIt() {
        world.recordsKeptMs = TopicRetention.FOR_EVER;
        Box<OffsetCommit.Reply> box = new Box<>();
        OffsetCommit.Offset value = new OffsetCommit.Offset(P0, Uuid.ZERO, 5, -1, "");
        world.perform(world.shard
                .offsets()
                .commit(
                        new OffsetCommit.Request("g", -1, "", null, OptionalLong.of(10), List.of(value)),
                        world.now(),
                        box));
        world.advance(RETENTION_MS);
        assertThat(world.fetch(P0)).isEqualTo(-1);
    }

    private static ConsumerHeartbeat.Request request(int epoch) {
        return new ConsumerHeartbeat.Request(
                "g",
                "a",
                epoch,
                null,
                null,
                epoch == 0 ? World.REBALANCE_MS : -1,
                new JoinGroup.Client("c", "/h"),
                epoch == 0 ? List.of("t") : null,
                null,
                null,
                epoch < 0 ? null : TopicPartitions.EMPTY);
    }
}
