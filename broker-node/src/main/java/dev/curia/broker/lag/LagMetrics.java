package dev.curia.broker.lag;

import static dev.curia.common.metric.MetricKey.gauge;
import static dev.curia.common.metric.MetricKey.histogram;

import dev.curia.broker.metrics.LabelledValues;
import dev.curia.broker.metrics.LabelledValues.Row;
import dev.curia.common.metric.MetricKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What is told of how far groups are behind, as of the last round. Thread-safe. */
public final class LagMetrics {
    private static final MetricKey RECORDS = later(
            "curia_group_lag_records",
            "How many records a group has not read: offsets between what is committed and the end, over all its partitions.",
            "Its readers are too slow, or gone: `curia groups describe GROUP` shows where, and who is in the group.",
            "group");
    private static final MetricKey SECONDS = later(
            "curia_group_lag_seconds",
            "How old the oldest record is that the group has not read, by its own timestamp (that of its batch's first record within a batch); 0: all is read.",
            "As above. Records with old timestamps are as old as they say.",
            "group");
    private static final MetricKey RETENTION_LEFT = later(
            "curia_group_retention_left_seconds",
            "Until retention may drop a record that the group has not read, at the earliest; +Inf: never, or all is read. Where `retention.bytes` bounds a topic this is an estimate, by how fast it grew since that record.",
            "When low: the group will lose records. Raise `retention.ms` or `retention.bytes` of the topic, or make the readers faster. 0: they are going, or gone.",
            "group");
    private static final MetricKey PARTITION_RECORDS = later(
            "curia_group_partition_lag_records",
            "The same as `curia_group_lag_records`, by partition. Only with `curia.metrics.partitions.enable`.",
            "",
            "group",
            "topic",
            "partition");
    private static final MetricKey PARTITION_SECONDS = later(
            "curia_group_partition_lag_seconds",
            "The same as `curia_group_lag_seconds`, by partition. Only with `curia.metrics.partitions.enable`.",
            "",
            "group",
            "topic",
            "partition");
    private static final MetricKey PARTITION_RETENTION_LEFT = later(
            "curia_group_partition_retention_left_seconds",
            "The same as `curia_group_retention_left_seconds`, by partition. Only with `curia.metrics.partitions.enable`.",
            "",
            "group",
            "topic",
            "partition");
    private static final MetricKey UNKNOWN = gauge(
            "curia_group_lag_unknown_partitions",
            "Partitions of groups coordinated here of which no leader told in the last round; they are not in the group's lag.",
            "They have no leader, or their topics are deleted.");
    private static final MetricKey ROUND = histogram(
            "curia_group_lag_round_seconds",
            "How long it took to find out how far all groups coordinated here are behind.",
            "Longer than `curia.group.lag.interval.ms`: make that longer.");

    /** All of them. */
    public static final List<MetricKey> KEYS = List.of(
            RECORDS,
            SECONDS,
            RETENTION_LEFT,
            PARTITION_RECORDS,
            PARTITION_SECONDS,
            PARTITION_RETENTION_LEFT,
            UNKNOWN,
            ROUND);

    private final Timer round;
    private volatile List<GroupLag> lags = List.of();
    private volatile int unknown;

    /** @param partitions whether there are series for each */
    public LagMetrics(MeterRegistry registry, boolean partitions) {
        this.round = ROUND.timer(registry);
        UNKNOWN.gauge(registry, () -> unknown);
        ofGroups(registry, RECORDS, GroupLag::records);
        ofGroups(registry, SECONDS, GroupLag::seconds);
        ofGroups(registry, RETENTION_LEFT, GroupLag::retentionLeftSeconds);
        if (!partitions) return;
        ofPartitions(registry, PARTITION_RECORDS, GroupLag.OfPartition::records);
        ofPartitions(registry, PARTITION_SECONDS, GroupLag.OfPartition::seconds);
        ofPartitions(registry, PARTITION_RETENTION_LEFT, GroupLag.OfPartition::retentionLeftSeconds);
    }

    private static MetricKey later(String name, String meaning, String advice, String... labels) {
        return gauge(name, meaning, advice, labels).onlyOnceItHappened();
    }

    private void ofGroups(MeterRegistry registry, MetricKey key, ToDoubleFunction<GroupLag> value) {
        new LabelledValues(
                        key,
                        () -> lags.stream()
                                .map(lag -> Row.of(value.applyAsDouble(lag), lag.group()))
                                .toList())
                .register(registry);
    }

    private void ofPartitions(MeterRegistry registry, MetricKey key, ToDoubleFunction<GroupLag.OfPartition> value) {
        new LabelledValues(
                        key,
                        () -> lags.stream()
                                .flatMap(lag -> lag.partitions().stream().map(each -> row(lag.group(), each, value)))
                                .toList())
                .register(registry);
    }

    private static Row row(String group, GroupLag.OfPartition lag, ToDoubleFunction<GroupLag.OfPartition> value) {
        return Row.of(
                value.applyAsDouble(lag),
                group,
                lag.reader().partition().topic(),
                Integer.toString(lag.reader().partition().partition()));
    }

    void found(List<GroupLag> groups, int partitionsUnknown, Duration took) {
        lags = List.copyOf(groups);
        unknown = partitionsUnknown;
        round.record(took);
    }
}
