package dev.curia.broker.group;

import static dev.curia.common.metric.MetricKey.counter;
import static dev.curia.common.metric.MetricKey.gauge;
import static dev.curia.common.metric.MetricKey.histogram;

import dev.curia.broker.coordinator.ShardEvents;
import dev.curia.broker.group.state.GroupEvents;
import dev.curia.broker.group.state.GroupState;
import dev.curia.broker.group.state.Trigger;
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
import org.jspecify.annotations.Nullable;

/** All meters of the group coordinator. Thread-safe; gauges read counters, never groups. */
public final class GroupMetrics implements GroupEvents, ShardEvents {
    private static final MetricKey GROUPS = gauge(
            "curia_groups",
            "Groups coordinated here, by state.",
            "Many `dead` or `empty` ones: names that are used once. Many that are rebalancing: see the next.",
            "state");
    private static final MetricKey REBALANCES_STARTED = counter(
            "curia_group_rebalances_started_total",
            "Rebalances begun.",
            "Members come and go, or miss their sessions: `curia events --kind group_rebalanced` names group, member and cause.");
    private static final MetricKey REBALANCES_COMPLETED = counter(
            "curia_group_rebalances_completed_total",
            "Generations completed.",
            "Fewer than were begun: some member holds a rebalance up.");
    private static final MetricKey OFFSETS_COMMITTED = counter(
            "curia_group_offsets_committed_total",
            "Offsets committed.",
            "Somebody commits after each record; each commit is a replicated write.");
    private static final MetricKey LOADED_RECORDS = counter(
            "curia_group_load_records_total",
            "Records replayed while loading partitions of `__consumer_offsets`.",
            "Compaction of that topic is behind.");
    private static final MetricKey LOAD_SECONDS = histogram(
            "curia_group_load_seconds",
            "Time to load one partition of `__consumer_offsets`.",
            "Its groups wait for that long when their coordinator moves.");

    /** All of them. */
    public static final List<MetricKey> KEYS =
            List.of(GROUPS, REBALANCES_STARTED, REBALANCES_COMPLETED, OFFSETS_COMMITTED, LOAD_SECONDS, LOADED_RECORDS);

    private final Map<GroupState, AtomicInteger> groups = new EnumMap<>(GroupState.class);
    private final Counter rebalancesStarted;
    private final Counter rebalancesCompleted;
    private final Counter offsetsCommitted;
    private final Counter recordsLoaded;
    private final Timer load;

    public GroupMetrics(MeterRegistry registry) {
        for (GroupState state : GroupState.values()) {
            AtomicInteger count = new AtomicInteger();
            groups.put(state, count);
            GROUPS.gauge(registry, count::get, state.name().toLowerCase(Locale.ROOT));
        }
        rebalancesStarted = REBALANCES_STARTED.counter(registry);
        rebalancesCompleted = REBALANCES_COMPLETED.counter(registry);
        offsetsCommitted = OFFSETS_COMMITTED.counter(registry);
        recordsLoaded = LOADED_RECORDS.counter(registry);
        load = LOAD_SECONDS.timer(registry);
    }

    @Override
    public void rebalanceStarted(String groupId, Trigger trigger) {
        rebalancesStarted.increment();
    }

    @Override
    public void rebalanceCompleted(String groupId, int generation, int members) {
        rebalancesCompleted.increment();
    }

    @Override
    public void offsetsCommitted(String groupId, int count) {
        offsetsCommitted.increment(count);
    }

    @Override
    public void stateChanged(@Nullable GroupState from, @Nullable GroupState to) {
        if (from != null) Objects.requireNonNull(groups.get(from)).decrementAndGet();
        if (to != null) Objects.requireNonNull(groups.get(to)).incrementAndGet();
    }

    @Override
    public void loaded(int partition, Duration took, long records) {
        load.record(took);
        recordsLoaded.increment((double) records);
    }
}
