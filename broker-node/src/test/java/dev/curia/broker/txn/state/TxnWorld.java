package dev.curia.broker.txn.state;

import dev.curia.broker.coordinator.ShardWorld;
import dev.curia.common.id.TopicPartition;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** A shard of transactional ids, see {@link ShardWorld}, and markers that wait to be written. */
final class TxnWorld extends ShardWorld<TxnShard, TxnRecord, TxnTimer> implements Markers, TxnEvents {
    static final TopicPartition P0 = new TopicPartition("t", 0);
    static final TopicPartition P1 = new TopicPartition("t", 1);
    static final int TIMEOUT_MS = 60_000;

    final Map<String, EndedTxn> markers = new LinkedHashMap<>();
    final Map<TxnState, Integer> counts = new EnumMap<>(TxnState.class);
    int coordinatorEpoch = 1;
    int timedOut;

    private long freshIds = 100;

    private final TxnSettings settings;

    TxnWorld() {
        this(new TxnSettings(900_000, 10_000, 604_800_000, 3_600_000));
    }

    TxnWorld(TxnSettings settings) {
        this.settings = settings;
        begin();
    }

    @Override
    protected TxnShard newShard() {
        return new TxnShard(settings, 3, coordinatorEpoch, this, this, this);
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

    @Override
    public void failOver(int kept) {
        coordinatorEpoch++;
        super.failOver(kept);
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
        if (txn != null) perform(shard.markersWritten(txn, now()));
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
