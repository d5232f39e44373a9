package dev.curia.broker.coordinator;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.loop.EventLoop;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.AppendRequest;
import dev.curia.replica.Replica.AppendResult;
import dev.curia.replica.Replica.Origin;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard while this broker leads its partition in one epoch: decide, append, and after the commit replay and answer.
 *
 * <p>Memory follows the committed log and nothing else: a change is replayed when its append is acknowledged by all in-sync replicas, in
 * the order of the log. So there is nothing to take back when an append fails, and nothing is shown that a failover could lose. An append
 * is never given up while this broker leads (its caller is, after the commit timeout); should its outcome still be in doubt, the shard is
 * thrown away and read from the log again.
 */
final class LedShard<S extends Shard<R, K>, R, K> {
    private static final Logger LOG = LoggerFactory.getLogger(LedShard.class);

    /** Appends end with the leadership, not with time. */
    private static final Duration UNTIL_RESIGNED = Duration.ofDays(1);

    private enum State {
        LOADING,
        ACTIVE,
        CLOSED
    }

    /** A caller that has not been answered. */
    private static final class Call<T> {
        final CompletableFuture<T> answer = new CompletableFuture<>();
        final Function<Errors, T> failed;

        Call(Function<Errors, T> failed) {
            this.failed = failed;
        }

        void fail(Errors error) {
            answer.complete(failed.apply(error));
        }
    }

    /** A caller that waits for a commit. */
    private record Waiting<C>(C call, long deadlineMs) {}

    /** An append that has ended. */
    private record Appended<R>(Outcome<R> outcome, AppendResult result) {}

    final int partition;
    final int leaderEpoch;
    final TopicPartition name;
    final ShardRuntime<S, R, K> runtime;
    private final EventLoop loop;
    private final Queue<Appended<R>> appended = new ConcurrentLinkedQueue<>();
    private final LogLoader<R> loader;

    // Loop-confined from here on.
    private final S shard;
    private State state = State.LOADING;
    private final Map<K, Runnable> timers = new HashMap<>();
    private final List<ShardRuntime.Event<S, R>> missed = new ArrayList<>(); // while loading
    private final Set<Call<?>> unanswered = new LinkedHashSet<>();
    private final ArrayDeque<Waiting<Call<?>>> deadlines = new ArrayDeque<>();
    private boolean deadlineTimerSet;
    private int appendsUnderWay;

    LedShard(ShardRuntime<S, R, K> runtime, EventLoop loop, int partition, int leaderEpoch) {
        this.runtime = runtime;
        this.loop = loop;
        this.partition = partition;
        this.leaderEpoch = leaderEpoch;
        this.name = new TopicPartition(runtime.settings.topic(), partition);
        this.shard = runtime.parts.factory().create(partition, leaderEpoch, new LoopTimers());
        this.loader = new LogLoader<>(this);
    }

    void load() {
        loader.start();
    }

    <T> CompletableFuture<T> call(Function<Errors, T> failed, ShardRuntime.Operation<S, R, T> operation) {
        Call<T> call = new Call<>(failed);
        if (!loop.offer(() -> serve(call, operation))) call.fail(Errors.COORDINATOR_NOT_AVAILABLE);
        return call.answer;
    }

    private <T> void serve(Call<T> call, ShardRuntime.Operation<S, R, T> operation) {
        if (!runtime.parts
                .replicas()
                .find(name)
                .filter(Replica::isSurelyLeading)
                .isPresent()) {
            // Another coordinator may have answered otherwise by now. This one goes on when a controller is heard
            // again.
            call.fail(Errors.NOT_COORDINATOR);
            return;
        }
        if (state != State.ACTIVE) {
            call.fail(state == State.LOADING ? Errors.COORDINATOR_LOAD_IN_PROGRESS : Errors.NOT_COORDINATOR);
            return;
        }
        unanswered.add(call);
        Outcome<R> outcome = operation.decide(shard, now(), answer -> {
            unanswered.remove(call);
            call.answer.complete(answer);
        });
        perform(outcome);
        if (call.answer.isDone()) return;
        if (!outcome.records().isEmpty()) awaitCommit(call);
    }

    void tell(ShardRuntime.Event<S, R> event) {
        post(() -> hear(event));
    }

    private void hear(ShardRuntime.Event<S, R> event) {
        if (state == State.LOADING) missed.add(event);
        else if (state == State.ACTIVE) event.decide(shard, now()).forEach(this::perform);
    }

    private void perform(Outcome<R> outcome) {
        if (outcome.records().isEmpty()) {
            outcome.committed().run();
            return;
        }
        Optional<Replica> replica = runtime.parts.replicas().find(name);
        if (replica.isEmpty() || appendsUnderWay >= runtime.settings.maxAppendsUnderWay()) {
            outcome.failed().accept(replica.isEmpty() ? Errors.NOT_COORDINATOR : Errors.COORDINATOR_NOT_AVAILABLE);
            return;
        }
        ByteBuffer batch;
        try {
            batch = RecordBatches.encode(runtime.parts.codec(), outcome.records(), now().wallMs());
        } catch (IllegalArgumentException e) {
            // A client may send a name longer than the record's schema holds.
            LOG.warn("{}: a change can't be written: {}", name, e.getMessage());
            outcome.failed().accept(Errors.UNKNOWN_SERVER_ERROR);
            return;
        }
        appendsUnderWay++;
        AppendRequest request = new AppendRequest(
                batch, (short) -1, UNTIL_RESIGNED, origin(outcome), OptionalInt.of(leaderEpoch), () -> {});
        // The queue keeps the order of completion, that is, of the log; the tasks that empty it need none.
        CompletableFuture<Void> unused = replica.get().append(request).thenAccept(result -> {
            appended.add(new Appended<>(outcome, result));
            post(this::drainAppended);
        });
    }

