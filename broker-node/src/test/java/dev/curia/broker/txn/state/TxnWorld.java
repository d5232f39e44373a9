package dev.curia.broker.txn.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import dev.curia.broker.coordinator.ShardTimers;
import dev.curia.common.id.TopicPartition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** A shard with a virtual clock, timers, a log whose appends commit when told to, in order, and markers that wait to be written. */
final class TxnWorld implements ShardTimers<TxnTimer>, Markers, TxnEvents {
    /** An answer that may not have come yet. */
    static final class Box<T> implements Consumer<T> {
        private final List<T> values = new ArrayList<>();

        @Override
        public void accept(T value) {
            values.add(value);
            if (values.size() > 1) throw new AssertionError("answered twice: " + values);
        }

        boolean isEmpty() {
            return values.isEmpty();
        }

        T get() {
            if (values.isEmpty()) throw new AssertionError("not answered");
            return values.get(0);
        }
    }

    static final TopicPartition P0 = new TopicPartition("t", 0);
    static final TopicPartition P1 = new TopicPartition("t", 1);
    static final int TIMEOUT_MS = 60_000;

    final List<TxnRecord> log = new ArrayList<>();
    final Map<String, EndedTxn> markers = new LinkedHashMap<>();
    final Map<TxnState, Integer> counts = new EnumMap<>(TxnState.class);
    boolean autoCommit = true;
    int coordinatorEpoch = 1;
    int timedOut;
    TxnShard shard;

    private final Map<TxnTimer, Long> timers = new LinkedHashMap<>();
    private final ArrayDeque<Outcome<TxnRecord>> underWay = new ArrayDeque<>();
    private long nowMs = 1_000;
    private long freshIds = 100;

    private final TxnSettings settings;

    TxnWorld() {
        this(new TxnSettings(900_000, 10_000, 604_800_000, 3_600_000));
    }

    TxnWorld(TxnSettings settings) {
        this.settings = settings;
        shard = newShard();
        shard.loaded(now());
    }

    private TxnShard newShard() {
        return new TxnShard(settings, 3, coordinatorEpoch, this, this, this);
    }

    Now now() {
        return new Now(nowMs, 1_700_000_000_000L + nowMs);
    }

    @Override
    public void schedule(TxnTimer key, long delayMs) {
        timers.put(key, nowMs + Math.max(0, delayMs));
    }

    @Override
    public void cancel(TxnTimer key) {
        timers.remove(key);
    }

    @Override
    public void write(EndedTxn txn) {
        markers.put(txn.transactionalId(), txn);
    }

    @Override
    public void forget(int shard, int epoch) {
        markers.clear();
    }

    @Override
    public void stateChanged(@Nullable TxnState from, @Nullable TxnState to) {
        if (from != null) counts.merge(from, -1, Integer::sum);
        if (to != null) counts.merge(to, 1, Integer::sum);
    }

    @Override
    public void timedOut(String transactionalId) {
        timedOut++;
    }

    /** Lets time pass, firing what is due in order. */
    void advance(long ms) {
        long end = nowMs + ms;
        while (true) {
            TxnTimer next = null;
            for (Map.Entry<TxnTimer, Long> t : timers.entrySet()) {
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

    void perform(Outcome<TxnRecord> outcome) {
        if (outcome.records().isEmpty()) {
            outcome.committed().run();
            return;
        }
        underWay.add(outcome);
        if (autoCommit) commitAll();
    }

    void commitAll() {
        while (!underWay.isEmpty()) commitNext();
    }

    void commitNext() {
        Outcome<TxnRecord> outcome = underWay.poll();
        if (outcome == null) return;
        log.addAll(outcome.records());
        outcome.records().forEach(shard::replay);
        outcome.committed().run();
    }

    void refuseNext(Errors error) {
        Outcome<TxnRecord> outcome = underWay.poll();
        if (outcome != null) outcome.failed().accept(error);
    }

    /** Another broker takes over; of what is under way so many appends are in its log. */
    void failOver(int kept) {
        for (int i = 0; i < kept && !underWay.isEmpty(); i++)
            log.addAll(underWay.remove().records());
        underWay.clear();
        shard.unloaded(Errors.NOT_COORDINATOR);
        timers.clear();
        coordinatorEpoch++;
        shard = newShard();
        log.forEach(shard::replay);
        shard.loaded(now());
    }

    /** Whose markers are to be written. */
    EndedTxn ended(String transactionalId) {
        EndedTxn txn = markers.get(transactionalId);
        if (txn == null) throw new AssertionError("no transaction of " + transactionalId + " has ended: " + markers);
        return txn;
    }

    /** All markers of this id's transaction have been written. */
    void markersWritten(String transactionalId) {
        EndedTxn txn = markers.remove(transactionalId);
        if (txn != null) perform(shard.markersWritten(txn, now(), error -> {}));
    }

    InitProducerId.Reply init(String id) {
        return init(id, -1, (short) -1);
    }

    InitProducerId.Reply init(String id, long expectedId, short expectedEpoch) {
        var request = new InitProducerId.Request(id, TIMEOUT_MS, expectedId, expectedEpoch, OptionalLong.empty());
        Box<InitProducerId.Reply> box = new Box<>();
        perform(shard.initProducerId(request, now(), box));
        if (box.isEmpty() || !box.get().needsProducerId()) return answer(box, InitProducerId.Reply::failed);
        Box<InitProducerId.Reply> again = new Box<>();
        perform(shard.initProducerId(request.withFreshId(freshIds++), now(), again));
        return answer(again, InitProducerId.Reply::failed);
    }

    Errors add(String id, long producerId, int epoch, AddPartitions.Kind kind, TopicPartition... partitions) {
        Box<Errors> box = new Box<>();
        perform(shard.addPartitions(
                new AddPartitions.Request(id, producerId, (short) epoch, Set.of(partitions), kind), now(), box));
        return answer(box, error -> error);
    }

    EndTxn.Reply end(String id, long producerId, int epoch, boolean commit, boolean raises) {
        var request = new EndTxn.Request(id, producerId, (short) epoch, commit, raises, OptionalLong.empty());
        Box<EndTxn.Reply> box = new Box<>();
        perform(shard.end(request, now(), box));
        if (box.isEmpty() || !box.get().needsProducerId()) return answer(box, EndTxn.Reply::failed);
        Box<EndTxn.Reply> again = new Box<>();
        perform(shard.end(request.withFreshId(freshIds++), now(), again));
        return answer(again, EndTxn.Reply::failed);
    }

    /** What has not been answered yet has an outcome that is not known: REQUEST_TIMED_OUT. */
    private static <T> T answer(Box<T> box, java.util.function.Function<Errors, T> lost) {
        return box.isEmpty() ? lost.apply(Errors.REQUEST_TIMED_OUT) : box.get();
    }

    Txn txn(String id) {
        Box<TxnView.Described> box = new Box<>();
        perform(shard.describe(id, box));
        return box.get().txn().orElseThrow();
    }
}
