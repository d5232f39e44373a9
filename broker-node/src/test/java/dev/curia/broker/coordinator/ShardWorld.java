package dev.curia.broker.coordinator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;

/** A shard with a virtual clock, its timers and a log whose appends commit when told to, in order. Not thread-safe. */
public abstract class ShardWorld<S extends Shard<R, K>, R, K> implements ShardTimers<K> {
    /** An answer that may not have come yet. */
    public static final class Box<T> implements Consumer<T> {
        private final List<T> values = new ArrayList<>();

        @Override
        public void accept(T value) {
            values.add(value);
            if (values.size() > 1) throw new AssertionError("answered twice: " + values);
        }

        public boolean isEmpty() {
            return values.isEmpty();
        }

        public T get() {
            if (values.isEmpty()) throw new AssertionError("not answered");
            return values.get(0);
        }
    }

    public final List<R> log = new ArrayList<>();
    public boolean autoCommit = true;
    public S shard;

    private final Map<K, Long> timers = new LinkedHashMap<>();
    private final ArrayDeque<Outcome<R>> underWay = new ArrayDeque<>();
    private long nowMs = 1_000;

    @SuppressWarnings("NullAway.Init") // the heir begins as soon as it has what its shards are made of
    protected ShardWorld() {}

    protected abstract S newShard();

    protected final void begin() {
        shard = newShard();
        log.forEach(shard::replay);
        shard.loaded(now());
    }

    public final Now now() {
        return new Now(nowMs, 1_700_000_000_000L + nowMs);
    }

    @Override
    public final void schedule(K key, long delayMs) {
        timers.put(key, nowMs + Math.max(0, delayMs));
    }

    @Override
    public final void cancel(K key) {
        timers.remove(key);
    }

    /** Lets time pass, firing what is due in order. */
    public final void advance(long ms) {
        long end = nowMs + ms;
        while (true) {
            K next = null;
            for (Map.Entry<K, Long> t : timers.entrySet()) {
                if (t.getValue() <= end && (next == null || t.getValue() < timers.getOrDefault(next, 0L)))
                    next = t.getKey();
            }
            if (next == null) break;
            nowMs = Math.max(nowMs, timers.getOrDefault(next, nowMs));
            timers.remove(next);
            perform(shard.onTimeout(next, now()));
        }
        nowMs = end;
    }

    public final void perform(Outcome<R> outcome) {
        if (outcome.records().isEmpty()) {
            outcome.committed().run();
            return;
        }
        underWay.add(outcome);
        if (autoCommit) commitAll();
    }

    public final boolean hasUnderWay() {
        return !underWay.isEmpty();
    }

    /** The oldest append that is under way. */
    public final void commitNext() {
        Outcome<R> outcome = underWay.remove();
        log.addAll(outcome.records());
        outcome.records().forEach(shard::replay);
        outcome.committed().run();
    }

    public final void commitAll() {
        while (hasUnderWay()) commitNext();
    }

    public final void refuseNext(Errors error) {
        underWay.remove().failed().accept(error);
    }

    /** Another broker takes over; of what is under way so many appends are in its log. */
    public void failOver(int kept) {
        for (int i = 0; i < kept && hasUnderWay(); i++)
            log.addAll(underWay.remove().records());
        underWay.clear();
        shard.unloaded(Errors.NOT_COORDINATOR);
        timers.clear();
        begin();
    }
}
