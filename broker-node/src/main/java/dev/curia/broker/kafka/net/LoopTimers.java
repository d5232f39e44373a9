package dev.curia.broker.kafka.net;

import dev.curia.common.time.Timers;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** The timers of a connection's loop. */
final class LoopTimers {
    private LoopTimers() {}

    static Timers of(EventLoop loop) {
        return (delayNanos, task) -> {
            ScheduledFuture<?> timer = loop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
            return () -> timer.cancel(false);
        };
    }
}
