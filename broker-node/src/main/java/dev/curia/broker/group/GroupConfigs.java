package dev.curia.broker.group;

import dev.curia.broker.group.state.GroupSettings;
import dev.curia.common.config.ConfigKey;
import java.util.List;
import java.util.Map;

/** The group coordinator's configuration keys; names, defaults and ranges are Kafka's. */
public final class GroupConfigs {
    public static final ConfigKey<Integer> INITIAL_REBALANCE_DELAY_MS = ConfigKey.ofInt(
            "group.initial.rebalance.delay.ms",
            3000,
            0,
            Integer.MAX_VALUE,
            "How long an empty group waits for more members before its first rebalance, in milliseconds.");
    public static final ConfigKey<Integer> MIN_SESSION_TIMEOUT_MS = ConfigKey.ofInt(
            "group.min.session.timeout.ms",
            6000,
            1,
            Integer.MAX_VALUE,
            "The shortest session timeout a member may ask for, in milliseconds.");
    public static final ConfigKey<Integer> MAX_SESSION_TIMEOUT_MS = ConfigKey.ofInt(
            "group.max.session.timeout.ms",
            1_800_000,
            1,
            Integer.MAX_VALUE,
            "The longest session timeout a member may ask for, in milliseconds.");
    public static final ConfigKey<Integer> MAX_SIZE = ConfigKey.ofInt(
            "group.max.size", Integer.MAX_VALUE, 1, Integer.MAX_VALUE, "How many members a classic group may have.");
    public static final ConfigKey<Integer> OFFSET_METADATA_MAX_BYTES = ConfigKey.ofInt(
            "offset.metadata.max.bytes",
            4096,
            0,
            Integer.MAX_VALUE,
            "How large the metadata of one committed offset may be, in bytes.");
    public static final ConfigKey<Integer> OFFSETS_TOPIC_PARTITIONS = ConfigKey.ofInt(
            "offsets.topic.num.partitions",
            50,
            1,
            Integer.MAX_VALUE,
            "Partitions of __consumer_offsets when it is created. Must not change afterwards.");
    public static final ConfigKey<Integer> OFFSETS_TOPIC_REPLICATION_FACTOR = ConfigKey.ofInt(
            "offsets.topic.replication.factor",
            3,
            1,
            Short.MAX_VALUE,
            "Replicas of each partition of __consumer_offsets. It is not created before as many brokers are alive.");
    public static final ConfigKey<Integer> OFFSETS_TOPIC_SEGMENT_BYTES = ConfigKey.ofInt(
            "offsets.topic.segment.bytes",
            104_857_600,
            1,
            Integer.MAX_VALUE,
            "Segment size of __consumer_offsets, in bytes; small segments are compacted and loaded sooner.");
    public static final ConfigKey<Integer> OFFSETS_LOAD_BUFFER_SIZE = ConfigKey.ofInt(
            "offsets.load.buffer.size",
            5_242_880,
            1,
            Integer.MAX_VALUE,
            "How much of __consumer_offsets is read at once while loading, in bytes; a larger batch is read whole.");
    public static final ConfigKey<Integer> OFFSETS_COMMIT_TIMEOUT_MS = ConfigKey.ofInt(
            "offsets.commit.timeout.ms",
            5000,
            1,
            Integer.MAX_VALUE,
            "How long a request waits for its change of a group to be committed, in milliseconds.");
    public static final ConfigKey<Integer> OFFSETS_RETENTION_MINUTES = ConfigKey.ofInt(
            "offsets.retention.minutes",
            7 * 24 * 60,
            1,
            Integer.MAX_VALUE,
            "How long offsets are kept after their group has become empty, or, where it has members, of topics that it does not subscribe"
                    + " to after they were committed, in minutes. An empty group goes with its last offset.");
    public static final ConfigKey<Boolean> OFFSETS_OUTLIVE_RECORDS = ConfigKey.ofBoolean(
            "curia.offsets.outlive.records",
            true,
            "Whether offsets are kept longer than offsets.retention.minutes where their topic keeps records longer: for its retention.ms and"
                    + " segment.ms together, and until it is deleted where no record goes by its age. false: as in Apache Kafka.");
    public static final ConfigKey<Long> OFFSETS_RETENTION_CHECK_INTERVAL_MS = ConfigKey.ofLong(
            "offsets.retention.check.interval.ms",
            600_000,
            1,
            Long.MAX_VALUE,
            "How often offsets are looked for that are kept no longer, in milliseconds.");
    public static final ConfigKey<Integer> COORDINATOR_THREADS = ConfigKey.ofInt(
            "group.coordinator.threads", 1, 1, 64, "Threads that own the consumer groups of this broker.");

    /** All of them, for the reference page and the check of unknown keys. */
    public static final List<ConfigKey<?>> ALL = List.of(
            INITIAL_REBALANCE_DELAY_MS,
            MIN_SESSION_TIMEOUT_MS,
            MAX_SESSION_TIMEOUT_MS,
            MAX_SIZE,
            OFFSET_METADATA_MAX_BYTES,
            OFFSETS_TOPIC_PARTITIONS,
            OFFSETS_TOPIC_REPLICATION_FACTOR,
            OFFSETS_TOPIC_SEGMENT_BYTES,
            OFFSETS_LOAD_BUFFER_SIZE,
            OFFSETS_COMMIT_TIMEOUT_MS,
            OFFSETS_RETENTION_MINUTES,
            OFFSETS_OUTLIVE_RECORDS,
            OFFSETS_RETENTION_CHECK_INTERVAL_MS,
            COORDINATOR_THREADS);

    private GroupConfigs() {}

    /** The state machine's settings out of the node's configuration. */
    public static GroupSettings groupSettings(Map<String, String> config) {
        return new GroupSettings(
                INITIAL_REBALANCE_DELAY_MS.in(config),
                MIN_SESSION_TIMEOUT_MS.in(config),
                MAX_SESSION_TIMEOUT_MS.in(config),
                GroupSettings.NEW_MEMBER_JOIN_TIMEOUT_MS,
                MAX_SIZE.in(config),
                OFFSET_METADATA_MAX_BYTES.in(config),
                OFFSETS_RETENTION_MINUTES.in(config) * 60_000L,
                OFFSETS_RETENTION_CHECK_INTERVAL_MS.in(config));
    }
}
