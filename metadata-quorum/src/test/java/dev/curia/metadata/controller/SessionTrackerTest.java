package dev.curia.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.decide.Cause;
import dev.curia.proto.events.v1.CauseKind;
import java.time.Duration;
import java.util.List;
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
    void aBrokenStreamToWhereNobodyListensTakesNoTime() {
        tracker.heard(1, ms(0));
        tracker.refused(1); // of one that is connected it means nothing
        tracker.streamBroke(1, ms(100));
        assertThat(tracker.dead(ms(100))).isEmpty();
        tracker.refused(1);
        assertThat(texts(ms(100))).containsExactly("1 disconnected, and nobody listens there");
        tracker.heard(1, ms(101)); // it was restarted
        tracker.streamBroke(1, ms(102));
        assertThat(tracker.dead(ms(102))).isEmpty();
    }

    @Test
    void whoWentWithTheLastControllerHasAReconnectWindowOnceHalfFoundTheNew() {
        for (int id = 1; id <= 3; id++) tracker.expect(id, ms(0));
        assertThat(tracker.missing()).containsExactlyInAnyOrder(1, 2, 3);
        tracker.refused(3);
        tracker.heard(1, ms(200));
        assertThat(tracker.dead(ms(1999))).isEmpty();
        tracker.heard(2, ms(2000));
        tracker.heard(1, ms(2300)); // counted from when they were found
        assertThat(tracker.dead(ms(2499))).isEmpty();
        assertThat(texts(ms(2500))).containsExactly("3 went with the last controller");
        tracker.heard(3, ms(2500));
        assertThat(tracker.dead(ms(2501))).isEmpty();
    }

    @Test
    void whoIsMissingMayBeCutOffAndHasASessionTimeout() {
        for (int id = 1; id <= 3; id++) tracker.expect(id, ms(0));
        tracker.heard(1, ms(100));
        tracker.heard(2, ms(100));
        assertThat(tracker.dead(ms(2999))).isEmpty();
        assertThat(texts(ms(3000))).containsExactly("3 session timeout");
    }

    private List<String> texts(long now) {
        return tracker.dead(now).stream()
                .map(dead -> dead.brokerId() + " " + dead.cause().text())
                .toList();
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
