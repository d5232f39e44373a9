package dev.curia.broker.group.state;

import static dev.curia.broker.group.state.World.P0;
import static dev.curia.broker.group.state.World.topicId;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.coordinator.ShardWorld.Box;
import dev.curia.broker.group.state.assign.TopicPartitions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Consumer groups (KIP-848), request by request. */
class ConsumerGroupTest {
    private final World world = new World();
    private final Map<String, Integer> epochs = new HashMap<>();
    private final Map<String, TopicPartitions> owned = new HashMap<>();

    @BeforeEach
    void topic() {
        world.topic("t", 4);
    }

    private static TopicPartitions t(Integer... partitions) {
        return partitions.length == 0
                ? TopicPartitions.EMPTY
                : TopicPartitions.of(Map.of(topicId("t"), List.of(partitions)));
    }

    private static ConsumerHeartbeat.Request request(
            String member,
            int epoch,
            @Nullable String instance,
            @Nullable List<String> topics,
            @Nullable String regex,
            @Nullable TopicPartitions has) {
        return new ConsumerHeartbeat.Request(
                "g",
                member,
                epoch,
                instance,
                null,
                epoch == 0 ? World.REBALANCE_MS : -1,
                new JoinGroup.Client("c", "/h"),
                topics,
                regex,
                null,
                has);
    }

    private ConsumerHeartbeat.Reply send(ConsumerHeartbeat.Request request) {
        ConsumerHeartbeat.Reply reply = world.consume(request).get();
        if (reply.error() == Errors.NONE) {
            epochs.put(request.memberId(), reply.memberEpoch());
            if (reply.assignment() != null) owned.put(request.memberId(), reply.assignment());
        }
        return reply;
    }

    private ConsumerHeartbeat.Reply join(String member) {
        return send(request(member, 0, null, List.of("t"), null, TopicPartitions.EMPTY));
    }

    /** An obedient member: does what it was told, and says so. */
    private ConsumerHeartbeat.Reply beat(String member) {
        return send(request(
                member,
                epochs.getOrDefault(member, 0),
                null,
                null,
                null,
                owned.getOrDefault(member, TopicPartitions.EMPTY)));
    }

    private void beatAll(String... members) {
        for (int i = 0; i < 6; i++) for (String member : members) beat(member);
    }

    @Test
    void oneMemberHasEverything() {
        ConsumerHeartbeat.Reply reply = join("a");
        assertThat(reply.memberEpoch()).isEqualTo(1);
        assertThat(reply.assignment()).isEqualTo(t(0, 1, 2, 3));
        assertThat(reply.heartbeatIntervalMs()).isPositive();
        assertThat(describe().state()).isEqualTo(GroupState.STABLE);
    }

    @Test
    void aPartitionIsGivenOnOnlyWhenItsOwnerHasGivenItUp() {
        join("a");
        assertThat(join("b").assignment()).as("all is a's still").isEqualTo(TopicPartitions.EMPTY);
        TopicPartitions before = owned.getOrDefault("a", TopicPartitions.EMPTY);
        ConsumerHeartbeat.Reply told = beat("a");
        assertThat(told.memberEpoch()).as("stays in its epoch until it has").isEqualTo(1);
        assertThat(told.assignment()).isEqualTo(t(0, 1));
        assertThat(beat("b").assignment()).as("a has not said so").isNull();
        assertThat(send(request("a", 1, null, null, null, before)).assignment()).isNull();
        assertThat(beat("b").assignment()).isNull();
        assertThat(describe().state()).isEqualTo(GroupState.RECONCILING);
        owned.put("a", t(0, 1));
        assertThat(beat("a").memberEpoch()).isEqualTo(2);
        assertThat(beat("b").assignment()).isEqualTo(t(2, 3));
        assertThat(describe().state()).isEqualTo(GroupState.STABLE);
    }

    @Test
    void aMemberThatDoesNotGiveUpIsFencedAfterTheRebalanceTimeout() {
        join("a");
        join("b");
        beat("a");
        for (int ms = 0; ms <= World.REBALANCE_MS; ms += 5_000) {
            world.advance(5_000);
            world.consume(request("a", 1, null, null, null, t(0, 1, 2, 3)));
            beat("b");
        }
        assertThat(beat("a").error()).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        beatAll("b");
        assertThat(owned.get("b")).isEqualTo(t(0, 1, 2, 3));
    }

