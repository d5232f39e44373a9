package dev.curia.broker.group.state;

import static dev.curia.broker.group.state.World.P0;
import static dev.curia.broker.group.state.World.joinRequest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.coordinator.ShardWorld.Box;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** The classic protocol, transition by transition. */
class ClassicGroupTest {
    private final World world = new World();

    @Test
    void firstGenerationWaitsForMoreMembers() {
        Box<JoinGroup.Reply> a = world.join("");
        world.advance(2_999);
        assertThat(a.isEmpty()).isTrue();
        Box<JoinGroup.Reply> b = world.join("");
        world.advance(1);
        assertThat(a.isEmpty()).as("a member came in: the delay is extended").isTrue();
        world.advance(3_000);
        assertThat(a.get().generation()).isEqualTo(1);
        assertThat(a.get().leader()).isEqualTo(a.get().memberId());
        assertThat(a.get().members()).hasSize(2);
        assertThat(b.get().members()).isEmpty();
        assertThat(world.state()).isEqualTo(GroupState.COMPLETING_REBALANCE);
    }

    @Test
    void memberIdIsRequiredFirst() {
        JoinGroup.Request first = new JoinGroup.Request(
                "g",
                "",
                null,
                new JoinGroup.Client("c", "/h"),
                60_000,
                10_000,
                "consumer",
                joinRequest("", null).protocols(),
                true,
                true);
        JoinGroup.Reply reply = world.join(first).get();
        assertThat(reply.error()).isEqualTo(Errors.MEMBER_ID_REQUIRED);
        assertThat(reply.memberId()).startsWith("c-");
        Box<JoinGroup.Reply> second = world.join(reply.memberId());
        world.advance(6_000);
        assertThat(second.get().error()).isEqualTo(Errors.NONE);
    }

    @Test
    void anUnusedMemberIdLeavesNoGroupBehind() {
        JoinGroup.Request base = joinRequest("", null);
        world.join(new JoinGroup.Request(
                "g", "", null, base.client(), 60_000, 10_000, "consumer", base.protocols(), true, true));
        world.advance(10_001);
        assertThat(world.describe().error()).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    }

    @Test
    void assignmentIsHandedOutOnlyAfterItsCommit() {
        world.autoCommit = false;
        Box<JoinGroup.Reply> a = world.join("");
        world.advance(6_000);
        String id = a.get().memberId();
        Box<SyncGroup.Reply> sync = world.sync(id, 1, Map.of(id, Bytes.of(new byte[] {7})));
        assertThat(sync.isEmpty()).isTrue();
        assertThat(world.state()).isEqualTo(GroupState.COMPLETING_REBALANCE);
        world.commitAll();
        assertThat(sync.get().assignment()).isEqualTo(Bytes.of(new byte[] {7}));
        assertThat(world.state()).isEqualTo(GroupState.STABLE);
    }

    @Test
    void anAssignmentThatCannotBeWrittenIsTriedAgain() {
        world.autoCommit = false;
        Box<JoinGroup.Reply> a = world.join("");
        world.advance(6_000);
        String id = a.get().memberId();
        Box<SyncGroup.Reply> sync = world.sync(id, 1, Map.of());
        world.refuseNext(Errors.COORDINATOR_NOT_AVAILABLE);
        assertThat(sync.get().error()).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
        Box<SyncGroup.Reply> again = world.sync(id, 1, Map.of());
        world.commitAll();
        assertThat(again.get().error()).isEqualTo(Errors.NONE);
    }

