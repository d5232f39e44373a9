package dev.curia.broker.group.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.group.state.assign.TopicPartitions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is told of rebalances: why each began, and how it ended. */
class RebalanceEventsTest {
    private final World world = new World();
    private final Map<String, Integer> epochs = new HashMap<>();
    private final Map<String, TopicPartitions> owned = new HashMap<>();

    private List<String> told() {
        List<String> told = List.copyOf(world.told);
        world.told.clear();
        return told;
    }

    @Test
    void aClassicGroupsMembersComeAndGo() {
        List<String> members = world.stable(2);
        assertThat(told()).containsExactly("g begins: MEMBER_JOINED", "g ends: generation 1, members 2");

        world.leave(members.get(1));
        world.join(members.get(0));
        world.syncAll(members.subList(0, 1), 2);
        assertThat(told()).containsExactly("g begins: MEMBER_LEFT", "g ends: generation 2, members 1");

        world.join(members.get(0));
        world.syncAll(members.subList(0, 1), 3);
        assertThat(told()).containsExactly("g begins: LEADER_REJOINED", "g ends: generation 3, members 1");

        world.join(World.joinRequest(members.get(0), null, "sticky", "range"));
        world.syncAll(members.subList(0, 1), 4);
        assertThat(told()).containsExactly("g begins: SUBSCRIPTION_CHANGED", "g ends: generation 4, members 1");

        world.advance(World.SESSION_MS + 1);
        assertThat(told()).containsExactly("g begins: MEMBER_SILENT", "g ends: generation 5, members 0");
    }

    @Test
    void aMemberThatDoesNotJoinInTimeIsNamed() {
        List<String> members = world.stable(2);
        told();
        world.join(World.joinRequest("", null));
        for (int ms = 0; ms < World.REBALANCE_MS; ms += 5_000) {
            world.heartbeat(members.get(0), 1);
            world.heartbeat(members.get(1), 1);
            if (ms == 0) world.join(members.get(0));
            world.advance(5_000);
        }
        assertThat(told()).containsExactly("g begins: MEMBER_JOINED", "g without " + members.get(1));
    }

    private void beat(String member, boolean joins) {
        ConsumerHeartbeat.Reply reply = world.consume(new ConsumerHeartbeat.Request(
                        "g",
                        member,
                        joins ? 0 : epochs.getOrDefault(member, 0),
                        null,
                        null,
                        joins ? World.REBALANCE_MS : -1,
                        new JoinGroup.Client("c", "/h"),
                        joins ? List.of("t") : null,
                        null,
                        null,
                        joins ? TopicPartitions.EMPTY : owned.getOrDefault(member, TopicPartitions.EMPTY)))
                .get();
        epochs.put(member, reply.memberEpoch());
        if (reply.assignment() != null) owned.put(member, reply.assignment());
    }

    private void beatAll(String... members) {
        for (int i = 0; i < 5; i++) for (String member : members) beat(member, false);
    }

    @Test
    void aConsumerGroupsMembersComeAndGo() {
        world.topic("t", 4);
        beat("a", true);
        assertThat(told()).containsExactly("g begins: MEMBER_JOINED", "g ends: generation 1, members 1");
        beat("b", true);
        assertThat(told()).as("a has to give up first").containsExactly("g begins: MEMBER_JOINED");
        beatAll("a", "b");
        assertThat(told()).containsExactly("g ends: generation 2, members 2");

        world.topic("t", 6);
        beatAll("a", "b");
        assertThat(told()).containsExactly("g begins: TOPICS_CHANGED", "g ends: generation 3, members 2");

        for (int ms = 0; ms <= World.SESSION_MS; ms += 1_000) {
            world.advance(1_000);
            beat("a", false);
        }
        beatAll("a");
        assertThat(told()).containsExactly("g begins: MEMBER_SILENT", "g ends: generation 4, members 1");
    }

    @Test
    void anotherCoordinatorTellsOnlyWhatIsNotOver() {
        world.topic("t", 4);
        beat("a", true);
        told();
        world.failOver(0);
        beatAll("a");
        assertThat(told()).containsExactly("g unloaded");

        beat("b", true);
        beat("a", false);
        told();
        world.failOver(0);
        beatAll("a", "b");
        assertThat(told())
                .containsExactly("g unloaded", "g begins: COORDINATOR_CHANGED", "g ends: generation 2, members 2");
    }

    @Test
    void aGroupThatLosesItsLastConsumerMemberGoesOnAsAClassicOne() {
        world.topic("t", 4);
        List<String> members = world.stable(1);
        told();
        beat("b", true);
        assertThat(told()).contains("g begins: MEMBER_JOINED");
        world.consume(new ConsumerHeartbeat.Request(
                "g", "b", -1, null, null, -1, new JoinGroup.Client("c", "/h"), null, null, null, null));
        assertThat(told()).contains("g begins: PROTOCOL_CHANGED");
        int generation = world.join(members.get(0)).get().generation();
        world.syncAll(members, generation);
        assertThat(told()).containsExactly("g ends: generation " + generation + ", members 1");
    }
}
