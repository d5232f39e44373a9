package dev.curia.broker.coordinator;

import dev.curia.common.fault.FaultHandler;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.Clock;
import dev.curia.replica.Replicas;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * The shards of one coordinator on this broker: one for each partition of its topic that is led here, loaded when leadership comes and
 * dropped when it goes. Thread-safe; each shard lives on one of the event loops.
 */
public final class ShardRuntime<S extends Shard<R, K>, R, K> implements AutoCloseable {
    /** What shards are made of and live on. {@code loader} may block; it runs reads of the log. */
    public record Parts<S, R, K>(
            Replicas replicas,
            List<EventLoop> loops,
            Executor loader,
            Clock clock,
            FaultHandler faults,
            RecordCodec<R> codec,
            ShardFactory<S, K> factory,
            ShardEvents events) {
        public Parts {
            loops = List.copyOf(loops);
            if (loops.isEmpty()) throw new IllegalArgumentException("a shard runtime needs an event loop");
        }
    }

    /** One call on a shard: calls {@code answer} once, now or with the outcome. */
    @FunctionalInterface
    public interface Operation<S, R, T> {
        Outcome<R> decide(S shard, Now now, Consumer<T> answer);
    }

    /** Something that a shard hears of without being asked. */
    @FunctionalInterface
    public interface Event<S, R> {
        /** @return what to append, each by itself */
        List<Outcome<R>> decide(S shard, Now now);
    }

    final ShardSettings settings;
    final Parts<S, R, K> parts;
    private final ConcurrentMap<Integer, LedShard<S, R, K>> shards = new ConcurrentHashMap<>();

    public ShardRuntime(ShardSettings settings, Parts<S, R, K> parts) {
        this.settings = settings;
        this.parts = parts;
    }

    /** This broker leads the partition in this epoch. An epoch not above the last one changes nothing. */
    public void onLeadership(int partition, int leaderEpoch) {
        shards.compute(partition, (p, old) -> {
            if (old != null && old.leaderEpoch >= leaderEpoch) return old;
            return replace(old, partition, leaderEpoch);
        });
    }

    /** This broker no longer leads the partition; all who wait are told NOT_COORDINATOR. */
    public void onResign(int partition) {
        LedShard<S, R, K> shard = shards.remove(partition);
        if (shard != null) shard.close();
    }

    /**
     * Runs {@code operation} on a partition's shard.
     *
     * @param failed makes the answer when there is none from the shard: NOT_COORDINATOR (not led here, or no longer),
     *     COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE (overloaded, or not committed in time)
     * @return never fails; completes on the shard's thread, or at once
     */
    public <T> CompletableFuture<T> call(int partition, Function<Errors, T> failed, Operation<S, R, T> operation) {
        LedShard<S, R, K> shard = shards.get(partition);
        if (shard == null) return CompletableFuture.completedFuture(failed.apply(Errors.NOT_COORDINATOR));
        return shard.call(failed, operation);
    }

    /** {@link #call} on every shard led here; in no order. */
    public <T> List<CompletableFuture<T>> callAll(Function<Errors, T> failed, Operation<S, R, T> operation) {
        List<CompletableFuture<T>> answers = new ArrayList<>();
        shards.values().forEach(shard -> answers.add(shard.call(failed, operation)));
        return answers;
    }

    /**
     * Has a partition's shard hear of it, if it is led here: also while this broker must not answer, and after the load when it is being loaded.
     * What the shard decides is appended if this broker still leads then.
     */
    public void tell(int partition, Event<S, R> event) {
        LedShard<S, R, K> shard = shards.get(partition);
        if (shard != null) shard.tell(event);
    }

    /** {@link #tell} every shard led here. */
    public void tellAll(Event<S, R> event) {
        shards.values().forEach(shard -> shard.tell(event));
    }

    /** The partitions led here, loaded or not. */
    public List<Integer> partitions() {
        return List.copyOf(shards.keySet());
    }

    /** A shard's memory may differ from its log: forget it and read the log again. */
    void reload(LedShard<S, R, K> doubtful) {
        shards.computeIfPresent(
                doubtful.partition,
                (p, current) ->
                        current == doubtful ? replace(doubtful, doubtful.partition, doubtful.leaderEpoch) : current);
    }

    private LedShard<S, R, K> replace(@Nullable LedShard<S, R, K> old, int partition, int leaderEpoch) {
        if (old != null) old.close();
        EventLoop loop = parts.loops().get(partition % parts.loops().size());
        LedShard<S, R, K> shard = new LedShard<>(this, loop, partition, leaderEpoch);
        shard.load();
        return shard;
    }

    /** Drops all shards. The loops and the loader are the owner's to close, afterwards. */
    @Override
    public void close() {
        for (Integer partition : List.copyOf(shards.keySet())) onResign(partition);
    }
}
