package dev.curia.broker.bridge;

import static dev.curia.common.metric.MetricKey.gauge;

import dev.curia.broker.metrics.LabelledValues;
import dev.curia.broker.metrics.LabelledValues.Row;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.metric.MetricKey;
import dev.curia.log.LogDirectories;
import dev.curia.log.LogDirectory;
import dev.curia.log.PartitionLog;
import dev.curia.replica.Replica;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** What is told of topics, and on demand of partitions: added up at each scrape out of what replicas publish, so that it costs nothing between. */
public final class TopicMetrics {
    private static final MetricKey LED =
            later("curia_topic_led_partitions", "Partitions of a topic that this broker leads.", "", "topic");
    private static final MetricKey UNDER_REPLICATED = later(
            "curia_topic_under_replicated_partitions",
            "Those of them that have fewer replicas in sync than assigned.",
            "`curia topics describe TOPIC`.",
            "topic");
    private static final MetricKey BYTES = later(
            "curia_topic_log_bytes",
            "What a topic takes on this broker's disks, whether it leads or follows.",
            "Retention is longer, or producers write more, than was planned.",
            "topic");
    private static final MetricKey RECORDS = later(
            "curia_topic_records",
            "Offsets from the first that is kept to the end, of partitions led here: records, unless some are compacted away.",
            "",
            "topic");
    private static final MetricKey END_OFFSETS = later(
            "curia_topic_end_offsets_records",
            "The sum of the high watermarks of partitions led here. How it grows, summed up over all brokers, is what is written to the topic.",
            "",
            "topic");
    private static final MetricKey PARTITION_BYTES = later(
            "curia_partition_log_bytes",
            "What a partition takes on this broker's disks. Only with `curia.metrics.partitions.enable`.",
            "Much more than its sisters: keys are spread unevenly.",
            "topic",
            "partition");
    private static final MetricKey PARTITION_START = later(
            "curia_partition_start_offset",
            "The first offset that is kept, told by the leader. Only with `curia.metrics.partitions.enable`.",
            "",
            "topic",
            "partition");
    private static final MetricKey PARTITION_END = later(
            "curia_partition_end_offset",
            "The high watermark, told by the leader. Only with `curia.metrics.partitions.enable`.",
            "",
            "topic",
            "partition");
    private static final MetricKey PARTITION_UNCOMMITTED = later(
            "curia_partition_uncommitted_records",
            "Between the high watermark and the end of the leader's log: what not all in-sync replicas have. Only with `curia.metrics.partitions.enable`.",
            "Followers are slow, or fewer than min.insync.replicas are in sync.",
            "topic",
            "partition");
    private static final MetricKey PARTITION_IN_SYNC = later(
            "curia_partition_in_sync_replicas",
            "Replicas in sync, told by the leader. Only with `curia.metrics.partitions.enable`.",
            "",
            "topic",
            "partition");

    /** All of them. */
    public static final List<MetricKey> KEYS = List.of(
            LED,
            UNDER_REPLICATED,
            BYTES,
            RECORDS,
            END_OFFSETS,
            PARTITION_BYTES,
            PARTITION_START,
            PARTITION_END,
            PARTITION_UNCOMMITTED,
            PARTITION_IN_SYNC);

    private final Supplier<List<Replica>> replicas;
    private final LogDirectories directories;
    private final Function<TopicPartition, Integer> assigned;
    private final MeterRegistry registry;

    /**
     * @param replicas that are open now
     * @param assigned how many replicas a partition should have
     * @param partitions whether there are series for each
     */
    public TopicMetrics(
            MeterRegistry registry,
            Supplier<List<Replica>> replicas,
            LogDirectories directories,
            Function<TopicPartition, Integer> assigned,
            boolean partitions) {
        this.registry = registry;
        this.replicas = replicas;
        this.directories = directories;
        this.assigned = assigned;
        byTopic(LED, replica -> 1);
        byTopic(UNDER_REPLICATED, replica -> replica.view().isr().size() < this.assigned.apply(replica.name()) ? 1 : 0);
        byTopic(
                RECORDS,
                replica -> replica.view().highWatermark() - replica.view().logStartOffset());
        byTopic(END_OFFSETS, replica -> replica.view().highWatermark());
        new LabelledValues(BYTES, this::topicBytes).register(registry);
        if (!partitions) return;
        new LabelledValues(PARTITION_BYTES, this::partitionBytes).register(registry);
        byPartition(PARTITION_START, replica -> replica.view().logStartOffset());
        byPartition(PARTITION_END, replica -> replica.view().highWatermark());
        byPartition(
                PARTITION_UNCOMMITTED,
                replica -> replica.view().logEndOffset() - replica.view().highWatermark());
        byPartition(PARTITION_IN_SYNC, replica -> replica.view().isr().size());
    }

    private static MetricKey later(String name, String meaning, String advice, String... labels) {
        return gauge(name, meaning, advice, labels).onlyOnceItHappened();
    }

    private List<Replica> led() {
        return replicas.get().stream()
                .filter(replica -> replica.view().leading())
                .toList();
    }

    private void byTopic(MetricKey key, ToLongFunction<Replica> value) {
        new LabelledValues(key, () -> {
                    Map<String, Long> sums = new TreeMap<>();
                    led().forEach(replica -> sums.merge(replica.name().topic(), value.applyAsLong(replica), Long::sum));
                    return rows(sums);
                })
                .register(registry);
    }

    private void byPartition(MetricKey key, ToLongFunction<Replica> value) {
        new LabelledValues(
                        key,
                        () -> led().stream()
                                .map(replica -> row(replica.name(), value.applyAsLong(replica)))
                                .toList())
                .register(registry);
    }

    private List<Row> topicBytes() {
        Map<String, Long> sums = new TreeMap<>();
        logs().forEach(log -> sums.merge(log.name().topic(), log.sizeInBytes(), Long::sum));
        return rows(sums);
    }

    private List<Row> partitionBytes() {
        return logs().stream().map(log -> row(log.name(), log.sizeInBytes())).toList();
    }

    /** One of each name: while a replica is made anew there may be two. */
    private List<PartitionLog> logs() {
        Map<TopicPartition, PartitionLog> logs = new java.util.HashMap<>();
        for (LogDirectory directory : directories.all()) {
            if (directory.isOnline()) directory.logs().forEach(log -> logs.put(log.name(), log));
        }
        return new ArrayList<>(logs.values());
    }

    private static List<Row> rows(Map<String, Long> sums) {
        return sums.entrySet().stream()
                .map(entry -> Row.of(entry.getValue(), entry.getKey()))
                .toList();
    }

    private static Row row(TopicPartition partition, long value) {
        return Row.of((double) value, partition.topic(), Integer.toString(partition.partition()));
    }
}
