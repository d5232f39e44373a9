package dev.curia.broker.metrics;

import static dev.curia.common.metric.MetricKey.counter;
import static dev.curia.common.metric.MetricKey.gauge;
import static dev.curia.common.metric.MetricKey.histogram;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.metric.MetricKey;
import dev.curia.common.time.Clock;
import dev.curia.common.time.Timers;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * How busy the threads are that own things. Their work costs nothing more for it: once a second a task is offered to each of them that tells how
 * long it waited. Thread-safe.
 */
public final class LoopMetrics {
    private static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final double NANOS = 1e9;

    private static final MetricKey BACKLOG = gauge(
            "curia_loop_backlog_tasks",
            "Tasks that wait for a thread.",
            "It does not keep up; when its inbox is full, requests are pushed back.",
            "loop");
    private static final MetricKey DELAY = histogram(
            "curia_loop_delay_seconds",
            "How long a task waits for a thread that owns partitions, groups, connections or metadata, measured by one task a second.",
            "`partition-loop`: more of `num.partition.loops`, on one or two processors `num.network.threads=2`, which takes clients off it, or fewer small batches. `kafka-network`: `num.network.threads`. All of them: the processor is busy, or collections pause the process.",
            "loop");
    private static final MetricKey CPU = counter(
            "curia_thread_cpu_seconds_total",
            "Processor time by kind of thread, those that live now; its rate over their number is how busy they are.",
            "Near 1 for each thread of a kind: it is the bottleneck.",
            "threads");

    /** All of them. */
    public static final List<MetricKey> KEYS = List.of(BACKLOG, DELAY, CPU);

    /** Kinds of threads by how their names begin, the first that fits; all others are one kind. */
    private static final List<String> KINDS = List.of(
            "partition-loop",
            "kafka-network",
            "replication-catch-up",
            "replica-disk",
            "replica-audit",
            "log-flush",
            "log-removal",
            "log-cleaner",
            "disk-read",
            "groups",
            "group-expressions",
            "transactions",
            "broker-timers",
            "background",
            "metadata",
            "controller",
            "quorum",
            "grpc",
            "http");

    private final MeterRegistry registry;
    private final Timers timers;
    private final Clock clock;
    private final List<Probe> probes = new CopyOnWriteArrayList<>();

    /** @param timers of a loop, for the probes */
    public LoopMetrics(MeterRegistry registry, Timers timers, Clock clock) {
        this.registry = registry;
        this.timers = timers;
        this.clock = clock;
    }

    /** Processor times; once a process. */
    public static void watchThreads(MeterRegistry registry) {
        new LabelledValues(CPU, LoopMetrics::cpuTimes).register(registry);
    }

    /** Begins to probe. Once. */
    public void start() {
        timers.schedule(PROBE_NANOS, this::probe);
    }

    public void watch(EventLoop loop) {
        watch(loop.name(), loop::offer, loop::backlog);
    }

    /** @param offer false: the task will not run */
    public void watch(String name, Predicate<Runnable> offer, Supplier<Number> backlog) {
        BACKLOG.gauge(registry, backlog, name);
        probes.add(new Probe(offer, DELAY.timer(registry, name), new AtomicBoolean()));
    }

    private void probe() {
        probes.forEach(this::send);
        timers.schedule(PROBE_NANOS, this::probe);
    }

    private void send(Probe probe) {
        if (probe.underWay.getAndSet(true)) return; // it tells when it is through
        long since = clock.monotonicNanos();
        boolean offered = probe.offer.test(() -> {
            probe.delay.record(clock.monotonicNanos() - since, TimeUnit.NANOSECONDS);
            probe.underWay.set(false);
        });
        if (!offered) probe.underWay.set(false);
    }

    private record Probe(Predicate<Runnable> offer, Timer delay, AtomicBoolean underWay) {}

    private static List<LabelledValues.Row> cpuTimes() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Map<String, Double> seconds = new TreeMap<>();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread == null) continue;
            long nanos = threads.getThreadCpuTime(thread.getThreadId());
            if (nanos > 0) seconds.merge(kind(thread.getThreadName()), nanos / NANOS, Double::sum);
        }
        return seconds.entrySet().stream()
                .map(entry -> LabelledValues.Row.of(entry.getValue(), entry.getKey()))
                .toList();
    }

    static String kind(String threadName) {
        return KINDS.stream().filter(threadName::startsWith).findFirst().orElse("other");
    }
}
