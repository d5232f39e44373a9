package dev.curia.system;

import dev.curia.common.time.SystemClock;
import dev.curia.system.History.Ack;
import dev.curia.system.History.End;
import dev.curia.system.History.Entry;
import dev.curia.system.History.Reached;
import dev.curia.system.History.Read;
import dev.curia.system.History.Seek;
import dev.curia.system.History.Sent;
import dev.curia.system.History.Step;
import dev.curia.system.History.Value;
import dev.curia.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Producers and consumers at work on one topic while a test breaks things, and the record of what they saw. Each producer has a
 * thread of its own and sends about {@value #PER_SECOND} values a second, to all partitions in turn. One consumer follows from the
 * beginning; one looks again and again: asks where the end is, and reads the newest records up to there once more.
 */
final class Load implements AutoCloseable {
    private static final int PER_SECOND = 300;
    private static final int FOLLOWER = 0;
    private static final int LOOKER = 1;
    private static final int LOOK_BACK = 300;
    private static final long PAUSE_BETWEEN_LOOKS_NANOS = 200_000_000;
    private static final SystemClock CLOCK = new SystemClock();

    private final Clients clients;
    private final String topic;
    private final int partitions;
    private final GapMeter gaps;
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final List<Thread> threads = new ArrayList<>();
    private final ConcurrentLinkedQueue<Sent> sends = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Ack> acks = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Step> reads = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<End> ends = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

    private Load(Clients clients, String topic, int partitions) {
        this.clients = clients;
        this.topic = topic;
        this.partitions = partitions;
        this.gaps = new GapMeter(partitions);
    }

    /** Starts the clients and waits until every partition has acknowledged something. */
    static Load start(Clients clients, String topic, int partitions, int producers) {
        Load load = new Load(clients, topic, partitions);
        for (int i = 0; i < producers; i++) {
            int producer = i;
            load.run("load-producer-" + i, () -> load.produce(producer));
        }
        load.run("load-follower", load::follow);
        load.run("load-looker", load::look);
        load.awaitProgress();
        return load;
    }

    /** Waits until every partition acknowledges something sent from now on, and a good deal is acknowledged in all. */
    void awaitProgress() {
        long now = CLOCK.monotonicNanos();
        int before = acks.size();
        Await.until("acknowledgements from all partitions of " + topic, Clients.PATIENCE, () -> {
            failUnlessWell();
            return acks.size() >= before + PER_SECOND && gaps.allAcknowledgedSince(now);
        });
    }

    /** Forgets gaps measured before now. */
    void resetGaps() {
        gaps.reset(CLOCK.monotonicNanos());
    }

    /** The longest time that any one partition went without an acknowledgement since the last reset. */
    Duration longestGap() {
        return gaps.longest(CLOCK.monotonicNanos());
    }

    int acknowledged() {
        return acks.size();
    }

    /** Stops the clients when all that was sent is answered, reads the final log, and returns what happened. */
    History stop() {
        close();
        failUnlessWell();
        List<Entry> finalLog = clients.readAll(topic).stream()
                .map(record -> new Entry(record.partition(), record.offset(), value(record.value())))
                .toList();
        return new History(List.copyOf(sends), List.copyOf(acks), List.copyOf(reads), List.copyOf(ends), finalLog);
    }

    @Override
    public void close() {
        running.set(false);
        for (Thread thread : threads) {
            try {
                thread.join(150_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
            if (thread.isAlive()) throw new AssertionError(thread.getName() + " does not end");
        }
    }

    private void run(String name, Runnable task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException | Error e) {
                        failures.add(e);
                    }
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void produce(int producer) {
        try (KafkaProducer<byte[], byte[]> client = clients.producer()) {
            for (long sequence = 0; running.get(); sequence++) {
                Value value = new Value(producer, sequence);
                int partition = (int) (sequence % partitions);
                byte[] bytes = value.toString().getBytes(StandardCharsets.UTF_8);
                sends.add(new Sent(value, partition, CLOCK.monotonicNanos()));
                var unused = client.send(new ProducerRecord<>(topic, partition, null, bytes), (metadata, failure) -> {
                    if (failure != null) failures.add(failure);
                    else acknowledged(value, partition, metadata.offset());
                });
                LockSupport.parkNanos(1_000_000_000L / PER_SECOND);
            }
        }
    }

    private void acknowledged(Value value, int partition, long offset) {
        long now = CLOCK.monotonicNanos();
        acks.add(new Ack(value, partition, offset, now));
        gaps.acknowledged(partition, now);
    }

    private void follow() {
        try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer()) {
            List<TopicPartition> all = assignAll(consumer);
            all.forEach(partition -> seek(consumer, FOLLOWER, partition, 0));
            while (running.get()) poll(consumer, FOLLOWER);
        }
    }

    private void look() {
        try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer()) {
            List<TopicPartition> all = assignAll(consumer);
            while (running.get()) {
                long asked = CLOCK.monotonicNanos();
                Map<TopicPartition, Long> found = consumer.endOffsets(all, Clients.PATIENCE.multipliedBy(2));
                long told = CLOCK.monotonicNanos();
                found.forEach((partition, end) -> ends.add(new End(partition.partition(), end, asked, told)));
                found.forEach((partition, end) -> seek(consumer, LOOKER, partition, Math.max(0, end - LOOK_BACK)));
                while (running.get()
                        && found.entrySet().stream()
                                .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                    poll(consumer, LOOKER);
                }
                all.forEach(each -> reads.add(new Reached(LOOKER, each.partition(), consumer.position(each))));
                LockSupport.parkNanos(PAUSE_BETWEEN_LOOKS_NANOS);
            }
        }
    }

    private List<TopicPartition> assignAll(KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> all = new ArrayList<>();
        for (int i = 0; i < partitions; i++) all.add(new TopicPartition(topic, i));
        consumer.assign(all);
        return all;
    }

    private void seek(KafkaConsumer<byte[], byte[]> consumer, int name, TopicPartition partition, long offset) {
        consumer.seek(partition, offset);
        reads.add(new Seek(name, partition.partition(), offset));
    }

    private void poll(KafkaConsumer<byte[], byte[]> consumer, int name) {
        consumer.poll(Duration.ofMillis(100))
                .forEach(record -> reads.add(
                        new Read(name, new Entry(record.partition(), record.offset(), value(record.value())))));
    }

    /** With all this patience every failure is one too many. */
    private void failUnlessWell() {
        Throwable first = failures.peek();
        if (first != null)
            throw new AssertionError(failures.size() + " failures of clients, the first: " + first, first);
    }

    private static Value value(byte[] bytes) {
        return Value.parse(new String(bytes, StandardCharsets.UTF_8));
    }
}
