package dev.curia.replica.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.events.v1.CauseKind;
import dev.curia.replica.port.ReplicationSource.Sending;
import dev.curia.replica.state.Effect.ProposeIsr;
import dev.curia.replica.state.LeaderState.LogEnd;
import dev.curia.replica.state.LeaderState.Membership;
import dev.curia.replica.state.LeaderState.Settings;
import dev.curia.replica.state.LeaderState.Step;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class IsrCauseTest {
    private static final long MS = 1_000_000;
    private static final long LAG = 10_000 * MS;

    private static LeaderState leader(boolean fsynced) {
        Membership members = new Membership(0, List.of(1, 2), List.of(1, 2), false);
        return LeaderState.start(1, 3, members, new LogEnd(0, 0), 0, new Settings(1, LAG, MS, fsynced, List.of()), 0)
                .next()
                .attached(2, 20, 0, false, 0)
                .next()
                .appended(100, MS)
                .next();
    }

    private static IsrCause cause(LeaderState state, Sending sending) {
        Step step = state.tick(LAG + 5_000 * MS);
        ProposeIsr proposal = (ProposeIsr) step.effects().get(step.effects().size() - 1);
        return IsrCause.of(proposal, state, id -> Optional.of(sending));
    }

    @Test
    void followerWithoutAStreamIsDisconnected() {
        IsrCause cause = cause(leader(false).detached(2).next(), new Sending(0, true));
        assertThat(cause.kind()).isEqualTo(CauseKind.FOLLOWER_DISCONNECTED);
        assertThat(cause.text())
                .isEqualTo("broker 2 has no stream to its leader: 100 records behind, not caught up since 14999 ms,"
                        + " last heard of 15000 ms ago");
    }

    @Test
    void followerThatAcknowledgesNothingIsSilent() {
        assertThat(cause(leader(false), new Sending(100, false)).kind()).isEqualTo(CauseKind.FOLLOWER_SILENT);
        assertThat(cause(leader(false), new Sending(50, true)).kind()).isEqualTo(CauseKind.FOLLOWER_SILENT);
    }

    @Test
    void followerThatAcknowledgesTooLittleLagsForOneOfThreeReasons() {
        LeaderState some = leader(true).acknowledged(2, 10, 8_000 * MS).next();
        assertThat(cause(some, new Sending(50, true)).kind()).isEqualTo(CauseKind.FOLLOWER_NO_CREDIT);
        assertThat(cause(some, new Sending(100, false)).kind()).isEqualTo(CauseKind.FOLLOWER_SLOW_DISK);
        assertThat(cause(some, new Sending(50, false)).kind()).isEqualTo(CauseKind.FOLLOWER_LAGGING);
        LeaderState written = leader(false).acknowledged(2, 10, 8_000 * MS).next();
        assertThat(cause(written, new Sending(100, false)).kind()).isEqualTo(CauseKind.FOLLOWER_LAGGING);
    }

    @Test
    void whoJoinsHasCaughtUp() {
        Membership members = new Membership(0, List.of(1, 2), List.of(1), false);
        Step joined = LeaderState.start(
                        1, 3, members, new LogEnd(5, 5), 5, new Settings(1, LAG, MS, false, List.of()), 0)
                .next()
                .attached(2, 20, 5, false, MS);
        ProposeIsr proposal = (ProposeIsr) joined.effects().get(joined.effects().size() - 1);
        IsrCause cause = IsrCause.of(proposal, joined.next(), id -> Optional.empty());
        assertThat(cause).isEqualTo(new IsrCause(CauseKind.CAUGHT_UP, "caught up: brokers [2]"));
    }
}
