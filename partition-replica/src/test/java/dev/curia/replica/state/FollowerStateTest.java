package dev.curia.replica.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.replica.port.StreamKind;
import dev.curia.replica.state.Effect.Acknowledge;
import dev.curia.replica.state.Effect.Append;
import dev.curia.replica.state.Effect.Flush;
import dev.curia.replica.state.Effect.Subscribe;
import dev.curia.replica.state.FollowerState.Received;
import dev.curia.replica.state.FollowerState.Step;
import org.junit.jupiter.api.Test;

class FollowerStateTest {
    private static final Received CHUNK = new Received(3, 10, 100, 10, 0);

    private static FollowerState subscribed(boolean fsynced, long flushed) {
        FollowerState state = FollowerState.start(1, 3, 0, 10, 5, flushed);
        return state.configured(fsynced).next().retry().next();
    }

    @Test
    void whatIsWrittenIsAcknowledgedAtOnce() {
        FollowerState state = subscribed(false, 0);
        assertThat(state.received(CHUNK).effects()).containsExactly(new Append());
        assertThat(state.appended(CHUNK, 12).effects()).contains(new Acknowledge(12));
        assertThat(state.appended(CHUNK, 12).next().flushed(12).effects()).isEmpty();
    }

    @Test
    void whereOnlyWhatIsOnDiskCountsTheAcknowledgementFollowsTheFlush() {
        FollowerState state = subscribed(true, 10);
        Step appended = state.appended(CHUNK, 12);
        assertThat(appended.effects()).contains(new Flush()).doesNotContain(new Acknowledge(12));
        Step flushed = appended.next().flushed(11);
        assertThat(flushed.effects()).containsExactly(new Acknowledge(11));
        assertThat(flushed.next().flushed(11).effects()).as("no news").isEmpty();
        assertThat(flushed.next().flushed(12).effects()).containsExactly(new Acknowledge(12));
    }

    @Test
    void aSubscriptionVouchesOnlyForWhatIsOnDiskAndHasTheRestFlushed() {
        FollowerState state =
                FollowerState.start(1, 3, 0, 10, 5, 4).configured(true).next();
        assertThat(state.acknowledgedOffset()).isEqualTo(4);
        assertThat(state.retry().effects()).containsExactly(new Subscribe(StreamKind.TAIL), new Flush());
        assertThat(state.retry().next().flushed(10).effects()).containsExactly(new Acknowledge(10));
    }

    @Test
    void aCutTakesBackWhatWasOnDisk() {
        FollowerState state = subscribed(true, 10).truncated(0, 7).next();
        assertThat(state.acknowledgedOffset()).isEqualTo(7);
        assertThat(state.flushed(7).effects())
                .as("said by the subscription already")
                .isEmpty();
    }

    @Test
    void aChangeOfTheSettingTakesEffectAtOnce() {
        FollowerState written = subscribed(false, 4);
        assertThat(written.configured(true).effects()).containsExactly(new Flush());
        FollowerState fsynced = subscribed(true, 4);
        assertThat(fsynced.configured(false).effects()).containsExactly(new Acknowledge(10));
        assertThat(fsynced.configured(true).effects()).isEmpty();
    }
}
