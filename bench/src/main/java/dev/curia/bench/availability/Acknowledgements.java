package dev.curia.bench.availability;

import dev.curia.common.time.SystemClock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A stock producer at work on all partitions, and how long each went without an acknowledgement. A thread of its own sends a record
 * to each partition every {@value #EVERY_MILLIS} ms.
 */
final class Acknowledgements implements AutoCloseable {
    private static final SystemClock CLOCK = new SystemClock();
    static final int EVERY_MILLIS = 10;
    static final int RECORD_BYTES = 100;

    private final KafkaProducer<byte[], byte[]> producer;
    private final Thread thread = new Thread(this::produce, "producer");
    private final long[] newest = new long[Cluster.PARTITIONS];
    private final long[] longest = new long[Cluster.PARTITIONS];
    private final AtomicLong failed = new AtomicLong();
    private volatile boolean running = true;

    Acknowledgements(String bootstrapServers, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        producer = new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
        reset();
        thread.setDaemon(true);
        thread.start();
    }

    private void produce() {
        byte[] value = new byte[RECORD_BYTES];
        long next = CLOCK.monotonicNanos();
        while (running) {
            for (int partition = 0; partition < Cluster.PARTITIONS; partition++) {
                int to = partition;
                var unused =
                        producer.send(new ProducerRecord<>(Cluster.TOPIC, to, null, value), (metadata, failure) -> {
                            if (failure == null) acknowledged(to);
                            else failed.incrementAndGet();
                        });
            }
            next += EVERY_MILLIS * 1_000_000L;
            LockSupport.parkNanos(next - CLOCK.monotonicNanos());
        }
    }

    private synchronized void acknowledged(int partition) {
        long now = CLOCK.monotonicNanos();
        longest[partition] = Math.max(longest[partition], now - newest[partition]);
        newest[partition] = now;
    }

    /** From now on. */
    synchronized void reset() {
        Arrays.fill(newest, CLOCK.monotonicNanos());
        Arrays.fill(longest, 0);
    }

    /** The longest time that any partition waited since the reset, gaps that are still open included. */
    synchronized long longestMillis() {
        return (Math.max(Arrays.stream(longest).max().orElse(0), openNanos()) + 500_000) / 1_000_000;
    }

    private synchronized long openNanos() {
        return CLOCK.monotonicNanos() - Arrays.stream(newest).min().orElse(0);
    }

    /** Returns when every partition was acknowledged without a stop for so long; or false when it is not so in time. */
    boolean awaitCalm(Duration calm, Duration atMost) {
        long start = CLOCK.monotonicNanos();
        long calmSince = start;
        while (CLOCK.monotonicNanos() - start < atMost.toNanos()) {
            LockSupport.parkNanos(20_000_000);
            if (openNanos() > 500_000_000) calmSince = CLOCK.monotonicNanos();
            if (CLOCK.monotonicNanos() - calmSince > calm.toNanos()) return true;
        }
        return false;
    }

    /** Records that the producer gave up, or that were refused. */
    long failed() {
        return failed.get();
    }

    @Override
    public void close() {
        running = false;
        producer.close(Duration.ofSeconds(2));
    }
}
