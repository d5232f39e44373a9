package dev.curia.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TimesTest {
    @Test
    void percentilesAreTimesThatWereMeasured() {
        long[] nanos = LongStream.rangeClosed(1, 1_000)
                .map(i -> (1_001 - i) * 1_000_000)
                .toArray();
        Times times = new Times(nanos);
        assertThat(times.millis(50)).isEqualTo(500);
        assertThat(times.millis(99)).isEqualTo(990);
        assertThat(times.millis(99.9)).isEqualTo(999);
        assertThat(times.millis(100)).isEqualTo(1_000);
        assertThat(times.millis(0)).isEqualTo(1);
        assertThat(nanos[0]).as("left as they were").isEqualTo(1_000_000_000);
        assertThatThrownBy(() -> new Times(new long[0])).isInstanceOf(IllegalArgumentException.class);
    }
}
