package dev.curia.broker.group.state;

import static dev.curia.broker.group.state.World.P0;
import static dev.curia.broker.group.state.World.topicId;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.coordinator.ShardWorld.Box;
import dev.curia.broker.group.state.assign.TopicPartitions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A group goes from the classic protocol to that of KIP-848 and back while its members work on. */
class MigrationTest {
    private final World world = new World();
    private String a = "";
    private String b = "";

    /** Two classic members, each with half of the topic. */
    @BeforeEach
    void classicGroup() {
        world.topic("t", 4);
        Box<JoinGroup.Reply> first = world.join("");
        Box<JoinGroup.Reply> second = world.join("");
        world.advance(6_000);
        a = first.get().memberId();
        b = second.get().memberId();
        Map<String, Bytes> assignments = Map.of(a, bytes("t-0,t-1"), b, bytes("t-2,t-3"));
        world.sync(a, 1, assignments);
        world.sync(b, 1, assignments);
        assertThat(world.state()).isEqualTo(GroupState.STABLE);
        assertThat(world.commitError(a, 1, 7)).isEqualTo(Errors.NONE);
    }

    private static Bytes bytes(String text) {
        return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Bytes bytes) {
        return new String(bytes.toArray(), StandardCharsets.UTF_8);
    }

    private ConsumerHeartbeat.Reply consumer(String id, int epoch, @Nullable TopicPartitions owned) {
        return world.consume(new ConsumerHeartbeat.Request(
                        "g",
                        id,
                        epoch,
                        null,
                        null,
                        epoch == 0 ? World.REBALANCE_MS : -1,
                        new JoinGroup.Client("c", "/h"),
                        epoch == 0 ? List.of("t") : null,
                        null,
                        null,
                        owned))
                .get();
    }

    private String rejoin(String member, int epoch) {
        assertThat(world.heartbeat(member, epoch - 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        JoinGroup.Reply joined = world.join(member).get();
        assertThat(joined.error()).isEqualTo(Errors.NONE);
        assertThat(joined.generation()).isEqualTo(epoch);
        assertThat(joined.leader()).as("nobody leads").isEmpty();
        SyncGroup.Reply synced = world.sync(member, epoch, Map.of()).get();
        assertThat(synced.error()).isEqualTo(Errors.NONE);
        assertThat(world.heartbeat(member, epoch)).isEqualTo(Errors.NONE);
        return text(synced.assignment());
    }

    @Test
    void theFirstConsumerUpgradesAndTheLastDowngrades() {
        ConsumerHeartbeat.Reply reply = consumer("c", 0, TopicPartitions.EMPTY);
        assertThat(reply.error()).isEqualTo(Errors.NONE);
        assertThat(reply.memberEpoch()).isEqualTo(2);
        assertThat(reply.assignment()).as("the others have it all").isEqualTo(TopicPartitions.EMPTY);
        assertThat(world.commitError(a, 1, 8)).as("it still owns what it had").isEqualTo(Errors.NONE);
        String ofA = rejoin(a, 2);
        String ofB = rejoin(b, 2);
        assertThat(List.of(ofA.split(",").length, ofB.split(",").length)).containsExactlyInAnyOrder(1, 2);
        ConsumerHeartbeat.Reply given = consumer("c", 2, TopicPartitions.EMPTY);
        assertThat(given.assignment()).isNotNull();
        TopicPartitions its = given.assignment() == null ? TopicPartitions.EMPTY : given.assignment();
        assertThat(its.size()).isEqualTo(1);
        assertThat(ofA + "," + ofB).doesNotContain("t-" + its.of(topicId("t")).first());

        world.failOver(0);
        assertThat(world.heartbeat(a, 2)).isEqualTo(Errors.NONE);
        assertThat(world.commitError(a, 1, 9)).isEqualTo(Errors.ILLEGAL_GENERATION);

        assertThat(consumer("c", -1, null).memberEpoch()).isEqualTo(-1);
        assertThat(world.describe().error()).isEqualTo(Errors.NONE);
        assertThat(world.state()).isEqualTo(GroupState.PREPARING_REBALANCE);
        assertThat(world.heartbeat(a, 2)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        Box<JoinGroup.Reply> first = world.join(a);
        Box<JoinGroup.Reply> second = world.join(b);
        assertThat(first.get().generation()).isEqualTo(3);
        assertThat(List.of(first.get().leader(), second.get().leader())).containsOnly(a);
        assertThat(world.fetch(P0)).isEqualTo(8);
        assertThat(world.replayed()).isEqualTo(world.shard.committed());
    }

    @Test
    void aConsumerThatDiesDowngradesToo() {
        consumer("c", 0, TopicPartitions.EMPTY);
        for (int i = 0; i < 4; i++) {
            world.advance(World.SESSION_MS / 4);
            world.heartbeat(a, 1);
            world.heartbeat(b, 1);
        }
        world.advance(100);
        assertThat(world.state()).isEqualTo(GroupState.PREPARING_REBALANCE);
    }

    @Test
    void aClassicMemberThatDoesNotRejoinIsRemoved() {
        consumer("c", 0, TopicPartitions.EMPTY);
        rejoin(a, 2);
        for (int ms = 0; ms <= World.REBALANCE_MS; ms += 3_000) {
            world.heartbeat(b, 1);
            consumer("c", 2, null);
            world.heartbeat(a, 2);
            world.advance(3_000);
        }
        assertThat(world.heartbeat(b, 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void classicMembersComeAndGoInAConsumerGroup() {
        consumer("c", 0, TopicPartitions.EMPTY);
        rejoin(a, 2);
        rejoin(b, 2);
        assertThat(world.leave(a).members().get(0).error()).isEqualTo(Errors.NONE);
        assertThat(world.leave("c").members().get(0).error())
                .as("not by this request")
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        JoinGroup.Reply joined = world.join("").get();
        assertThat(joined.error()).isEqualTo(Errors.NONE);
        assertThat(joined.generation()).isEqualTo(4);
        assertThat(world.join(World.joinRequest("", null, "other")).get().error())
                .isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
    }

    @Test
    void aGroupInARebalanceIsUpgradedLater() {
        world.join("");
        assertThat(world.state()).isEqualTo(GroupState.PREPARING_REBALANCE);
        assertThat(consumer("c", 0, TopicPartitions.EMPTY).error()).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
    }
}
