package dev.curia.replica.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.ManualTimers;
import dev.curia.replica.Replica.AppendRequest;
import dev.curia.replica.Replica.Origin;
import dev.curia.testkit.ManualClock;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DoubtfulAppendsTest {
    private final ManualClock clock = new ManualClock();
    private final ManualTimers timers = new ManualTimers();
    private final List<WaitingAppend> appended = new ArrayList<>();
    private boolean doubt = true;
    private final DoubtfulAppends doubtful = new DoubtfulAppends(clock, timers, () -> doubt, appended::add);

    @Test
    void withoutDoubtNothingWaits() {
        doubt = false;
        assertThat(doubtful.takes(append())).isFalse();
    }

    @Test
    void whatWaitsIsTakenUpInOrderOnceThereIsNoDoubt() {
        WaitingAppend first = taken();
        timers.runAll();
        assertThat(appended).isEmpty();
        doubt = false;
        WaitingAppend second = taken(); // not before the first
        timers.runAll();
        assertThat(appended).containsExactly(first, second);
        assertThat(doubtful.takes(append())).isFalse();
    }

    @Test
    void theNewsOfWhoLeadsEndsTheWaitAtOnce() {
        WaitingAppend waiting = taken();
        doubtful.end();
        assertThat(appended).containsExactly(waiting);
        timers.runAll();
        assertThat(appended).hasSize(1);
    }

    @Test
    void doubtThatLastsIsAnswered() {
        WaitingAppend waiting = taken();
        clock.advance(Duration.ofNanos(DoubtfulAppends.PATIENCE_NANOS - 1));
        timers.runAll();
        assertThat(appended).isEmpty();
        clock.advance(Duration.ofNanos(1));
        timers.runAll();
        assertThat(appended).containsExactly(waiting);
    }

    private WaitingAppend taken() {
        WaitingAppend append = append();
        assertThat(doubtful.takes(append)).isTrue();
        return append;
    }

    private WaitingAppend append() {
        AppendRequest request = new AppendRequest(
                ByteBuffer.allocate(0),
                (short) -1,
                Duration.ofSeconds(1),
                Origin.CLIENT,
                OptionalInt.empty(),
                () -> {},
                Optional.empty());
        return new WaitingAppend(request, clock.monotonicNanos(), new CompletableFuture<>());
    }
}