    @Test
    void aSilentMemberLosesItsPartitions() {
        join("a");
        join("b");
        beatAll("a", "b");
        world.advance(World.SESSION_MS / 2);
        beat("b");
        world.advance(World.SESSION_MS / 2 + 100);
        beatAll("b");
        assertThat(owned.get("b")).isEqualTo(t(0, 1, 2, 3));
        assertThat(beat("a").error()).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void leavingFreesEverything() {
        join("a");
        join("b");
        beatAll("a", "b");
        assertThat(send(request("a", -1, null, null, null, null)).memberEpoch()).isEqualTo(-1);
        beatAll("b");
        assertThat(owned.get("b")).isEqualTo(t(0, 1, 2, 3));
        send(request("b", -1, null, null, null, null));
        assertThat(describe().state()).isEqualTo(GroupState.EMPTY);
    }

    @Test
    void aStaticMemberFindsItsPartitionsWhenItIsBack() {
        send(request("a", 0, "i", List.of("t"), null, TopicPartitions.EMPTY));
        join("b");
        for (int i = 0; i < 4; i++) {
            send(request("a", epochs.getOrDefault("a", 0), "i", null, null, owned.get("a")));
            beat("b");
        }
        TopicPartitions its = owned.getOrDefault("a", TopicPartitions.EMPTY);
        assertThat(send(request("a2", 0, "i", List.of("t"), null, TopicPartitions.EMPTY))
                        .error())
                .isEqualTo(Errors.UNRELEASED_INSTANCE_ID);
        assertThat(send(request("a", -2, "i", null, null, null)).memberEpoch()).isEqualTo(-2);
        int epoch = describe().groupEpoch();
        beatAll("b");
        ConsumerHeartbeat.Reply back = send(request("a2", 0, "i", List.of("t"), null, TopicPartitions.EMPTY));
        assertThat(back.assignment()).isEqualTo(its);
        assertThat(describe().groupEpoch()).as("no rebalance").isEqualTo(epoch);
        assertThat(send(request("a", 1, "i", null, null, its)).error()).isEqualTo(Errors.FENCED_INSTANCE_ID);
    }

    @Test
    void aStaticMemberThatStaysAwayIsRemoved() {
        send(request("a", 0, "i", List.of("t"), null, TopicPartitions.EMPTY));
        send(request("a", -2, "i", null, null, null));
        assertThat(describe().members()).hasSize(1);
        world.advance(World.SESSION_MS + 100);
        assertThat(describe().members()).isEmpty();
    }

    @Test
    void wrongEpochsAreFenced() {
        join("a");
        assertThat(send(request("a", 7, null, null, null, t())).error()).isEqualTo(Errors.FENCED_MEMBER_EPOCH);
        world.topic("t", 5);
        beat("a");
        assertThat(epochs).containsEntry("a", 2);
        assertThat(send(request("a", 1, null, null, null, t(0))).memberEpoch())
                .as("the answer may have been lost")
                .isEqualTo(2);
        world.topic("t", 6);
        beat("a");
        assertThat(send(request("a", 1, null, null, null, t(0))).error()).isEqualTo(Errors.FENCED_MEMBER_EPOCH);
        assertThat(send(request("x", 1, null, null, null, t())).error()).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(join("a").assignment()).as("joins again").isEqualTo(t(0, 1, 2, 3, 4, 5));
    }

    @Test
    void topicsThatGrowComeAndGoAreFollowed() {
        send(request("a", 0, null, List.of("t", "u"), null, TopicPartitions.EMPTY));
        world.topic("u", 2);
        assertThat(beat("a").assignment())
                .isEqualTo(t(0, 1, 2, 3).plus(TopicPartitions.of(Map.of(topicId("u"), List.of(0, 1)))));
        world.topic("u", 0);
        assertThat(beat("a").assignment()).isEqualTo(t(0, 1, 2, 3));
        world.topic("t", 5);
        beat("a");
        assertThat(beat("a").error()).isEqualTo(Errors.NONE);
        assertThat(owned.get("a")).isEqualTo(t(0, 1, 2, 3, 4));
        int epoch = describe().groupEpoch();
        world.topic("other", 3);
        beat("a");
        assertThat(describe().groupEpoch()).isEqualTo(epoch);
    }

    @Test
    void expressionsFollowTheTopicsThatMatch() {
        send(request("a", 0, null, null, "t.*", TopicPartitions.EMPTY));
        world.resolveAll();
        beat("a");
        assertThat(owned.get("a")).isEqualTo(t(0, 1, 2, 3));
        world.topic("t2", 1);
        world.resolveAll();
        beat("a");
        assertThat(owned.getOrDefault("a", t()).topics()).containsKey(topicId("t2"));
        assertThat(send(request("b", 0, null, null, "(", TopicPartitions.EMPTY)).error())
                .isEqualTo(Errors.INVALID_REGULAR_EXPRESSION);
        send(request("a", epochs.getOrDefault("a", 0), null, List.of("t2"), "", owned.get("a")));
        assertThat(world.shard.committed().consumer("g").regexes()).isEmpty();
    }

    @Test
    void commitsAndReadsOfAnotherEpochAreStale() {
        join("a");
        assertThat(world.commitError("a", 1, 10)).isEqualTo(Errors.NONE);
        assertThat(world.commitError("a", 0, 11)).isEqualTo(Errors.STALE_MEMBER_EPOCH);
        assertThat(world.commitErrorInTransaction("a", 0, 11)).isEqualTo(Errors.STALE_MEMBER_EPOCH);
        assertThat(world.commitError("x", 1, 11)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(world.commitError("", -1, 11)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(world.fetch(P0)).isEqualTo(10);
        assertThat(world.delete()).isEqualTo(Errors.NON_EMPTY_GROUP);
        send(request("a", -1, null, null, null, null));
        assertThat(world.commitError("", -1, 12)).isEqualTo(Errors.NONE);
        assertThat(world.delete()).isEqualTo(Errors.NONE);
        assertThat(world.fetch(P0)).isEqualTo(-1);
        assertThat(world.replayed()).isEqualTo(new CommittedGroups());
    }

    @Test
    void limitsAndBadRequestsAreRefused() {
        for (int i = 0; i < 100; i++) join("m" + i);
        assertThat(join("more").error()).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
        assertThat(send(request("", 0, null, List.of("t"), null, t())).error()).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(send(request("a", 0, null, null, null, t())).error()).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(send(request("a", 0, null, List.of("t"), null, t(1))).error())
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(send(request("a", -2, null, null, null, null)).error()).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(send(request("a", -3, null, null, null, null)).error()).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void emptyGroupsChangeTheirProtocolAndKeepTheirOffsets() {
        List<String> classic = world.stable(1);
        assertThat(world.commitError(classic.get(0), 1, 5)).isEqualTo(Errors.NONE);
        world.leave(classic.get(0));
        assertThat(join("a").assignment()).isEqualTo(t(0, 1, 2, 3));
        assertThat(list("consumer")).containsExactly("g");
        assertThat(world.describe().error()).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
        assertThat(world.fetch(P0)).isEqualTo(5);
        send(request("a", -1, null, null, null, null));
        assertThat(world.stable(1)).hasSize(1);
        assertThat(list("classic")).containsExactly("g");
        assertThat(world.fetch(P0)).isEqualTo(5);
        assertThat(describe().error()).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    }

    @Test
    void changesWaitForTheOneThatIsBeingWritten() {
        world.autoCommit = false;
        List<Box<ConsumerHeartbeat.Reply>> joins = IntStream.range(0, 4)
                .mapToObj(i -> world.consume(request("m" + i, 0, null, List.of("t"), null, TopicPartitions.EMPTY)))
                .toList();
        assertThat(joins).allMatch(Box::isEmpty);
        for (int i = 0; i < 4; i++) {
            world.commitAll();
            world.advance(0);
        }
        assertThat(joins.stream().map(box -> box.get().memberEpoch())).containsExactly(1, 2, 3, 4);
        world.refuseNextOf(() -> world.consume(request("x", 0, null, List.of("t"), null, TopicPartitions.EMPTY)));
        world.autoCommit = true;
        assertThat(join("x").memberEpoch()).isEqualTo(5);
    }

    @Test
    void anotherCoordinatorGoesOnWhereTheLastOneStopped() {
        join("a");
        join("b");
        beat("a");
        ConsumerGroup before = world.shard.committed().consumer("g");
        world.failOver(0);
        assertThat(world.shard.committed().consumer("g")).isEqualTo(before);
        beatAll("a", "b");
        assertThat(owned.get("b")).isEqualTo(t(2, 3));
        world.failOver(0);
        world.advance(World.SESSION_MS + 100);
        assertThat(describe().members()).as("sessions run on").isEmpty();
    }

    private ConsumerView.Described describe() {
        Box<ConsumerView.Described> box = new Box<>();
        world.perform(world.shard.describeConsumer("g", box));
        return box.get();
    }

    private List<String> list(String type) {
        Box<List<GroupView.Listed>> box = new Box<>();
        world.perform(world.shard.list(Set.of(), Set.of(type), box));
        return box.get().stream().map(GroupView.Listed::groupId).toList();
    }
}
