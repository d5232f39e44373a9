package dev.curia.replica.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.LogConfig;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FlushTimerTest {
    private static final long BOUND = 1_000;
    private final FlushTimer timer = new FlushTimer(Duration.ofNanos(BOUND));

    private boolean isDue(long flushed, long end, Map<String, String> config, long now) {
        return timer.isDue(flushed, end, LogConfig.of(config), now);
    }

    @Test
    void whatWaitsIsFlushedAfterTheBoundCountedFromWhenItWasSeen() {
        assertThat(isDue(5, 10, Map.of(), 100)).isFalse();
        assertThat(isDue(5, 20, Map.of(), 100 + BOUND - 1)).isFalse();
        assertThat(isDue(5, 20, Map.of(), 100 + BOUND)).isTrue();
        assertThat(isDue(20, 20, Map.of(), 100 + 2 * BOUND)).isFalse();
    }

    @Test
    void flushMessagesAndFlushMsComeBeforeTheBound() {
        assertThat(isDue(5, 14, Map.of("flush.messages", "10"), 0)).isFalse();
        assertThat(isDue(5, 15, Map.of("flush.messages", "10"), 1)).isTrue();
        assertThat(isDue(15, 16, Map.of("flush.ms", "0"), 2)).isTrue();
    }

    @Test
    void whereOnlyWhatIsOnDiskCountsNothingWaits() {
        Map<String, String> fsynced = Map.of("curia.durability", "fsynced");
        assertThat(isDue(5, 10, fsynced, 0)).isTrue();
        assertThat(isDue(10, 10, fsynced, 1)).isFalse();
    }
}
