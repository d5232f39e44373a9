package dev.curia.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.decide.Cause;
import dev.curia.proto.events.v1.CauseKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class SessionTrackerTest {
    private final SessionTracker tracker = new SessionTracker(
            new SessionConfig(Duration.ofMillis(500), Duration.ofSeconds(3), Duration.ofMillis(500)));

    private static long ms(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    @Test
    void silenceTakesTheSessionTimeout() {
        tracker.heard(1, ms(0));
        assertThat(tracker.dead(ms(2999))).isEmpty();
        assertThat(tracker.dead(ms(3000)))
                .containsExactly(new SessionTracker.Dead(1, new Cause(CauseKind.SESSION_TIMEOUT, "session timeout")));
    }

    @Test
    void aBrokenStreamTakesTheReconnectWindow() {
        tracker.heard(1, ms(0));
        tracker.streamBroke(1, ms(100));
        tracker.streamBroke(1, ms(400)); // told twice, counted from the first
        assertThat(tracker.dead(ms(599))).isEmpty();
        assertThat(tracker.dead(ms(600)))
                .containsExactly(new SessionTracker.Dead(1, new Cause(CauseKind.DISCONNECTED, "disconnected")));
    }

    @Test
    void comingBackInTimeIsAsIfNothingHappened() {
        tracker.heard(1, ms(0));
        tracker.streamBroke(1, ms(100));
        tracker.heard(1, ms(500));
        assertThat(tracker.dead(ms(3499))).isEmpty();
    }

    @Test
    void theForgottenAreNotDead() {
        tracker.heard(1, ms(0));
        tracker.forget(1);
        tracker.streamBroke(1, ms(1));
        assertThat(tracker.dead(ms(10_000))).isEmpty();
    }

    @Test
    void whenMostFoundTheNewControllerTheMissingHaveTwoReconnectWindows() {
        for (int id = 1; id <= 3; id++) tracker.expect(id, ms(0));
        tracker.heard(1, ms(200));
        assertThat(tracker.dead(ms(1999))).isEmpty();
        tracker.heard(2, ms(2000));
        tracker.heard(1, ms(2500)); // counted from when they were found
        assertThat(tracker.dead(ms(2999))).isEmpty();
        assertThat(tracker.dead(ms(3000)))
                .extracting(dead -> dead.brokerId() + " " + dead.cause().text())
                .containsExactly("3 did not find the new controller");
        tracker.heard(3, ms(3000));
        assertThat(tracker.dead(ms(3001))).isEmpty();
    }

    @Test
    void aMinoritySaysNothingAboutTheMissing() {
        for (int id = 1; id <= 4; id++) tracker.expect(id, ms(0));
        tracker.heard(1, ms(100));
        tracker.heard(2, ms(100)); // half is not most
        assertThat(tracker.dead(ms(2999))).isEmpty();
        assertThat(tracker.dead(ms(3000)))
                .extracting(SessionTracker.Dead::brokerId)
                .containsExactly(3, 4);
    }

    @Test
    void theNextTermExpectsAnew() {
        for (int id = 1; id <= 3; id++) tracker.expect(id, ms(0));
        tracker.heard(1, ms(0));
        tracker.heard(2, ms(0));
        tracker.clear();
        for (int id = 1; id <= 3; id++) tracker.expect(id, ms(5000));
        assertThat(tracker.dead(ms(7999))).isEmpty();
    }
}
