package dev.curia.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessorsTest {
    @Test
    void idleAndStolenAreTheirPartsOfAll() {
        // user nice system idle iowait irq softirq steal guest guest_nice
        Processors before = Processors.of("cpu  10 0 10 100 20 0 0 5 7 0\ncpu0 1 1\n");
        Processors after = Processors.of("cpu  40 0 20 120 30 0 0 35 30 0\ncpu0 1 1\n");
        assertThat(after.idleSince(before)).isEqualTo(0.30);
        assertThat(after.stolenSince(before)).isEqualTo(0.30);
    }

    @Test
    void nothingSinceIsNoPart() {
        Processors now = Processors.of("cpu  10 0 10 100 20 0 0 5 7 0\n");
        assertThat(now.idleSince(now)).isZero();
    }
}
