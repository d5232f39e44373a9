package dev.curia.system;

import dev.curia.common.time.SystemClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A member of a group in a process of its own, which can be stopped and killed. Writes to a file, a line each with the time in front: what it
 * has got ({@code + partition position}) and lost ({@code - partition}), and each commit that was acknowledged ({@code c partition offset}).
 */
final class GroupMember implements ConsumerRebalanceListener {
    private final KafkaConsumer<byte[], byte[]> consumer;

    private final Told told;
    private final Path stall;
    private final Map<TopicPartition, OffsetAndMetadata> uncommitted = new HashMap<>();
    private final SystemClock clock = new SystemClock();

    private GroupMember(KafkaConsumer<byte[], byte[]> consumer, Path file) {
        this.consumer = consumer;
        this.told = new Told(file);
        this.stall = file.resolveSibling(file.getFileName() + ".stall");
    }

    /** Arguments: bootstrap servers, group, protocol, topic, file, max.poll.interval.ms. It works on and on while there is a file of this name with {@code .stall}. */
    public static void main(String[] args) {
        Map<String, Object> config = new HashMap<>(Map.of(
                "bootstrap.servers",
                args[0],
                "group.id",
                args[1],
                "group.protocol",
                args[2],
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                false,
                "max.poll.records",
                20,
                "max.poll.interval.ms",
                args[5]));
        if (args[2].equals("classic")) {
            config.putAll(Map.of(
                    "session.timeout.ms",
                    6_000,
                    "heartbeat.interval.ms",
                    500,
                    "partition.assignment.strategy",
                    "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"));
        }
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            GroupMember member = new GroupMember(consumer, Path.of(args[4]));
            consumer.subscribe(List.of(args[3]), member);
            while (true) member.poll();
        }
    }

    private void poll() {
        while (Files.exists(stall)) LockSupport.parkNanos(50_000_000);
        ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(100));
        uncommitted.putAll(records.nextOffsets());
        commit();
    }

    /** What can't be committed during a rebalance is, after it. */
    private void commit() {
        if (uncommitted.isEmpty()) return;
        try {
            consumer.commitSync(uncommitted);
        } catch (KafkaException e) {
            tell("! " + e);
            return;
        }
        uncommitted.forEach((partition, offset) -> tell("c " + partition + " " + offset.offset()));
        uncommitted.clear();
    }

    private void tell(String text) {
        told.tell(clock, text);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) tell("+ " + partition + " " + consumer.position(partition));
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        commit();
        uncommitted.keySet().removeAll(partitions);
        partitions.forEach(partition -> tell("- " + partition));
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        uncommitted.keySet().removeAll(partitions);
        partitions.forEach(partition -> tell("- " + partition));
    }
}
