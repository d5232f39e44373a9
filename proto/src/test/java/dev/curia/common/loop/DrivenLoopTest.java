package dev.curia.common.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.time.SystemClock;
import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Loops that share a thread, as on a network thread. */
class DrivenLoopTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int INBOX = 10;

    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final SystemClock clock = new SystemClock();
    private final OneThread driver = new OneThread();
    private final EventLoop first = loop("first");
    private final EventLoop second = loop("second");

    private EventLoop loop(String name) {
        EventLoop loop = EventLoop.driven(name, INBOX, clock, (what, cause) -> faults.add(cause), driver);
        loop.start();
        return loop;
    }

    @AfterEach
    void stop() {
        first.close();
        second.close();
        driver.thread.shutdownNow();
        assertThat(faults).isEmpty();
    }

    @Test
    void tasksOfManyThreadsRunOnTheOneThreadEachInItsOrder() throws InterruptedException {
        List<Integer> seen = new ArrayList<>(); // by no lock but the loop
        List<Thread> callers = IntStream.range(0, 4)
                .mapToObj(caller -> new Thread(() -> {
                    for (int i = 0; i < 1_000; i++) {
                        int number = caller * 1_000 + i;
                        first.submit(() -> seen.add(number));
                    }
                }))
                .toList();
        callers.forEach(Thread::start);
        for (Thread caller : callers) caller.join();
        CompletableFuture<List<Integer>> all = new CompletableFuture<>();
        first.submit(() -> all.complete(List.copyOf(seen)));
        List<Integer> numbers = all.join();
        assertThat(numbers).hasSize(4_000);
        for (int caller = 0; caller < 4; caller++) {
            int whose = caller;
            assertThat(numbers.stream().filter(number -> number / 1_000 == whose))
                    .isSorted();
        }
    }

    @Test
    void aLoopIsNotInAnothersTurnThoughItSharesTheThread() {
        CompletableFuture<List<Boolean>> told = new CompletableFuture<>();
        first.submit(() -> told.complete(
                List.of(first.isInLoop(), first.sharesThread(), second.isInLoop(), second.sharesThread())));
        assertThat(told.join()).containsExactly(true, true, false, true);
        assertThat(first.sharesThread()).isFalse();
    }

    @Test
    void whoeverSharesTheThreadMakesRoomInsteadOfWaiting() {
        List<Integer> seen = new CopyOnWriteArrayList<>();
        first.submit(() -> {
            for (int i = 0; i < 5 * INBOX; i++) {
                int number = i;
                second.submit(() -> seen.add(number));
            }
        });
        Await.until("all ran", SOON, () -> seen.size() == 5 * INBOX);
        assertThat(seen).isSorted();
    }

    @Test
    void anInboxThatIsFullRefuses() throws Exception {
        CompletableFuture<Void> go = new CompletableFuture<>();
        CompletableFuture<Integer> taken = new CompletableFuture<>();
        first.submit(() -> {
            int count = 0;
            while (second.offer(() -> {})) count++;
            taken.complete(count);
            go.join();
        });
        assertThat(taken.get(20, TimeUnit.SECONDS)).isEqualTo(INBOX);
        assertThat(second.offer(() -> {})).isFalse();
        go.complete(null);
    }

    @Test
    void timersFireInTheOrderOfTheirDeadlinesAndNotBefore() {
        List<Integer> fired = new CopyOnWriteArrayList<>();
        long start = clock.monotonicNanos();
        CompletableFuture<Long> last = new CompletableFuture<>();
        first.schedule(TimeUnit.MILLISECONDS.toNanos(30), () -> {
            fired.add(3);
            last.complete(clock.monotonicNanos());
        });
        first.schedule(TimeUnit.MILLISECONDS.toNanos(20), () -> fired.add(-1)).run();
        first.schedule(TimeUnit.MILLISECONDS.toNanos(10), () -> fired.add(2));
        first.schedule(0, () -> fired.add(1));
        assertThat(last.join() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(30));
        assertThat(fired).containsExactly(1, 2, 3);
    }

    @Test
    void whatWasOfferedBeforeTheEndStillRuns() throws Exception {
        CompletableFuture<Void> go = new CompletableFuture<>();
        List<Integer> seen = new CopyOnWriteArrayList<>();
        second.submit(go::join); // keeps the thread
        for (int i = 0; i < INBOX - 1; i++) {
            int number = i;
            first.submit(() -> seen.add(number));
        }
        CompletableFuture<Void> closed = CompletableFuture.runAsync(first::close);
        go.complete(null);
        closed.get(20, TimeUnit.SECONDS);
        assertThat(seen).hasSize(INBOX - 1).isSorted();
        assertThat(first.offer(() -> {})).isFalse();
        assertThatThrownBy(() -> first.submit(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    private static final class OneThread implements LoopDriver {
        private final AtomicReference<Thread> its = new AtomicReference<>();
        final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
            its.set(new Thread(task, "driver"));
            its.get().setDaemon(true);
            return its.get();
        });

        @Override
        public void wake(long delayNanos, Runnable turn) {
            var unused = thread.schedule(turn, delayNanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public boolean isInThread() {
            return Thread.currentThread() == its.get();
        }

        @Override
        public int tasksATurn() {
            return 4;
        }
    }
}
