package dev.curia.broker.lag;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.state.GroupView;
import dev.curia.broker.group.state.OffsetFetch;
import dev.curia.broker.lag.ReaderPlaces.Reader;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.time.Clock;
import dev.curia.common.time.Timers;
import dev.curia.log.ReaderPlace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out, round by round, how far the groups coordinated here are behind. The coordinator does it, since it knows the offsets; the leaders, which have
 * the logs, tell for each of them in one call where a reader stands. A round begins when the last has ended and the interval has passed. Thread-safe.
 */
public final class LagMonitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LagMonitor.class);
    /** Asked of the coordinator at once. */
    private static final int GROUPS_AT_ONCE = 500;
    /** Of one call to a leader. */
    private static final int READERS_AT_ONCE = 10_000;

    private final GroupCoordinator groups;
    private final Function<TopicPartition, OptionalInt> leaders;
    private final ReaderPlaces places;
    private final LagMetrics metrics;
    private final LagHistory history;
    private final Timers timers;
    private final Clock clock;
    private final long intervalNanos;
    private volatile boolean closed;
    private volatile boolean historyFull;

    /**
     * @param leaders broker ids; -1 or empty: none known
     * @param timers begin the rounds
     */
    public LagMonitor(
            GroupCoordinator groups,
            Function<TopicPartition, OptionalInt> leaders,
            ReaderPlaces places,
            LagMetrics metrics,
            LagHistory history,
            Timers timers,
            Clock clock,
            Duration interval) {
        this.groups = groups;
        this.leaders = leaders;
        this.places = places;
        this.metrics = metrics;
        this.history = history;
        this.timers = timers;
        this.clock = clock;
        this.intervalNanos = interval.toNanos();
    }

    /** Once. */
    public void start() {
        timers.schedule(intervalNanos, this::round);
    }

    /** No rounds begin from now on. */
    @Override
    public void close() {
        closed = true;
    }

    private void round() {
        if (closed) return;
        long since = clock.monotonicNanos();
        Map<String, List<Reader>> readers = new LinkedHashMap<>();
        CompletableFuture<Void> unused = groups.list(Set.of(), Set.of())
                .thenCompose(listing -> offsets(
                        listing.groups().stream().map(GroupView.Listed::groupId).toList(), 0, readers))
                .thenCompose(done -> places(readers))
                .handle((found, failure) -> {
                    if (failure == null) publish(readers, found, since);
                    else
                        LOG.warn(
                                "how far groups are behind could not be found out, the next round tries again",
                                failure);
                    if (!closed) timers.schedule(intervalNanos, this::round);
                    return null;
                });
    }

    /** Adds what the groups from {@code from} on have committed. */
    private CompletableFuture<Void> offsets(List<String> ids, int from, Map<String, List<Reader>> readers) {
        List<String> now = ids.subList(from, Math.min(ids.size(), from + GROUPS_AT_ONCE));
        if (now.isEmpty()) return CompletableFuture.completedFuture(null);
        List<CompletableFuture<OffsetFetch.Reply>> replies = now.stream()
                .map(id -> groups.fetch(new OffsetFetch.Request(id, Optional.empty())))
                .toList();
        return CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
                .thenCompose(done -> {
                    for (int i = 0; i < now.size(); i++) {
                        List<Reader> of = new ArrayList<>();
                        replies.get(i)
                                .join()
                                .offsets()
                                .forEach((partition, committed) -> of.add(new Reader(partition, committed.offset())));
                        if (!of.isEmpty()) readers.put(now.get(i), of);
                    }
                    return offsets(ids, from + now.size(), readers);
                });
    }

    private CompletableFuture<Map<Reader, ReaderPlace>> places(Map<String, List<Reader>> readers) {
        Map<Integer, Set<Reader>> byLeader = new HashMap<>();
        readers.values()
                .forEach(each -> each.forEach(reader -> {
                    int leader = leaders.apply(reader.partition()).orElse(-1);
                    if (leader >= 0)
                        byLeader.computeIfAbsent(leader, id -> new LinkedHashSet<>())
                                .add(reader);
                }));
        Map<Reader, ReaderPlace> found = new HashMap<>();
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (Map.Entry<Integer, Set<Reader>> entry : byLeader.entrySet()) {
            List<Reader> of = List.copyOf(entry.getValue());
            for (int from = 0; from < of.size(); from += READERS_AT_ONCE) {
                List<Reader> asked = of.subList(from, Math.min(of.size(), from + READERS_AT_ONCE));
                // One call after the other: a round is in no hurry.
                all = all.thenCompose(done -> places.ask(entry.getKey(), asked)).thenAccept(told -> {
                    for (int i = 0; i < asked.size(); i++) {
                        Reader reader = asked.get(i);
                        told.get(i).ifPresent(place -> found.put(reader, place));
                    }
                });
            }
        }
        return all.thenApply(done -> found);
    }

    private void publish(Map<String, List<Reader>> readers, Map<Reader, ReaderPlace> found, long sinceNanos) {
        long now = clock.wallMillis();
        List<GroupLag> lags = new ArrayList<>();
        Map<String, LagRound> rounds = new LinkedHashMap<>();
        int unknown = 0;
        for (Map.Entry<String, List<Reader>> entry : readers.entrySet()) {
            GroupLag lag = GroupLag.of(entry.getKey(), entry.getValue(), found, now);
            lags.add(lag);
            rounds.put(entry.getKey(), LagRound.of(now, entry.getValue(), lag));
            unknown += entry.getValue().size() - lag.partitions().size();
        }
        metrics.found(lags, unknown, Duration.ofNanos(clock.monotonicNanos() - sinceNanos));
        remember(now, rounds);
    }

    private void remember(long now, Map<String, LagRound> rounds) {
        int leftOut = history.add(now, rounds);
        if (leftOut > 0 && !historyFull) {
            LOG.info(
                    "of {} of {} groups it is not kept how far they were behind: raise {} where that is wanted",
                    leftOut,
                    rounds.size(),
                    LagConfigs.HISTORY_TOPICS.name());
        }
        historyFull = leftOut > 0;
    }
}
