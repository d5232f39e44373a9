package dev.curia.admin.perf;

import dev.curia.admin.client.RecordProducer;
import dev.curia.common.time.Clock;
import dev.curia.proto.data.v1.Record;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.IntSupplier;
import java.util.function.LongFunction;

/** Sends records at a pace, and counts each from when it was due until it was acknowledged. Used by one thread, which it blocks. */
public final class ProduceLoad {
    private static final Duration LONGEST_WAIT = Duration.ofMillis(100);

    private final RecordProducer producer;
    private final Pace pace;
    private final Meter meter;
    private final Clock clock;
    private final Settings settings;
    private final Map<Integer, Queue<Long>> due = new HashMap<>(); // by partition, of what is under way
    private int underWay;

    /**
     * @param records in all
     * @param recordBytes each counts for
     * @param inFlight at most so many are unacknowledged when there is no rate
     * @param partitions chooses the next record's
     * @param values by number and the time when it is due
     */
    public record Settings(
            long records, int recordBytes, int inFlight, IntSupplier partitions, LongFunction<Record> values) {}

    public ProduceLoad(RecordProducer producer, Pace pace, Meter meter, Clock clock, Settings settings) {
        this.producer = producer;
        this.pace = pace;
        this.meter = meter;
        this.clock = clock;
        this.settings = settings;
        producer.onAcknowledged(this::acknowledged);
    }

    /** Returns when all are acknowledged. */
    public void run() {
        long sent = 0;
        while (sent < settings.records) {
            long now = clock.monotonicNanos();
            while (sent < settings.records && isDue(sent, now)) {
                long at = pace.dueNanos(sent, now);
                int partition = settings.partitions.getAsInt();
                due.computeIfAbsent(partition, ignored -> new ArrayDeque<>()).add(at);
                underWay++;
                producer.send(partition, settings.values.apply(at));
                sent++;
                if (!pace.isOpen()) now = clock.monotonicNanos();
            }
            producer.poll(untilDue(sent));
        }
        producer.flush();
    }

    private boolean isDue(long number, long now) {
        return pace.isOpen() ? pace.dueNanos(number, now) - now <= 0 : underWay < settings.inFlight;
    }

    private Duration untilDue(long next) {
        if (!pace.isOpen() || next >= settings.records) return LONGEST_WAIT;
        long now = clock.monotonicNanos();
        return Duration.ofNanos(Math.max(0, Math.min(LONGEST_WAIT.toNanos(), pace.dueNanos(next, now) - now)));
    }

    private void acknowledged(int partition, int records) {
        long now = clock.monotonicNanos();
        Queue<Long> waiting = due.getOrDefault(partition, new ArrayDeque<>());
        for (int i = 0; i < records; i++) {
            Long at = waiting.poll();
            if (at == null)
                throw new IllegalStateException("more was acknowledged than sent to partition " + partition);
            underWay--;
            meter.done(settings.recordBytes, now - at);
        }
    }
}
