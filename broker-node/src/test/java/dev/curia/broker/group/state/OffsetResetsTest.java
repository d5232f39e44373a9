package dev.curia.broker.group.state;

import static dev.curia.broker.group.state.World.P0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.coordinator.ShardWorld.Box;
import dev.curia.broker.group.state.OffsetReset.Change;
import dev.curia.broker.group.state.OffsetReset.Reply;
import dev.curia.broker.group.state.assign.TopicPartitions;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Resets of a group's offsets, and taking them back. */
class OffsetResetsTest {
    private static final TopicPartition P1 = new TopicPartition("t", 1);

    private final World world = new World();

    private static Reply reset(World world, boolean validateOnly, Map<TopicPartition, Long> to) {
        List<OffsetReset.To> targets = to.entrySet().stream()
                .map(entry -> new OffsetReset.To(entry.getKey(), entry.getValue(), -1))
                .toList();
        Box<Reply> box = new Box<>();
        world.perform(world.shard
                .offsets()
                .reset(new OffsetReset.Request("g", targets, "to there", validateOnly), world.now(), box));
        return box.get();
    }

    private Reply reset(long to) {
        return reset(world, false, Map.of(P0, to));
    }

    private static Reply undo(World world, long number, boolean validateOnly) {
        Box<Reply> box = new Box<>();
        world.perform(world.shard
                .offsets()
                .undoReset(new OffsetReset.UndoRequest("g", number, validateOnly), world.now(), box));
        return box.get();
    }

    private Reply undo() {
        return undo(world, -1, false);
    }

    private List<OffsetReset.Kept> kept() {
        Box<List<OffsetReset.Kept>> box = new Box<>();
        world.perform(world.shard.offsets().keptResets("g", box));
        return box.get();
    }

