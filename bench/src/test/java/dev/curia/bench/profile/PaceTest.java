package dev.curia.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.bench.product.Layout;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class PaceTest {
    @Test
    void usuallyTheWindowsAreLongAndServersCompiled() {
        Pace pace = Pace.of(1_020);
        assertThat(pace.windowSeconds()).isCloseTo(10, Percentage.withPercentage(10));
        assertThat(pace.mostWarmUpSeconds(Layout.SINGLE)).isGreaterThan(40);
        assertThat(pace.mostWarmUpSeconds(Layout.COMBINED)).isGreaterThan(120);
    }

    @Test
    void lessTimeMakesAllShorter() {
        assertThat(Pace.of(400).windowSeconds()).isBetween(1.0, 5.0);
        assertThat(Pace.of(1).windowSeconds()).isEqualTo(1);
    }
}
