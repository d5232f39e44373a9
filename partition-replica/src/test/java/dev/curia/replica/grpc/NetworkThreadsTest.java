package dev.curia.replica.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.SystemClock;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NetworkThreadsTest {
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final NetworkThreads threads = new NetworkThreads("network", 2);

    @AfterEach
    void stop() {
        threads.close();
        assertThat(faults).isEmpty();
    }

    @Test
    void loopsOfOneThreadShareItAndThoseOfOthersDoNot() {
        EventLoop first = loop(0);
        EventLoop sibling = loop(0);
        EventLoop other = loop(1);
        CompletableFuture<List<Boolean>> told = new CompletableFuture<>();
        first.submit(() -> told.complete(List.of(first.isInLoop(), sibling.sharesThread(), other.sharesThread())));
        assertThat(told.join()).containsExactly(true, true, false);
        List.of(first, sibling, other).forEach(EventLoop::close);
    }

    @Test
    void timersAndTasksRunOnTheSameThread() throws Exception {
        EventLoop loop = loop(1);
        CompletableFuture<Thread> byTask = new CompletableFuture<>();
        CompletableFuture<Thread> byTimer = new CompletableFuture<>();
        loop.submit(() -> byTask.complete(Thread.currentThread()));
        loop.schedule(TimeUnit.MILLISECONDS.toNanos(2), () -> byTimer.complete(Thread.currentThread()));
        assertThat(byTimer.get(20, TimeUnit.SECONDS)).isSameAs(byTask.get(20, TimeUnit.SECONDS));
        loop.close();
    }

    /** The native library is a dependency of its own, and nothing else fails when it is not there. */
    @Test
    @EnabledOnOs(
            value = OS.LINUX,
            architectures = {"amd64", "aarch64"})
    void linuxHasItsOwnSelectors() {
        assertThat(threads.serverType()).isEqualTo(EpollServerSocketChannel.class);
        assertThat(threads.connection()).isInstanceOf(EpollSocketChannel.class);
    }

    private EventLoop loop(int thread) {
        EventLoop loop = EventLoop.driven(
                "loop",
                100,
                new SystemClock(),
                (what, cause) -> faults.add(cause),
                threads.drivers().get(thread));
        loop.start();
        return loop;
    }
}
