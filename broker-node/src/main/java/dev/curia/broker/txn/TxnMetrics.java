package dev.curia.broker.txn;

import static dev.curia.common.metric.MetricKey.counter;
import static dev.curia.common.metric.MetricKey.gauge;
import static dev.curia.common.metric.MetricKey.histogram;

import dev.curia.broker.coordinator.ShardEvents;
import dev.curia.broker.txn.state.TxnEvents;
import dev.curia.broker.txn.state.TxnState;
import dev.curia.common.metric.MetricKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** The transaction coordinator's meters. Thread-safe. */
public final class TxnMetrics implements TxnEvents, ShardEvents {
    private static final MetricKey IDS = gauge(
            "curia_transactional_ids",
            "Transactional ids coordinated here, by the state of their newest transaction.",
            "Those that stay in `prepare_commit` or `prepare_abort` wait for a partition without a leader; `ongoing` ones that stay hold readers of committed records up.",
            "state");
    private static final MetricKey COMPLETED = counter(
            "curia_transactions_completed_total",
            "Transactions that ended here: decided, and all markers written.",
            "Many with `abort`: the applications fail, or are fenced by others of the same id.",
            "result");
    private static final MetricKey TIMED_OUT = counter(
            "curia_transactions_timed_out_total",
            "Transactions aborted here because they were open for longer than their timeout.",
            "Producers die or hang within transactions; until then readers of committed records wait.");
    private static final MetricKey MARKERS_RETRIED = counter(
            "curia_transaction_markers_retried_total",
            "Transaction markers that a leader did not take and that are sent again.",
            "A partition has no leader, or less than min.insync.replicas.");
    private static final MetricKey MARKERS_PENDING = gauge(
            "curia_transaction_markers_pending",
            "Transactions whose markers are being written.",
            "As above, when it does not go down.");
    private static final MetricKey LOAD_SECONDS = histogram(
            "curia_transaction_load_seconds",
            "Time to load one partition of `__transaction_state`.",
            "Its transactional ids wait for that long when their coordinator moves.");

    /** All of them. */
    public static final List<MetricKey> KEYS =
            List.of(IDS, COMPLETED, TIMED_OUT, MARKERS_PENDING, MARKERS_RETRIED, LOAD_SECONDS);

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
            IDS.gauge(registry, count::get, state.name().toLowerCase(Locale.ROOT));
        }
        committed = COMPLETED.counter(registry, "commit");
        aborted = COMPLETED.counter(registry, "abort");
        timedOut = TIMED_OUT.counter(registry);
        markersRetried = MARKERS_RETRIED.counter(registry);
        load = LOAD_SECONDS.timer(registry);
    }

    /** @param transactions whose markers are being written */
    void watchMarkers(IntSupplier transactions) {
        MARKERS_PENDING.gauge(registry, transactions::getAsInt);
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
