package dev.curia.log.clean;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ThrottleTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void whoTakesMoreThanTheRateWaitsForIt() {
        Throttle throttle = new Throttle(1_000);
        assertThat(throttle.take(500, 0)).isEqualTo(SECOND / 2);
        assertThat(throttle.take(500, 0)).isEqualTo(SECOND);
        assertThat(throttle.take(100, SECOND)).isEqualTo(SECOND / 10);
    }

    @Test
    void idleTimeIsNotSavedUp() {
        Throttle throttle = new Throttle(1_000);
        assertThat(throttle.take(1_000, -7 * SECOND)).isEqualTo(SECOND);
        assertThat(throttle.take(1_000, 100 * SECOND)).isEqualTo(SECOND);
    }

    @Test
    void withoutABoundNobodyWaits() {
        Throttle throttle = new Throttle(Double.MAX_VALUE);
        assertThat(throttle.take(Long.MAX_VALUE, 5)).isZero();
        assertThat(throttle.take(Long.MAX_VALUE, 5)).isZero();
    }
}
