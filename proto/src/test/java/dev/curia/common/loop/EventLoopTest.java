package dev.curia.common.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.SystemClock;
import dev.curia.testkit.Await;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventLoopTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final long FAR = TimeUnit.DAYS.toNanos(20);

    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final EventLoop loop = new EventLoop("loop", 100, new SystemClock(), (what, cause) -> faults.add(cause));

    @BeforeEach
    void start() {
        loop.start();
    }

    @AfterEach
    void stop() {
        loop.close();
        assertThat(faults).isEmpty();
    }

    @Test
    void aCancelledTimerHoldsNothingHoweverFarItsDeadlineIs() throws Exception {
        CompletableFuture<WeakReference<byte[]>> held = new CompletableFuture<>();
        loop.submit(() -> {
            byte[] much = new byte[1_000];
            loop.schedule(FAR, () -> assertThat(much).isEmpty()).run();
            held.complete(new WeakReference<>(much));
        });
        WeakReference<byte[]> much = held.get(20, TimeUnit.SECONDS);
        Await.until("collected", SOON, () -> {
            System.gc();
            return much.get() == null;
        });
    }

    @Test
    void cancelledTimersDoNotGather() throws Exception {
        CompletableFuture<Integer> kept = new CompletableFuture<>();
        List<Integer> fired = new CopyOnWriteArrayList<>();
        loop.submit(() -> {
            for (int i = 0; i < 100; i++) {
                int number = i;
                loop.schedule(i, () -> fired.add(number));
            }
            for (int i = 0; i < 100_000; i++)
                loop.schedule(FAR, () -> fired.add(-1)).run();
            kept.complete(loop.timers());
        });
        assertThat(kept.get(20, TimeUnit.SECONDS)).isLessThan(2_000);
        Await.until("those that were not cancelled have fired", SOON, () -> fired.size() == 100);
        assertThat(fired).isSorted();
    }
}
