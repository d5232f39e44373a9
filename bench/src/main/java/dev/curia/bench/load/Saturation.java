package dev.curia.bench.load;

import dev.curia.common.time.Clock;
import java.time.Duration;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** Drives servers with one client that does all it can. The calling thread is the client's. */
public final class Saturation {
    private static final int SENDS_A_LOOK = 32;
    private static final Duration POLL = Duration.ofMillis(200);
    /** Polls without a record. */
    private static final int PATIENCE = 100;
    /** So much is read again and again: it is in the page cache, and more than processors cache. */
    private static final int CONSUMED_RECORDS = 256 << 10;

    private final Clients clients;
    private final Clock clock;
    private final ServerUsage usage;

    public Saturation(Clients clients, Clock clock, ServerUsage usage) {
        this.clients = clients;
        this.clock = clock;
        this.usage = usage;
    }

    /** Measures after {@code warmSeconds}; returns when all that was sent is acknowledged, which is later. */
    public Work produce(ProduceLoad load, String topic, double warmSeconds, double seconds) {
        Payloads payloads = new Payloads(load.recordBytes());
        Meter meter = new Meter(clock, usage);
        Acknowledged acknowledged = new Acknowledged();
        try (KafkaProducer<byte[], byte[]> producer = clients.producer(load.settings())) {
            long sent = sendFor(warmSeconds, 0, producer, topic, payloads, acknowledged);
            meter.begin(acknowledged.count());
            sendFor(seconds, sent, producer, topic, payloads, acknowledged);
            Work work = meter.end(acknowledged.count(), load.recordBytes());
            producer.flush();
            acknowledged.check();
            return work;
        }
    }

    /** Large and small batches by turns, for so many seconds: servers that had both have compiled what either needs. */
    public void produceByTurns(String topic, double seconds) {
        produce(ProduceLoad.BASE, topic, 0, seconds / 2);
        produce(ProduceLoad.BASE.withDefaultBatches(), topic, 0, seconds / 2);
    }

    private long sendFor(
            double seconds,
            long record,
            KafkaProducer<byte[], byte[]> producer,
            String topic,
            Payloads payloads,
            Acknowledged acknowledged) {
        long start = clock.monotonicNanos();
        long nanos = (long) (seconds * 1e9);
        do {
            for (int i = 0; i < SENDS_A_LOOK; i++, record++) {
                var unused = producer.send(new ProducerRecord<>(topic, payloads.get(record)), acknowledged);
            }
        } while (clock.monotonicNanos() - start < nanos);
        return record;
    }

    /** So much that a consumer has something to read. */
    public void fill(ProduceLoad filler, String topic) {
        Payloads payloads = new Payloads(filler.recordBytes());
        Acknowledged acknowledged = new Acknowledged();
        try (KafkaProducer<byte[], byte[]> producer = clients.producer(filler.settings())) {
            for (int i = 0; i < CONSUMED_RECORDS; i++) {
                var unused = producer.send(new ProducerRecord<>(topic, payloads.get(i)), acknowledged);
            }
        }
        acknowledged.check();
    }

    /** Measures after {@code warmSeconds} what was filled: it is read to its end, and again. */
    public Work consume(ProduceLoad filler, String topic, double warmSeconds, double seconds) {
        Meter meter = new Meter(clock, usage);
        try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer(topic, filler.partitions(), false)) {
            long read = readFor(warmSeconds, 0, consumer);
            meter.begin(read);
            return meter.end(readFor(seconds, read, consumer), filler.recordBytes());
        }
    }

    /** Measures what was filled, read once from its beginning. */
    public Work consumeOnce(ProduceLoad filler, String topic) {
        Meter meter = new Meter(clock, usage);
        try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer(topic, filler.partitions(), false)) {
            meter.begin(0);
            long read = 0;
            int inVain = 0;
            while (read < CONSUMED_RECORDS) {
                int records = consumer.poll(POLL).count();
                inVain = records > 0 ? 0 : inVain + 1;
                if (inVain > PATIENCE) throw new IllegalStateException(topic + " ends after " + read + " records");
                read += records;
            }
            return meter.end(read, filler.recordBytes());
        }
    }

    private long readFor(double seconds, long read, KafkaConsumer<byte[], byte[]> consumer) {
        long start = clock.monotonicNanos();
        long nanos = (long) (seconds * 1e9);
        do {
            read += consumer.poll(POLL).count();
            for (TopicPartition partition : consumer.assignment()) {
                if (consumer.currentLag(partition).orElse(-1) == 0) consumer.seek(partition, 0);
            }
        } while (clock.monotonicNanos() - start < nanos);
        return read;
    }
}
