package dev.curia.bench.scale;

import dev.curia.bench.load.Acknowledged;
import dev.curia.bench.load.Meter;
import dev.curia.bench.load.Payloads;
import dev.curia.bench.load.RateLoad;
import dev.curia.bench.load.Work;
import dev.curia.bench.product.Waits;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Sends records at fixed times, to one partition after the other. A value begins with when it was due, see {@link #dueNanos}. */
final class SteadyProducer {
    private static final double WARM_SECONDS = 1.5;

    private final Broker broker;
    private final RateLoad load;
    private final Payloads payloads;

    SteadyProducer(Broker broker, RateLoad load) {
        this.broker = broker;
        this.load = load;
        this.payloads = new Payloads(load.recordBytes());
    }

    /** What records are acknowledged in a window, and what the broker spent meanwhile. */
    Work produce(String topic, double seconds) {
        Acknowledged acknowledged = new Acknowledged();
        return produce(topic, seconds, acknowledged, acknowledged::count, () -> {});
    }

    /**
     * The same for other work that the records cause.
     *
     * @param done how much of it was done so far, in records
     * @param begins is run when the window begins
     */
    Work produce(String topic, double seconds, LongSupplier done, Runnable begins) {
        return produce(topic, seconds, new Acknowledged(), done, begins);
    }

    private Work produce(String topic, double seconds, Acknowledged acknowledged, LongSupplier done, Runnable begins) {
        Meter meter = new Meter(broker.clock(), broker.usage());
        int warm = load.records(WARM_SECONDS);
        int all = warm + load.records(seconds);
        try (KafkaProducer<byte[], byte[]> producer = broker.clients().producer(load.settings())) {
            // Knows the topic before the first is due.
            producer.partitionsFor(topic);
            long start = broker.clock().monotonicNanos();
            for (int i = 0; i < all; i++) {
                if (i == warm) {
                    meter.begin(done.getAsLong());
                    begins.run();
                }
                long due = start + load.dueNanos(i);
                byte[] value = payloads.get(i).clone();
                ByteBuffer.wrap(value).putLong(due);
                Waits.until(due);
                var unused =
                        producer.send(new ProducerRecord<>(topic, i % load.partitions(), null, value), acknowledged);
            }
            producer.flush();
            acknowledged.check();
            return meter.end(done.getAsLong(), load.recordBytes());
        }
    }

    /** When a record was due, on this process' monotonic clock. */
    static long dueNanos(ByteBuffer value) {
        return value.getLong(value.position());
    }
}
