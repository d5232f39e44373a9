package dev.curia.replica.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.SystemClock;
import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnFlushTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int INBOX = 4;

    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    private final AtomicInteger flushes = new AtomicInteger();
    private final EventLoop loop = new EventLoop("loop", INBOX, new SystemClock(), (w, c) -> faults.add(w + c));
    private final ReplicaThread thread =
            new ReplicaThread(loop, new ChunkBuffer(), failure -> faults.add("" + failure));
    private final TurnFlush flush = new TurnFlush(thread, flushes::incrementAndGet);

    @AfterEach
    void stop() {
        loop.close();
        assertThat(faults).isEmpty();
    }

    @Test
    void whatIsAppendedInOneTurnSharesAFlush() {
        // All of them wait before the loop starts, and are one turn.
        for (int i = 0; i < INBOX - 1; i++) loop.offer(flush::request);
        loop.offer(() -> assertThat(flushes).hasValue(0));
        loop.start();
        Await.until("they are flushed", PATIENCE, () -> flushes.get() > 0);
        runToEnd();
        assertThat(flushes).hasValue(1);

        loop.offer(flush::request);
        Await.until("the next turn has a flush of its own", PATIENCE, () -> flushes.get() == 2);
    }

    @Test
    void aFullInboxPutsNothingOff() {
        loop.offer(() -> {
            while (loop.offer(() -> {})) {}
            flush.request();
            assertThat(flushes).hasValue(1);
        });
        loop.start();
        Await.until("it is flushed", PATIENCE, () -> flushes.get() == 1);
    }

    private void runToEnd() {
        CountDownLatch done = new CountDownLatch(1);
        loop.submit(done::countDown);
        Await.until("what was offered has run", PATIENCE, () -> done.getCount() == 0);
    }
}
