package dev.curia.broker.group;

import dev.curia.broker.coordinator.ShardEvents;
import dev.curia.broker.group.state.GroupEvents;
import dev.curia.broker.group.state.GroupState;
import dev.curia.broker.group.state.Trigger;
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
import org.jspecify.annotations.Nullable;

/** All meters of the group coordinator. Thread-safe; gauges read counters, never groups. */
public final class GroupMetrics implements GroupEvents, ShardEvents {
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
            Gauge.builder("curia.groups", count, AtomicInteger::get)
                    .description("Groups coordinated here, by state")
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        rebalancesStarted = Counter.builder("curia.group.rebalances.started")
                .description("Rebalances begun")
                .register(registry);
        rebalancesCompleted = Counter.builder("curia.group.rebalances.completed")
                .description("Generations completed")
                .register(registry);
        offsetsCommitted = Counter.builder("curia.group.offsets.committed")
                .description("Offsets committed")
                .register(registry);
        recordsLoaded = Counter.builder("curia.group.load.records")
                .description("Records replayed while loading partitions of __consumer_offsets")
                .register(registry);
        load = Timer.builder("curia.group.load")
                .description("Time to load one partition of __consumer_offsets")
                .register(registry);
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
