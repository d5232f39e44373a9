package dev.curia.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Virtual time and everything that is going to happen, one event after the other in one thread, all from one seed. */
final class World {
    static final long MILLIS = 1_000_000;
    static final long SECONDS = 1_000_000_000;

    final long seed;
    final Trace trace;
    private final SplittableRandom root;
    private final PriorityQueue<Event> queue = new PriorityQueue<>(
            Comparator.comparingLong(Event::at).thenComparingLong(Event::due).thenComparingLong(Event::sequence));
    private final Map<Integer, List<Event>> parked = new TreeMap<>(); // by process
    private final List<String> violations = new ArrayList<>();
    private long now = SECONDS;
    private long sequence;
    private long events;

    /**
     * @param at later than {@code due} where its owner was paused; those due first come first then
     * @param owner whose death drops the event, and whose pause delays it; null: nobody's
     */
    private record Event(
            long at, long due, long sequence, @Nullable SimProcess owner, Runnable task) {}

    World(long seed, boolean verbose) {
        this.seed = seed;
        this.root = new SplittableRandom(seed);
        this.trace = new Trace(verbose);
    }

    long now() {
        return now;
    }

    long events() {
        return events;
    }

    /** A source of its own for each part, so that one draw more here changes nothing there. */
    SplittableRandom fork() {
        return root.split();
    }

    /** As {@link #fork}, for what came later: it takes nothing from the others, so that the seeds of before still give the runs of before. */
    SplittableRandom apart() {
        return new SplittableRandom(~seed);
    }

    void after(long delayNanos, @Nullable SimProcess owner, Runnable task) {
        long due = now + Math.max(0, delayNanos);
        queue.add(new Event(due, due, sequence++, owner, task));
    }

    /** Takes the next event; events of paused processes wait, those of dead ones vanish. */
    void step() {
        Event next = queue.remove();
        now = next.at;
        SimProcess owner = next.owner;
        if (owner != null && !owner.isAlive()) return;
        if (owner != null && owner.pausedUntil() > now) {
            parked.computeIfAbsent(owner.number(), o -> new ArrayList<>()).add(next);
            return;
        }
        events++;
        trace.event(now, owner == null ? 0 : owner.number());
        if (trace.isWhole())
            Thread.currentThread()
                    .setName(String.format(Locale.ROOT, "%.4f %s", now / 1e9, owner == null ? "-" : owner.host));
        next.task.run();
    }

    /** A pause is over: what waited is done now, in its order. */
    void resumed(SimProcess owner) {
        List<Event> waited = parked.remove(owner.number());
        if (waited == null) return;
        for (Event each : waited) queue.add(new Event(now, each.due, each.sequence, owner, each.task));
    }

    /** Something that must never happen did. */
    void violation(String what) {
        violations.add(what);
        trace.log(now, "VIOLATION " + what);
    }

    void violation(String what, Throwable cause) {
        StringBuilder text = new StringBuilder(what).append(": ").append(cause);
        for (StackTraceElement element : cause.getStackTrace()) {
            if (element.getClassName().startsWith("dev.curia"))
                text.append("\n      at ").append(element);
        }
        violation(text.toString());
    }

    List<String> violations() {
        return violations;
    }

    void log(String what) {
        trace.log(now, what);
    }
}
