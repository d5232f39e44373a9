package dev.curia.common.loop;

import dev.curia.common.fault.FaultHandler;
import dev.curia.common.time.Clock;
import dev.curia.common.time.Timers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One thread that owns the state of whatever is bound to it: only its tasks touch that state, so there are no locks to order.
 *
 * <p>Tasks run in the order offered. The inbox is bounded: a full one is back-pressure to the caller. A task must never block; a
 * throwing task is a broken invariant and goes to the {@link FaultHandler}. Thread-safe, except that timers fire on the loop only.
 *
 * <p>A loop made by {@link #driven} has no thread of its own: its {@link LoopDriver} runs its turns. Loops of one driver share its thread, and what they
 * tell each other wakes nobody.
 */
public final class EventLoop implements Timers, AutoCloseable {
    private static final int TURN = 256;
    private static final int CLEAN_TIMERS_AT_LEAST = 1_000;

    private final BlockingQueue<Runnable> inbox;
    private final Clock clock;
    private final FaultHandler faults;
    private final String name;
    private final @Nullable Thread thread; // null: driven
    private final @Nullable LoopDriver driver;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final AtomicBoolean turnDue = new AtomicBoolean(); // of a driven loop
    private volatile boolean started;

    // Loop-confined from here on.
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::deadline).thenComparingLong(Timer::sequence));
    private long timerSequence;
    private int cleanTimersAt = CLEAN_TIMERS_AT_LEAST;

    // Of a driven loop.
    private final List<Runnable> turn = new ArrayList<>();
    private boolean inTurn;
    private long timerTurnAtNanos = Long.MAX_VALUE;

    /** @param capacity how many tasks may wait before {@link #offer} refuses */
    public EventLoop(String name, int capacity, Clock clock, FaultHandler faults) {
        this(name, capacity, clock, faults, null);
    }

    private EventLoop(String name, int capacity, Clock clock, FaultHandler faults, @Nullable LoopDriver driver) {
        this.name = name;
        this.inbox = new ArrayBlockingQueue<>(capacity);
        this.clock = clock;
        this.faults = faults;
        this.driver = driver;
        this.thread = driver == null ? new Thread(this::run, name) : null;
        if (thread != null) thread.setDaemon(true);
    }

    /** A loop without a thread of its own. As the constructor otherwise. */
    public static EventLoop driven(String name, int capacity, Clock clock, FaultHandler faults, LoopDriver driver) {
        return new EventLoop(name, capacity, clock, faults, driver);
    }

    /** Separate from the constructor, so that nothing runs before the owner is whole. */
    public void start() {
        started = true;
        if (thread != null) thread.start();
        else wake();
    }

    /** @return false when the inbox is full or the loop is closed: the task will not run, push back */
    public boolean offer(Runnable task) {
        if (!open.get() || !inbox.offer(task)) return false;
        wake();
        return true;
    }

    /** Like {@link #offer}, for callers that have no one to push back on; waits while the inbox is full. Not from the loop itself. */
    public void submit(Runnable task) {
        if (isInLoop()) {
            if (!offer(task)) throw new RejectedExecutionException(name + ": inbox full or closed");
            return;
        }
        // Another loop of the same driver would wait for itself.
        while (driver != null && driver.isInThread() && open.get() && inbox.remainingCapacity() == 0)
            drivenTurn(driver);
        try {
            while (open.get()) {
                if (!inbox.offer(task, 100, TimeUnit.MILLISECONDS)) continue;
                wake();
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new RejectedExecutionException(name + " is closed");
    }

    public boolean isInLoop() {
        return sharesThread() && (thread != null || inTurn);
    }

    /** Whether the caller is on the thread that runs this loop, be it in a turn of this one or of another. */
    public boolean sharesThread() {
        return driver == null ? Thread.currentThread() == thread : driver.isInThread();
    }

    /** Of its thread. */
    public String name() {
        return name;
    }

    /** Tasks that wait now; for metrics. */
    public int backlog() {
        return inbox.size();
    }

    /** Timers that are kept, some of them cancelled. From the loop only. */
    int timers() {
        return timers.size();
    }

    /** May be called from any thread; from outside the loop it costs a task. */
    @Override
    public Runnable schedule(long delayNanos, Runnable task) {
        Timer timer = new Timer(clock.monotonicNanos() + delayNanos, task);
        if (isInLoop()) add(timer);
        else submit(() -> add(timer));
        return timer::cancel;
    }

    /** Runs what was offered before, then ends the thread; timers are dropped. Waits for it unless called from the loop. */
    @Override
    public void close() {
        if (!open.getAndSet(false)) return;
        // Wakes a waiting loop. Not by an interrupt: that would close the file channel that a running task reads.
        inbox.offer(() -> {});
        if (isInLoop()) return;
        if (driver != null) {
            endDriven(driver);
            return;
        }
        if (thread == null || thread.getState() == Thread.State.NEW) return;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void add(Timer timer) {
        timer.sequence = timerSequence++;
        timers.add(timer);
        if (timers.size() < cleanTimersAt) return;
        timers.removeIf(Timer::isCancelled);
        cleanTimersAt = Math.max(CLEAN_TIMERS_AT_LEAST, 2 * timers.size());
    }

    private void run() {
        List<Runnable> turn = new ArrayList<>(TURN);
        while (open.get()) {
            awaitWork(turn);
            inbox.drainTo(turn, TURN);
            turn.forEach(this::runTask);
            turn.clear();
            fireTimers();
        }
        drain();
    }

    private void drain() {
        for (Runnable last = inbox.poll(); last != null; last = inbox.poll()) runTask(last);
    }

    private void wake() {
        if (driver != null && started && !turnDue.getAndSet(true))
            driver.wake(0, () -> {
                turnDue.set(false);
                drivenTurn(driver);
            });
    }

    /** As one pass of {@link #run}. */
    private void drivenTurn(LoopDriver by) {
        if (!open.get()) return;
        inTurn = true;
        try {
            inbox.drainTo(turn, by.tasksATurn());
            turn.forEach(this::runTask);
            turn.clear();
            fireTimers();
        } finally {
            inTurn = false;
        }
        if (!inbox.isEmpty()) wake();
        Timer next = timers.peek();
        if (next != null && next.deadline < timerTurnAtNanos) wakeForTimer(by, next.deadline);
    }

    private void wakeForTimer(LoopDriver by, long deadline) {
        timerTurnAtNanos = deadline;
        by.wake(Math.max(0, deadline - clock.monotonicNanos()), () -> {
            if (timerTurnAtNanos == deadline) timerTurnAtNanos = Long.MAX_VALUE;
            drivenTurn(by);
        });
    }

    private void endDriven(LoopDriver by) {
        if (by.isInThread()) {
            drain();
            return;
        }
        CountDownLatch ended = new CountDownLatch(1);
        by.wake(0, () -> {
            drain();
            ended.countDown();
        });
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitWork(List<Runnable> turn) {
        try {
            Timer next = timers.peek();
            Runnable first;
            if (next == null) first = inbox.take();
            else first = inbox.poll(Math.max(0, next.deadline - clock.monotonicNanos()), TimeUnit.NANOSECONDS);
            if (first != null) turn.add(first);
        } catch (InterruptedException e) {
            // Nobody interrupts this thread; the loop's condition decides.
        }
    }

    private void fireTimers() {
        if (timers.isEmpty()) return;
        long now = clock.monotonicNanos();
        for (Timer t = timers.peek(); t != null && t.deadline - now <= 0; t = timers.peek()) {
            timers.poll();
            Runnable task = t.task;
            if (task != null) runTask(task);
        }
    }

    private void runTask(Runnable task) {
        try {
            task.run();
        } catch (Throwable t) {
            faults.fatal("a task of event loop " + name + " threw", t);
        }
    }

    private static final class Timer {
        final long deadline;
        long sequence;

        // Null: cancelled. What it would have worked on may be large, and the deadline far away.
        private volatile @Nullable Runnable task;

        Timer(long deadline, Runnable task) {
            this.deadline = deadline;
            this.task = task;
        }

        long deadline() {
            return deadline;
        }

        long sequence() {
            return sequence;
        }

        boolean isCancelled() {
            return task == null;
        }

        void cancel() {
            task = null;
        }
    }
}