    @Test
    void leavingStartsARebalanceAndTheLastOneLeavesAnEmptyGroup() {
        List<String> members = world.stable(2);
        assertThat(world.leave(members.get(0)).members().get(0).error()).isEqualTo(Errors.NONE);
        assertThat(world.state()).isEqualTo(GroupState.PREPARING_REBALANCE);
        assertThat(world.heartbeat(members.get(1), 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        assertThat(world.sync(members.get(1), 1, Map.of()).get().error()).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        Box<JoinGroup.Reply> rejoin = world.join(members.get(1));
        assertThat(rejoin.get().generation()).isEqualTo(2);
        assertThat(rejoin.get().leader()).isEqualTo(members.get(1));
        world.leave(members.get(1));
        assertThat(world.state()).isEqualTo(GroupState.EMPTY);
        assertThat(world.replayed().group("g")).hasValueSatisfying(g -> {
            assertThat(g.generation()).isEqualTo(3);
            assertThat(g.members()).isEmpty();
            assertThat(g.leader()).isNull();
        });
    }

    @Test
    void aSilentMemberIsTakenForDead() {
        List<String> members = world.stable(2);
        world.advance(6_000);
        assertThat(world.heartbeat(members.get(0), 1)).isEqualTo(Errors.NONE);
        world.advance(4_001);
        assertThat(world.heartbeat(members.get(1), 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(world.heartbeat(members.get(0), 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    }

    @Test
    void aRebalanceGoesOnWithoutThoseThatDoNotJoin() {
        List<String> members = world.stable(2);
        Box<JoinGroup.Reply> leader = world.join(members.get(0));
        for (int i = 0; i < 12; i++) {
            world.heartbeat(members.get(1), 1);
            world.advance(5_000);
        }
        assertThat(leader.get().members()).hasSize(1);
        assertThat(world.heartbeat(members.get(1), 2)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aMemberThatNeverSyncsIsRemoved() {
        Box<JoinGroup.Reply> a = world.join("");
        Box<JoinGroup.Reply> b = world.join("");
        world.advance(6_000);
        String leader = a.get().memberId();
        String silent = b.get().memberId();
        world.sync(leader, 1, Map.of());
        for (int i = 0; i < 12; i++) {
            world.heartbeat(leader, 1);
            world.heartbeat(silent, 1);
            world.advance(5_000);
        }
        assertThat(world.heartbeat(silent, 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(world.heartbeat(leader, 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    }

    @Test
    void requestsAreFencedByMemberAndGeneration() {
        List<String> members = world.stable(1);
        String id = members.get(0);
        assertThat(world.heartbeat(id, 2)).isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(world.heartbeat("ghost", 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(world.sync(id, 0, Map.of()).get().error()).isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(world.commitError(id, 0, 5)).isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(world.commitError("ghost", 1, 5)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(world.commitError("", -1, 5)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(world.join("ghost").get().error()).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(world.commitError(id, 1, 5)).isEqualTo(Errors.NONE);
        assertThat(world.fetch(P0)).isEqualTo(5);
    }

    @Test
    void joinIsRefusedForWhatCannotWork() {
        world.stable(1);
        assertThat(world.join(joinRequest("", null, "other")).get().error())
                .isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
        JoinGroup.Request base = joinRequest("", null);
        for (int session : new int[] {5_999, 1_800_001}) {
            assertThat(world.join(new JoinGroup.Request(
                                    "g",
                                    "",
                                    null,
                                    base.client(),
                                    1,
                                    session,
                                    "consumer",
                                    base.protocols(),
                                    false,
                                    true))
                            .get()
                            .error())
                    .isEqualTo(Errors.INVALID_SESSION_TIMEOUT);
        }
        assertThat(world.join(new JoinGroup.Request(
                                "", "", null, base.client(), 1, 10_000, "consumer", base.protocols(), false, true))
                        .get()
                        .error())
                .isEqualTo(Errors.INVALID_GROUP_ID);
    }

    @Test
    void groupSizeIsLimited() {
        World small = new World(new GroupSettings(3_000, 6_000, 1_800_000, 300_000, 2, 100, 3_600_000, 360_000));
        small.stable(2);
        JoinGroup.Reply third = small.join("").get();
        assertThat(third.error()).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
        assertThat(small.state()).isEqualTo(GroupState.STABLE);
    }

    @Test
    void protocolWithMostVotesAmongThoseAllSupportWins() {
        Box<JoinGroup.Reply> a = world.join(joinRequest("", null, "sticky", "range"));
        world.join(joinRequest("", null, "only-mine", "range", "sticky"));
        world.join(joinRequest("", null, "range", "sticky"));
        world.advance(9_000);
        assertThat(a.get().protocol()).isEqualTo("range");
    }

    @Test
    void aReturningStaticMemberTakesOverWithoutARebalance() {
        Box<JoinGroup.Reply> first = world.join(joinRequest("", "i1"));
        world.advance(6_000);
        String old = first.get().memberId();
        world.sync(old, 1, Map.of(old, Bytes.of(new byte[] {7})));
        JoinGroup.Reply second = world.join(joinRequest("", "i1")).get();
        assertThat(second.error()).isEqualTo(Errors.NONE);
        assertThat(second.generation()).isEqualTo(1);
        assertThat(second.skipAssignment()).isTrue();
        assertThat(second.memberId()).isNotEqualTo(old).startsWith("i1-");
        assertThat(world.state()).isEqualTo(GroupState.STABLE);
        assertThat(world.sync(second.memberId(), 1, Map.of()).get().assignment())
                .isEqualTo(Bytes.of(new byte[] {7}));
        assertThat(world.join(joinRequest(old, "i1")).get().error()).isEqualTo(Errors.FENCED_INSTANCE_ID);
        assertThat(world.leave(new LeaveGroup.Member(old, "i1"))
                        .members()
                        .get(0)
                        .error())
                .isEqualTo(Errors.FENCED_INSTANCE_ID);
        world.failOver(0);
        assertThat(world.heartbeat(second.memberId(), 1)).isEqualTo(Errors.NONE);
        assertThat(world.leave(new LeaveGroup.Member("", "i1")).members().get(0).error())
                .isEqualTo(Errors.NONE);
    }

    @Test
    void simpleConsumersCommitWithoutMembership() {
        assertThat(world.commitError("", -1, 9)).isEqualTo(Errors.NONE);
        assertThat(world.fetch(P0)).isEqualTo(9);
        assertThat(world.state()).isEqualTo(GroupState.EMPTY);
        assertThat(new World().commitError("m", 3, 9)).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    }

    @Test
    void anOffsetIsShownOnlyWhenCommitted() {
        world.autoCommit = false;
        Box<OffsetCommit.Reply> answer = world.commit("", -1, P0, 9);
        assertThat(world.fetch(P0)).isEqualTo(-1);
        assertThat(answer.isEmpty()).isTrue();
        world.commitAll();
        assertThat(world.fetch(P0)).isEqualTo(9);
        assertThat(answer.get().errors()).containsEntry(P0, Errors.NONE);
    }

    @Test
    void commitsWaitForTheAssignment() {
        Box<JoinGroup.Reply> a = world.join("");
        world.advance(6_000);
        assertThat(world.commitError(a.get().memberId(), 1, 5)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    }

    @Test
    void deletingRemovesTheGroupAndWhatIsUnderWay() {
        List<String> members = world.stable(1);
        assertThat(world.delete()).isEqualTo(Errors.NON_EMPTY_GROUP);
        world.leave(members.get(0));
        world.autoCommit = false;
        world.commit("", -1, P0, 9);
        Box<Errors> deleted = new Box<>();
        world.perform(world.shard.delete("g", world.now(), deleted));
        assertThat(world.commitAfterDelete()).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
        world.commitAll();
        assertThat(deleted.get()).isEqualTo(Errors.NONE);
        assertThat(world.replayed()).isEqualTo(new CommittedGroups());
        assertThat(world.delete()).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    }

    @Test
    void waitingMembersAreToldWhenTheCoordinatorMoves() {
        List<String> members = world.stable(2);
        Box<JoinGroup.Reply> join = world.join(members.get(0));
        world.failOver(0);
        assertThat(join.get().error()).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(world.state()).isEqualTo(GroupState.STABLE);
        assertThat(world.heartbeat(members.get(1), 1)).isEqualTo(Errors.NONE);
        assertThat(world.sync(members.get(1), 1, Map.of()).get().assignment().size())
                .isPositive();
    }
}
