package dev.curia.bench.load;

import dev.curia.bench.product.Waits;
import dev.curia.common.time.Clock;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** One {@link RateLoad} on one topic, once. A record begins with its number. */
public final class FixedRate {
    /** How late records were, from when they were due, and what all of them cost. */
    public record Outcome(Times acknowledged, Times read, Work work) {}

    private static final Duration POLL = Duration.ofMillis(100);
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private final RateLoad load;
    private final String topic;
    private final Clients clients;
    private final Clock clock;
    private final Payloads payloads;
    private final int warm;
    private final long[] acknowledgedNanos;
    private final long[] readNanos;
    private volatile boolean reading;
    private volatile int read;
    private volatile @Nullable RuntimeException readFailure;
    private volatile long start;

    public FixedRate(RateLoad load, String topic, Clients clients, Clock clock, double warmSeconds, double seconds) {
        this.load = load;
        this.topic = topic;
        this.clients = clients;
        this.clock = clock;
        this.payloads = new Payloads(load.recordBytes());
        this.warm = load.records(warmSeconds);
        this.acknowledgedNanos = new long[load.records(seconds)];
        this.readNanos = new long[acknowledgedNanos.length];
    }

    public Outcome run(ServerUsage usage) {
        Meter meter = new Meter(clock, usage);
        Acknowledged acknowledged = new Acknowledged();
        Thread reader = new Thread(this::read, "reader");
        reader.setDaemon(true);
        reader.start();
        await(() -> reading);
        try (KafkaProducer<byte[], byte[]> producer = clients.producer(load.settings())) {
            // Knows the topic before the first is due.
            producer.partitionsFor(topic);
            start = clock.monotonicNanos();
            send(0, warm, producer, acknowledged);
            meter.begin(warm);
            send(warm, warm + acknowledgedNanos.length, producer, acknowledged);
            producer.flush();
            acknowledged.check();
            await(() -> read == warm + readNanos.length);
            Work work = meter.end(read, load.recordBytes());
            join(reader);
            return new Outcome(new Times(acknowledgedNanos), new Times(readNanos), work);
        }
    }

    private void send(int from, int to, KafkaProducer<byte[], byte[]> producer, Acknowledged acknowledged) {
        for (int i = from; i < to; i++) {
            int record = i;
            byte[] value = payloads.get(record).clone();
            ByteBuffer.wrap(value).putInt(record);
            Waits.until(start + load.dueNanos(record));
            var unused = producer.send(
                    new ProducerRecord<>(topic, record % load.partitions(), null, value), (metadata, failure) -> {
                        acknowledged.onCompletion(metadata, failure);
                        note(record, acknowledgedNanos);
                    });
        }
    }

    private long lateNanos(int record) {
        return clock.monotonicNanos() - start - load.dueNanos(record);
    }

    private void note(int record, long[] nanos) {
        if (record >= warm) nanos[record - warm] = lateNanos(record);
    }

    private void read() {
        try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer(topic, load.partitions(), true)) {
            reading = true;
            int count = 0;
            while (count < warm + readNanos.length) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    note(ByteBuffer.wrap(record.value()).getInt(), readNanos);
                    count++;
                }
                read = count;
            }
        } catch (RuntimeException e) {
            readFailure = e;
        }
    }

    private void await(BooleanSupplier condition) {
        long since = clock.monotonicNanos();
        while (!condition.getAsBoolean()) {
            RuntimeException failure = readFailure;
            if (failure != null) throw new IllegalStateException("the consumer failed", failure);
            if (clock.monotonicNanos() - since > PATIENCE_NANOS) {
                throw new IllegalStateException(load + ": " + read + " records were read, and then no more");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