    private Origin origin(Outcome<R> outcome) {
        boolean raises = runtime.parts.codec().kind(outcome.records()) instanceof BatchKind.Marker marker
                && marker.raisesEpoch();
        return raises ? Origin.BUMPING_COORDINATOR : Origin.COORDINATOR;
    }

    private void drainAppended() {
        for (Appended<R> next = appended.poll(); next != null; next = appended.poll()) {
            if (state == State.CLOSED) continue;
            appendsUnderWay--;
            onAppended(next.outcome(), next.result());
        }
    }

    private void onAppended(Outcome<R> outcome, AppendResult result) {
        switch (AppendErrors.verdict(result.error())) {
            case COMMITTED -> {
                outcome.records().forEach(shard::replay);
                outcome.committed().run();
            }
            case REFUSED -> outcome.failed().accept(AppendErrors.toCoordinatorError(result.error()));
            case DEPOSED -> {
                LOG.info("{} no longer leads in epoch {}: {}", name, leaderEpoch, result.error());
                shutDown(Errors.NOT_COORDINATOR);
            }
            case UNKNOWN -> {
                LOG.warn("{}: the outcome of an append is unknown ({}); loading again", name, result.error());
                // First the successor, so that whoever is told to look again finds it.
                runtime.reload(this);
                shutDown(Errors.NOT_COORDINATOR);
            }
        }
    }

    /** Callers don't wait for ever; what they asked for may still happen. */
    private void awaitCommit(Call<?> call) {
        long timeoutMs = runtime.settings.commitTimeout().toMillis();
        deadlines.add(new Waiting<>(call, now().monotonicMs() + timeoutMs));
        if (!deadlineTimerSet) scheduleDeadline(timeoutMs);
    }

    private void scheduleDeadline(long delayMs) {
        deadlineTimerSet = true;
        loop.schedule(TimeUnit.MILLISECONDS.toNanos(delayMs), this::expireCalls);
    }

    private void expireCalls() {
        deadlineTimerSet = false;
        long nowMs = now().monotonicMs();
        while (!deadlines.isEmpty()) {
            Waiting<Call<?>> first = deadlines.peek();
            if (!first.call().answer.isDone() && first.deadlineMs() > nowMs) {
                scheduleDeadline(first.deadlineMs() - nowMs);
                return;
            }
            deadlines.poll();
            unanswered.remove(first.call());
            first.call().fail(Errors.COORDINATOR_NOT_AVAILABLE);
        }
    }

    /** Records of the log, in its order. @return false when there is no use in more */
    boolean replayLoaded(List<R> records) {
        if (state == State.LOADING) records.forEach(shard::replay);
        return state == State.LOADING;
    }

    void onLoaded(Duration took, long records) {
        if (state != State.LOADING) return;
        state = State.ACTIVE;
        shard.loaded(now());
        missed.forEach(this::hear);
        missed.clear();
        LOG.info("{} loaded in epoch {}: {} records in {} ms", name, leaderEpoch, records, took.toMillis());
        runtime.parts.events().loaded(partition, took, records);
    }

    /** From any thread, never blocks it: a full inbox is waited for elsewhere. */
    void post(Runnable task) {
        if (loop.offer(task)) return;
        runtime.parts.loader().execute(() -> {
            try {
                loop.submit(task);
            } catch (RejectedExecutionException e) {
                // The loop is closed, and with it all that lived on it.
                LOG.debug("{}: event loop closed", name);
            }
        });
    }

    /** From a task of the loop only. */
    void later(long delayMs, Runnable task) {
        loop.schedule(TimeUnit.MILLISECONDS.toNanos(delayMs), task);
    }

    boolean isLoading() {
        return state == State.LOADING;
    }

    void close() {
        post(() -> shutDown(Errors.NOT_COORDINATOR));
    }

    private void shutDown(Errors error) {
        if (state == State.CLOSED) return;
        state = State.CLOSED;
        shard.unloaded(error);
        List.copyOf(unanswered).forEach(call -> call.fail(error));
        unanswered.clear();
        timers.values().forEach(Runnable::run);
        timers.clear();
        deadlines.clear();
        missed.clear();
    }

    private Now now() {
        return Now.of(runtime.parts.clock());
    }

    /** The shard's timers on its loop. */
    private final class LoopTimers implements ShardTimers<K> {
        @Override
        public void schedule(K key, long delayMs) {
            cancel(key);
            long delayNanos = TimeUnit.MILLISECONDS.toNanos(Math.max(delayMs, 0));
            timers.put(key, loop.schedule(delayNanos, () -> fire(key)));
        }

        @Override
        public void cancel(K key) {
            Runnable cancel = timers.remove(key);
            if (cancel != null) cancel.run();
        }

        private void fire(K key) {
            timers.remove(key);
            if (state == State.ACTIVE) perform(shard.onTimeout(key, now()));
        }
    }
}
