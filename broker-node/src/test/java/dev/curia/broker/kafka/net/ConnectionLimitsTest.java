package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.ManualClock;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {
    private static final long TENTH = 100_000_000;

    private final ManualClock clock = new ManualClock();
    private int rate = 10;
    private final ConnectionLimits limits =
            new ConnectionLimits(new ConnectionLimits.Limits(() -> 1_000, () -> 1_000, Map::of, () -> rate), clock);

    private long admit() {
        return limits.admit(InetAddress.getLoopbackAddress());
    }

    @Test
    void aSecondsWorthComesAtOnceAndThenOneAfterTheOther() {
        for (int i = 0; i < 10; i++) assertThat(admit()).isZero();
        assertThat(admit()).isEqualTo(TENTH);
        assertThat(admit()).isEqualTo(2 * TENTH);
        clock.advance(Duration.ofMillis(300));
        assertThat(admit()).isZero();
        assertThat(admit()).isEqualTo(TENTH);
        clock.advance(Duration.ofMinutes(1));
        for (int i = 0; i < 10; i++) assertThat(admit()).as("never more").isZero();
        assertThat(admit()).isEqualTo(TENTH);
        rate = Integer.MAX_VALUE;
        clock.advance(Duration.ofMillis(100));
        for (int i = 0; i < 500; i++) assertThat(admit()).isZero();
    }
}
