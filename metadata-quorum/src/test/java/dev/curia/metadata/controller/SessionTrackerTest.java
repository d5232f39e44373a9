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
}