    @Test
    void whatWasComesBackAlsoAfterAFailoverAndAfterReadingOn() {
        world.commitError("", -1, 50);
        Reply reply = reset(world, false, Map.of(P0, 10L, P1, 7L));
        assertThat(reply.error()).isEqualTo(Errors.NONE);
        assertThat(reply.changes()).containsExactlyInAnyOrder(new Change(P0, 50, 10), new Change(P1, -1, 7));
        assertThat(world.fetch(P0)).isEqualTo(10);
        assertThat(world.fetch(P1)).isEqualTo(7);
        world.failOver(0);
        world.commitError("", -1, 20);
        Reply undone = undo();
        assertThat(undone.error()).isEqualTo(Errors.NONE);
        assertThat(undone.how()).isEqualTo("to there");
        assertThat(undone.changes()).containsExactlyInAnyOrder(new Change(P0, 20, 50), new Change(P1, 7, -1));
        assertThat(world.fetch(P0)).isEqualTo(50);
        assertThat(world.fetch(P1)).isEqualTo(-1);
        assertThat(undo().error()).as("nothing is left").isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void oneUndoAfterTheOtherGoesBackThroughTheNewestTen() {
        for (int i = 0; i <= 12; i++) reset(100 + i);
        assertThat(kept()).hasSize(OffsetResets.MOST_KEPT);
        assertThat(kept().get(0).number()).isEqualTo(12);
        for (int i = 11; i >= 2; i--) {
            assertThat(undo().error()).isEqualTo(Errors.NONE);
            assertThat(world.fetch(P0)).isEqualTo(100 + i);
        }
        assertThat(undo().error()).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void nobodyMayBeInTheGroup() {
        List<String> members = world.stable(1);
        assertThat(reset(5).error()).isEqualTo(Errors.NON_EMPTY_GROUP);
        assertThat(undo().error()).isEqualTo(Errors.NON_EMPTY_GROUP);
        world.leave(members.get(0));
        assertThat(reset(5).error()).isEqualTo(Errors.NONE);
        assertThat(world.fetch(P0)).isEqualTo(5);
    }

    @Test
    void norInAConsumerGroupOrJustJoiningOne() {
        world.topic("t", 1);
        ConsumerHeartbeat.Request join = new ConsumerHeartbeat.Request(
                "g",
                "a",
                0,
                null,
                null,
                World.REBALANCE_MS,
                new JoinGroup.Client("c", "/h"),
                List.of("t"),
                null,
                null,
                TopicPartitions.EMPTY);
        world.autoCommit = false;
        world.consume(join);
        Box<Reply> box = new Box<>();
        OffsetReset.Request request =
                new OffsetReset.Request("g", List.of(new OffsetReset.To(P0, 5, -1)), "to there", false);
        world.perform(world.shard.offsets().reset(request, world.now(), box));
        assertThat(box.isEmpty()).as("waits for the join").isTrue();
        world.autoCommit = true;
        world.commitAll();
        world.advance(1);
        assertThat(box.get().error()).isEqualTo(Errors.NON_EMPTY_GROUP);
        world.consume(new ConsumerHeartbeat.Request(
                "g", "a", -1, null, null, -1, new JoinGroup.Client("c", "/h"), null, null, null, null));
        assertThat(reset(5).error()).isEqualTo(Errors.NONE);
        assertThat(undo().error()).isEqualTo(Errors.NONE);
        assertThat(world.fetch(P0)).isEqualTo(-1);
    }

    @Test
    void validationChangesNothingNorDoesWhatIsThereAlready() {
        world.commitError("", -1, 50);
        assertThat(reset(world, true, Map.of(P0, 10L)).changes()).containsExactly(new Change(P0, 50, 10));
        assertThat(world.fetch(P0)).isEqualTo(50);
        assertThat(kept()).isEmpty();
        assertThat(reset(50).number()).isEqualTo(-1);
        assertThat(kept()).isEmpty();
        reset(10);
        assertThat(undo(world, -1, true).changes()).containsExactly(new Change(P0, 10, 50));
        assertThat(world.fetch(P0)).isEqualTo(10);
        assertThat(undo(world, 3, false).error()).as("another than was seen").isEqualTo(Errors.INVALID_REQUEST);
        assertThat(undo(world, 0, false).error()).isEqualTo(Errors.NONE);
        assertThat(undo(world, 0, false).error()).as("sent once more").isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void anOffsetThatATransactionMayYetCommitIsNotReset() {
        CommittedOffset pending = new CommittedOffset(7, -1, "", 0, -1, Uuid.ZERO);
        world.log.add(new TxnOffsetRecord.PendingWritten("g", P0, pending, 9, (short) 0));
        world.failOver(0);
        assertThat(reset(5).error()).isEqualTo(Errors.UNSTABLE_OFFSET_COMMIT);
        world.log.add(new TxnOffsetRecord.TransactionEnded(9, (short) 0, 0, true, false));
        world.failOver(0);
        assertThat(reset(5).changes()).containsExactly(new Change(P0, 7, 5));
    }

    @Test
    void resetsGoWithTheirGroup() {
        world.commitError("", -1, 50);
        reset(10);
        assertThat(world.delete()).isEqualTo(Errors.NONE);
        assertThat(world.replayed()).isEqualTo(new CommittedGroups());
        world.commitError("", -1, 50);
        reset(10);
        world.advance(World.RETENTION_MS * 2);
        assertThat(world.replayed()).isEqualTo(new CommittedGroups());
    }

    @Test
    void whoDeletesWhileAResetIsWrittenIsToldToComeAgain() {
        world.commitError("", -1, 50);
        world.autoCommit = false;
        Box<Reply> first = new Box<>();
        OffsetReset.Request request =
                new OffsetReset.Request("g", List.of(new OffsetReset.To(P0, 5, -1)), "to there", false);
        world.perform(world.shard.offsets().reset(request, world.now(), first));
        assertThat(world.delete()).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
        assertThat(reset(6).error()).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
        world.refuseNext(Errors.NOT_COORDINATOR);
        assertThat(first.get().error()).isEqualTo(Errors.NOT_COORDINATOR);
        world.autoCommit = true;
        assertThat(reset(6).error()).isEqualTo(Errors.NONE);
    }

    /** Random commits, resets, undos and failovers against a stack of maps. */
    @Test
    void undoIsTheInverseOfReset() {
        Check.forAll(300, RandomGenerator::nextLong, seed -> {
            RandomGenerator random = new SplittableRandom(seed);
            World played = new World();
            List<Map<TopicPartition, Long>> before = new ArrayList<>();
            Map<TopicPartition, Long> now = new LinkedHashMap<>();
            for (int step = 0; step < 40; step++) {
                switch (random.nextInt(4)) {
                    case 0 -> {
                        long offset = random.nextInt(20);
                        played.commit("", -1, P0, offset);
                        now.put(P0, offset);
                    }
                    case 1 -> {
                        Map<TopicPartition, Long> to =
                                Map.of(P0, (long) random.nextInt(20), P1, (long) random.nextInt(9));
                        Map<TopicPartition, Long> changed = new LinkedHashMap<>();
                        to.forEach((partition, offset) -> {
                            if (!offset.equals(now.get(partition)))
                                changed.put(partition, now.getOrDefault(partition, -1L));
                        });
                        reset(played, false, to);
                        now.putAll(to);
                        if (!changed.isEmpty()) before.add(changed);
                        if (before.size() > OffsetResets.MOST_KEPT) before.remove(0);
                    }
                    case 2 -> {
                        Reply reply = undo(played, -1, false);
                        assertThat(reply.error() == Errors.NONE).isEqualTo(!before.isEmpty());
                        if (before.isEmpty()) continue;
                        before.remove(before.size() - 1).forEach((partition, offset) -> {
                            if (offset < 0) now.remove(partition);
                            else now.put(partition, offset);
                        });
                    }
                    default -> played.failOver(0);
                }
                for (TopicPartition partition : List.of(P0, P1)) {
                    assertThat(played.fetch(partition)).isEqualTo(now.getOrDefault(partition, -1L));
                }
            }
        });
    }
}
