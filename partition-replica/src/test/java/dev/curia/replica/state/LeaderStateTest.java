package dev.curia.replica.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.state.Effect.AdvanceHighWatermark;
import dev.curia.replica.state.Effect.ProposeIsr;
import dev.curia.replica.state.LeaderState.LogEnd;
import dev.curia.replica.state.LeaderState.Membership;
import dev.curia.replica.state.LeaderState.Settings;
import dev.curia.replica.state.LeaderState.Step;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaderStateTest {
    private static final Membership NOTHING = new Membership(-1, List.of(), List.of(), false);

    private static final long LAG = 1_000;
    private static final Settings SETTINGS = new Settings(2, LAG, 100, false, List.of());

    private static LeaderState leader(long logEnd, long watermark, List<Integer> isr) {
        return LeaderState.start(
                        1,
                        5,
                        new Membership(10, List.of(1, 2, 3), isr, false),
                        new LogEnd(logEnd, 0),
                        watermark,
                        SETTINGS,
                        0)
                .next();
    }

    private static ProposeIsr proposal(Step step) {
        return step.effects().stream()
                .filter(ProposeIsr.class::isInstance)
                .map(ProposeIsr.class::cast)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no proposal in " + step));
    }

    private static List<Integer> ids(ProposeIsr proposal) {
        return proposal.isr().stream().map(Effect.IsrMember::brokerId).toList();
    }

    @Test
    void watermarkIsTheSmallestEndOverTheIsr() {
        LeaderState s = leader(0, 0, List.of(1, 2, 3)).appended(10, 1).next();
        s = s.attached(2, 20, 0, false, 2).next().attached(3, 30, 0, false, 2).next();
        Step two = s.acknowledged(2, 10, 3);
        assertThat(two.effects()).isEmpty();
        Step three = two.next().acknowledged(3, 7, 4);
        assertThat(three.effects()).containsExactly(new AdvanceHighWatermark(7));
        assertThat(three.next().acknowledged(3, 99, 5).effects())
                .as("beyond the log's end")
                .isEmpty();
    }

    @Test
    void watermarkStandsBelowMinIsr() {
        LeaderState s = leader(0, 0, List.of(1)).appended(10, 1).next();
        assertThat(s.highWatermark()).isZero();
        assertThat(s.underMinIsr()).isTrue();
    }

    @Test
    void silentFollowerIsProposedOutAndTheWatermarkWaitsForTheVerdict() {
        LeaderState s = leader(0, 0, List.of(1, 2, 3))
                .attached(2, 20, 0, false, 1)
                .next()
                .appended(10, 10)
                .next();
        s = s.acknowledged(2, 10, 20).next();
        assertThat(s.tick(LAG).effects()).isEmpty();
        Step late = s.tick(10 + LAG + 1);
        assertThat(ids(proposal(late))).containsExactly(1, 2);
        assertThat(late.next().highWatermark()).isZero();
        Step unknown = late.next().decided(10, ErrorCode.REQUEST_TIMED_OUT, NOTHING, LAG + 20);
        assertThat(unknown.effects()).isEmpty();
        Step accepted = unknown.next()
                .tick(LAG + 200)
                .next()
                .decided(10, ErrorCode.NONE, new Membership(11, List.of(1, 2, 3), List.of(1, 2), false), LAG + 210);
        assertThat(accepted.effects()).containsExactly(new AdvanceHighWatermark(10));
        assertThat(accepted.next().isr().partitionEpoch()).isEqualTo(11);
    }

    @Test
    void idleFollowerStaysAndGetsTheFullLagTimeAfterTheNextAppend() {
        LeaderState s = leader(0, 0, List.of(1, 2)).attached(2, 20, 0, false, 1).next();
        long idle = 100 * LAG;
        s = s.appended(1, idle).next();
        assertThat(s.tick(idle + LAG).effects()).isEmpty();
        assertThat(ids(proposal(s.tick(idle + LAG + 1)))).containsExactly(1);
    }

    @Test
    void followerThatKeepsUpButIsNeverQuiteThereStays() {
        LeaderState s = leader(0, 0, List.of(1, 2)).attached(2, 20, 0, false, 0).next();
        long now = 0;
        for (int i = 1; i <= 50; i++) {
            now += LAG / 4;
            s = s.appended(i * 10L, now).next();
            Step step = s.acknowledged(2, i * 10L - 5, now + 1);
            s = step.next();
            assertThat(s.tick(now + 2).effects().stream().filter(ProposeIsr.class::isInstance))
                    .isEmpty();
        }
    }

    @Test
    void whoIsFencedIsNotProposedUntilUnfenced() {
        Membership two = new Membership(10, List.of(1, 2, 3), List.of(1, 2), false);
        Settings fenced = new Settings(2, LAG, 100, false, List.of(3));
        LeaderState s = leader(10, 10, List.of(1, 2)).assigned(two, fenced, 1).next();
        Step reached = s.attached(3, 30, 10, false, 2);
        assertThat(reached.effects()).isEmpty();
        assertThat(ids(proposal(reached.next().assigned(two, SETTINGS, 3)))).containsExactly(1, 2, 3);
    }

    @Test
    void expansionNeedsTheWatermarkAndTheEpochsStartAndCountsInTheMaximalIsrAtOnce() {
        LeaderState s =
                leader(10, 10, List.of(1, 2)).attached(2, 20, 10, false, 1).next();
        s = s.attached(3, 30, 4, false, 2).next();
        assertThat(s.acknowledged(3, 9, 3).effects()).isEmpty();
        Step reached = s.acknowledged(3, 10, 4);
        assertThat(proposal(reached).isr())
                .containsExactly(new Effect.IsrMember(1, -1), new Effect.IsrMember(2, 20), new Effect.IsrMember(3, 30));
        LeaderState pending = reached.next();
        assertThat(pending.isr().maximal()).containsExactly(1, 2, 3);
        pending = pending.appended(12, 5).next().acknowledged(2, 12, 6).next();
        assertThat(pending.highWatermark())
                .as("the joining follower counts already")
                .isEqualTo(10);
        Step refused = pending.decided(10, ErrorCode.INELIGIBLE_REPLICA, NOTHING, 7);
        assertThat(refused.effects()).containsExactly(new AdvanceHighWatermark(12));
    }

    @Test
    void refusalAfterAnUnansweredProposalKeepsTheMaximalIsr() {
        LeaderState s = leader(10, 10, List.of(1, 2))
                .attached(2, 20, 10, false, 1)
                .next()
                .attached(3, 30, 10, false, 2)
                .next();
        s = s.decided(10, ErrorCode.NETWORK_EXCEPTION, NOTHING, 3).next();
        s = s.tick(200).next();
        assertThat(s.isr().inFlight()).isPresent();
        s = s.decided(10, ErrorCode.INELIGIBLE_REPLICA, NOTHING, 201).next();
        assertThat(s.isr().maximal()).containsExactly(1, 2, 3);
        s = s.assigned(new Membership(11, List.of(1, 2, 3), List.of(1, 2), false), SETTINGS, 202)
                .next();
        assertThat(s.isr().committed()).containsExactly(1, 2);
    }

    @Test
    void newIncarnationMayComeBackWithLessThanItHad() {
        LeaderState s =
                leader(10, 0, List.of(1, 2)).attached(2, 20, 10, false, 1).next();
        assertThat(s.highWatermark()).isEqualTo(10);
        s = s.appended(20, 2).next().acknowledged(2, 15, 3).next();
        s = s.attached(2, 21, 12, false, 4).next().appended(30, 5).next();
        assertThat(s.highWatermark()).isEqualTo(15);
        assertThat(s.maxLag()).isEqualTo(18);
    }

    @Test
    void lateVerdictsAreIgnored() {
        LeaderState s =
                leader(10, 10, List.of(1, 2)).attached(3, 30, 10, false, 1).next();
        LeaderState newer = s.assigned(new Membership(12, List.of(1, 2, 3), List.of(1), false), SETTINGS, 2)
                .next();
        assertThat(newer.decided(10, ErrorCode.NONE, new Membership(11, List.of(1, 2, 3), List.of(1, 2, 3), false), 3)
                        .next())
                .isEqualTo(newer);
    }

    @Test
    void whoMayHaveBeenRemovedAndAddedAgainIsForgotten() {
        LeaderState s =
                leader(10, 10, List.of(1, 2)).attached(3, 30, 5, false, 1).next();
        Membership oneLater = new Membership(11, List.of(1, 2, 3), List.of(1, 2), false);
        assertThat(s.assigned(oneLater, SETTINGS, 2).next().isAttached(3)).isTrue();

        Membership twoLater = new Membership(12, List.of(1, 2, 3), List.of(1, 2), false);
        LeaderState skipped = s.assigned(twoLater, SETTINGS, 2).next();
        assertThat(skipped.isAttached(3)).isFalse();
        assertThat(skipped.replicatedOffset()).isZero();
        assertThat(skipped.assignedSince(3)).isEqualTo(12);
        assertThat(skipped.assignedSince(2)).as("in sync all the time").isEqualTo(-1);
        // Had it kept what the replica had in its former life, this late word would bring it in with an empty disk.
        assertThat(skipped.acknowledged(3, 10, 3).effects()).isEmpty();
        assertThat(ids(proposal(skipped.attached(3, 30, 10, false, 4)))).containsExactly(1, 2, 3);
    }
}
