package dev.curia.sim;

import dev.curia.common.fault.FaultHandler;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.loop.LoopDriver;
import dev.curia.common.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * One life of a process on a host: its clocks, and threads that are none. When it dies, whatever it still had to do never happens; while it is
 * paused, it happens later.
 */
final class SimProcess implements Clock {
    private static final long WALL_ORIGIN_MILLIS = 1_700_000_000_000L;
    private static final int INBOX = 100_000;

    final World world;
    final String host;
    final SplittableRandom random;
    private final int number;
    private boolean alive = true;
    private long pausedUntil;
    private long wallJumpMillis;
    private boolean awaitsPools;

    SimProcess(World world, String host, int number) {
        this.world = world;
        this.host = host;
        this.number = number;
        this.random = world.fork();
    }

    int number() {
        return number;
    }

    boolean isAlive() {
        return alive;
    }

    long pausedUntil() {
        return pausedUntil;
    }

    void die() {
        alive = false;
    }

    void pause(long nanos) {
        long until = world.now() + nanos;
        if (until <= pausedUntil) return;
        pausedUntil = until;
        world.after(nanos, null, () -> {
            if (pausedUntil == until) resume();
        });
    }

    void resume() {
        pausedUntil = 0;
        world.resumed(this);
    }

    void jumpWallClock(long millis) {
        wallJumpMillis = millis;
    }

    /** What is given to a pool from now on is awaited, as by a thread that closes something, and so is done at once. */
    void awaitPools() {
        awaitsPools = true;
    }

    void after(long delayNanos, Runnable task) {
        world.after(delayNanos, this, task);
    }

    EventLoop loop(String name) {
        EventLoop loop = EventLoop.driven(host + "/" + name, INBOX, this, faults(), driver());
        loop.start();
        return loop;
    }

    /** Not started. */
    EventLoop newLoop(String name) {
        return EventLoop.driven(host + "/" + name, INBOX, this, faults(), driver());
    }

    /** Threads get the processor after a little while, in no order. */
    LoopDriver driver() {
        return (delay, turn) -> after(delay + random.nextLong(1_000, 100_000), turn);
    }

    /** A pool of threads; each task starts after up to {@code mostNanos}. */
    ExecutorService pool(long mostNanos) {
        return new Pool(mostNanos);
    }

    FaultHandler faults() {
        return (what, cause) -> world.violation(host + ": " + what, cause);
    }

    @Override
    public long monotonicNanos() {
        return world.now();
    }

    @Override
    public long wallMillis() {
        return WALL_ORIGIN_MILLIS + wallJumpMillis + world.now() / World.MILLIS;
    }

    private final class Pool extends AbstractExecutorService {
        private final long mostNanos;
        private boolean shut;

        Pool(long mostNanos) {
            this.mostNanos = mostNanos;
        }

        @Override
        public void execute(Runnable task) {
            if (awaitsPools) run(task);
            else after(random.nextLong(1_000, mostNanos), () -> run(task));
        }

        private void run(Runnable task) {
            try {
                task.run();
            } catch (Throwable t) {
                faults().fatal("a task of a pool threw", t);
            }
        }

        @Override
        public void shutdown() {
            shut = true;
        }

        @Override
        public List<Runnable> shutdownNow() {
            shut = true;
            return new ArrayList<>();
        }

        @Override
        public boolean isShutdown() {
            return shut;
        }

        @Override
        public boolean isTerminated() {
            return shut;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }
}
