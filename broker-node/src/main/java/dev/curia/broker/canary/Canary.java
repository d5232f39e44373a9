package dev.curia.broker.canary;

import dev.curia.broker.canary.CanaryProbe.Result;
import dev.curia.broker.canary.CanaryView.Broker;
import dev.curia.common.time.Clock;
import dev.curia.common.time.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at each broker on a schedule, as a client would: writes a record to the partition of the canary's topic that the broker leads, with acks=all,
 * and reads it back. A broker that leads none of them has failed the round, so that one that stopped is seen in the next round though others lead in its
 * place by then. Thread-safe.
 */
public final class Canary implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Canary.class);

    /**
     * What it works with.
     *
     * @param view the newest
     * @param timers begin the rounds
     */
    public record Ports(
            Supplier<CanaryView> view,
            CanaryTopic topic,
            CanaryProbe probe,
            CanaryMetrics metrics,
            Timers timers,
            Clock clock) {}

    private final Ports ports;
    private final Duration interval;
    private final Duration timeout;
    private volatile boolean closed;

    // Touched by rounds only, which do not overlap.
    private CompletableFuture<?> change = CompletableFuture.completedFuture(null);
    private long round;

    /** @param given the node's settings, see {@link CanaryConfigs} */
    public Canary(Map<String, String> given, Ports ports) {
        this.ports = ports;
        this.interval = CanaryConfigs.interval(given);
        this.timeout = CanaryConfigs.timeout(given);
    }

    /** Once. */
    public void start() {
        ports.timers.schedule(interval.toNanos(), this::round);
    }

    /** No rounds begin from now on. */
    @Override
    public void close() {
        closed = true;
    }

    private void round() {
        if (closed) return;
        ports.timers.schedule(interval.toNanos(), this::round);
        CanaryView view = ports.view.get();
        if (view.partitions().isEmpty()) {
            change(view);
            return; // nobody can lead it yet
        }
        ports.metrics.lookingAt(view.brokers().stream().map(Broker::id).collect(Collectors.toSet()));
        round++;
        for (Broker broker : view.brokers()) probe(view, broker.id());
        change(view);
    }

    private void probe(CanaryView view, int broker) {
        int partition = -1;
        for (int i = 0; i < view.partitions().size(); i++) {
            if (view.partitions().get(i).leader() == broker) partition = i;
        }
        if (partition < 0) {
            ports.metrics.ended(broker, Result.NOT_LEADING, 0);
            return;
        }
        long since = ports.clock.monotonicNanos();
        String value = "from broker " + view.self() + ", round " + round;
        CompletableFuture<Void> unused = ports.probe
                .send(broker, partition, value, timeout)
                .thenAccept(result -> ports.metrics.ended(broker, result, ports.clock.monotonicNanos() - since));
    }

    private void change(CanaryView view) {
        CanaryPlan plan = CanaryPlan.of(view);
        if (plan.isEmpty() || !change.isDone()) return;
        List<CompletableFuture<?>> changes = new ArrayList<>();
        int partitions = view.partitions().size();
        if (!plan.create().isEmpty())
            changes.add(
                    partitions == 0
                            ? ports.topic.create(plan.create())
                            : ports.topic.add(partitions + plan.create().size(), plan.create()));
        if (!plan.widen().isEmpty()) changes.add(ports.topic.reassign(plan.widen()));
        if (!plan.elect().isEmpty()) changes.add(ports.topic.electPreferred(plan.elect()));
        change = CompletableFuture.allOf(changes.toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> {
                    if (failure != null)
                        LOG.info("the canary's topic could not be changed, the next round tries again", failure);
                });
    }
}
