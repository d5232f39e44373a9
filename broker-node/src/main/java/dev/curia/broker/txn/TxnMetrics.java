package dev.curia.broker.txn;

import dev.curia.broker.coordinator.ShardEvents;
import dev.curia.broker.txn.state.TxnEvents;
import dev.curia.broker.txn.state.TxnState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** The transaction coordinator's meters. Thread-safe. */
public final class TxnMetrics implements TxnEvents, ShardEvents {
    private final MeterRegistry registry;
    private final Map<TxnState, AtomicInteger> ids = new EnumMap<>(TxnState.class);
    private final Counter committed;
    private final Counter aborted;
    private final Counter timedOut;
    private final Counter markersRetried;
    private final Timer load;

    public TxnMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (TxnState state : TxnState.values()) {
            if (state == TxnState.DEAD) continue;
            AtomicInteger count = new AtomicInteger();
            ids.put(state, count);
            Gauge.builder("curia.transactional.ids", count, AtomicInteger::get)
                    .description("Transactional ids coordinated here, by the state of their newest transaction")
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        committed = completed("commit");
        aborted = completed("abort");
        timedOut = Counter.builder("curia.transactions.timed.out")
                .description("Transactions aborted here because they were open for longer than their timeout")
                .register(registry);
        markersRetried = Counter.builder("curia.transaction.markers.retried")
                .description("Transaction markers that a leader did not take and that are sent again")
                .register(registry);
        load = Timer.builder("curia.transaction.load")
                .description("Time to load one partition of __transaction_state")
                .register(registry);
    }

    private Counter completed(String result) {
        return Counter.builder("curia.transactions.completed")
                .description("Transactions that ended here: decided, and all markers written")
                .tag("result", result)
                .register(registry);
    }

    /** @param transactions whose markers are being written */
    void watchMarkers(IntSupplier transactions) {
        Gauge.builder("curia.transaction.markers.pending", transactions, IntSupplier::getAsInt)
                .description("Transactions whose markers are being written")
                .strongReference(true)
                .register(registry);
    }

    void markerRetried() {
        markersRetried.increment();
    }

    @Override
    public void stateChanged(@Nullable TxnState from, @Nullable TxnState to) {
        if (from != null) count(from).decrementAndGet();
        if (to != null) count(to).incrementAndGet();
        if (from == TxnState.PREPARE_COMMIT && to == TxnState.COMPLETE_COMMIT) committed.increment();
        if (from == TxnState.PREPARE_ABORT && to == TxnState.COMPLETE_ABORT) aborted.increment();
    }

    private AtomicInteger count(TxnState state) {
        return Objects.requireNonNull(ids.get(state == TxnState.DEAD ? TxnState.EMPTY : state));
    }

    @Override
    public void timedOut(String transactionalId) {
        timedOut.increment();
    }

    @Override
    public void loaded(int partition, Duration took, long records) {
        load.record(took);
    }
}
