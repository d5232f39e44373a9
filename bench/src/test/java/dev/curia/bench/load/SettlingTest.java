package dev.curia.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.ManualClock;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class SettlingTest {
    private final ManualClock clock = new ManualClock();
    private double compiled;
    private int pieces;

    @Test
    void endsWhenTheCompilersHaveRestedDuringTwoPiecesInARow() throws ExecutionException {
        settle(1_000, 0.9, 0.5, 0.04, 0.2, 0.04, 0.04, 0.5);
        assertThat(pieces).isEqualTo(6);
    }

    @Test
    void endsWhenTheTimeIsOver() throws ExecutionException {
        settle(12, 0.9, 0.9, 0.9, 0.9, 0.9);
        assertThat(pieces).isEqualTo(3);
    }

    @Test
    void loadsNothingWhereThereIsNoTime() throws ExecutionException {
        settle(0, 0.9);
        assertThat(pieces).isZero();
    }

    /** @param shares what the compilers use of a processor during each piece */
    private void settle(double mostSeconds, double... shares) throws ExecutionException {
        new Settling(clock, () -> compiled).settle(mostSeconds, seconds -> {
            clock.advance(Duration.ofMillis((long) (seconds * 1e3)));
            compiled += shares[pieces++] * seconds;
        });
    }
}
