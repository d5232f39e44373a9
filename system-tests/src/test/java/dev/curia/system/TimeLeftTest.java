package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimeLeftTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_000);

    @Test
    void testsBeginUntilTheTimeIsUp() {
        assertThat(TimeLeft.evaluate(NOW, null).isDisabled()).isFalse();
        assertThat(TimeLeft.evaluate(NOW, "1001").isDisabled()).isFalse();
        assertThat(TimeLeft.evaluate(NOW, "1000").isDisabled()).isTrue();
    }
}
