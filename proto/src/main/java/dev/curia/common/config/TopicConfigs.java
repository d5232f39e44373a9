package dev.curia.common.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Every setting that a topic can override, with Kafka's names, defaults and ranges. A broker-wide default is the same setting under
 * its broker name (see {@link #brokerName}).
 */
public final class TopicConfigs {
    private static final int INT = Integer.MAX_VALUE;
    private static final long LONG = Long.MAX_VALUE;
    private static final long WEEK_MS = 7L * 24 * 60 * 60 * 1000;

    public static final ConfigKey<List<String>> CLEANUP_POLICY = ConfigKey.listOf(
            "cleanup.policy",
            "delete",
            List.of("delete", "compact"),
            "What happens to old data: delete drops whole segments past retention, compact keeps the newest record of each key.");
    public static final ConfigKey<Integer> COMPRESSION_GZIP_LEVEL = new ConfigKey<>(
            "compression.gzip.level",
            ConfigKey.Type.INT,
            "-1",
            "How hard gzip tries, where compression.type is gzip: 1 is fastest, 9 smallest, -1 zlib's own choice.",
            "a whole number from 1 to 9, or -1",
            text -> {
                int level = Integer.parseInt(text);
                if (level == -1 || (level >= 1 && level <= 9)) return level;
                throw new IllegalArgumentException("out of range");
            });
    public static final ConfigKey<Integer> COMPRESSION_LZ4_LEVEL = ConfigKey.ofInt(
            "compression.lz4.level",
            9,
            1,
            17,
            "How hard lz4 tries, where compression.type is lz4: 1 is fastest, 17 smallest.");
    public static final ConfigKey<String> COMPRESSION_TYPE = ConfigKey.oneOf(
            "compression.type",
            "producer",
            List.of("producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"),
            "The codec that batches are stored with; producer keeps each batch as it was sent.");
    public static final ConfigKey<Integer> COMPRESSION_ZSTD_LEVEL = ConfigKey.ofInt(
            "compression.zstd.level",
            3,
            -131_072,
            22,
            "How hard zstd tries, where compression.type is zstd: the least is fastest, 22 smallest.");
    public static final ConfigKey<String> DURABILITY = ConfigKey.oneOf(
            "curia.durability",
            "written",
            List.of("written", "fsynced"),
            "What an acknowledgement promises on each in-sync replica: written, the record is in the system's page cache and survives the process; fsynced, it is on disk and survives a power loss. flush.messages=1 has the same effect as fsynced.");
    public static final ConfigKey<Long> DELETE_RETENTION_MS = ConfigKey.ofLong(
            "delete.retention.ms",
            86_400_000,
            0,
            LONG,
            "How long, in milliseconds, compaction keeps tombstones and transaction markers.");
    public static final ConfigKey<Long> FILE_DELETE_DELAY_MS = ConfigKey.ofLong(
            "file.delete.delay.ms", 60_000, 0, LONG, "How long, in milliseconds, a dropped file stays on disk.");
    public static final ConfigKey<Long> FLUSH_MESSAGES =
            ConfigKey.ofLong("flush.messages", LONG, 1, LONG, "Force the log to disk after this many records.");
    public static final ConfigKey<Long> FLUSH_MS =
            ConfigKey.ofLong("flush.ms", LONG, 0, LONG, "Force the log to disk at least this often, in milliseconds.");
    public static final ConfigKey<Integer> INDEX_INTERVAL_BYTES =
            ConfigKey.ofInt("index.interval.bytes", 4096, 0, INT, "One index entry for about this many bytes of log.");
    public static final ConfigKey<List<String>> FOLLOWER_THROTTLED_REPLICAS = throttledReplicas(
            "follower.replication.throttled.replicas",
            "Replicas that are sent at most what their broker's follower.replication.throttled.rate allows, until they are in sync.");
    public static final ConfigKey<List<String>> LEADER_THROTTLED_REPLICAS = throttledReplicas(
            "leader.replication.throttled.replicas",
            "Replicas that, as leaders, send at most what their broker's leader.replication.throttled.rate allows to those not in sync.");
    public static final ConfigKey<Long> MAX_COMPACTION_LAG_MS = ConfigKey.ofLong(
            "max.compaction.lag.ms",
            LONG,
            1,
            LONG,
            "A record is compacted at the latest this long, in milliseconds, after its write.");
    public static final ConfigKey<Integer> MAX_MESSAGE_BYTES = ConfigKey.ofInt(
            "max.message.bytes",
            1_048_588,
            0,
            INT,
            "The largest record batch accepted, in bytes, as sent (compressed).");
    public static final ConfigKey<Long> MESSAGE_TIMESTAMP_AFTER_MAX_MS = ConfigKey.ofLong(
            "message.timestamp.after.max.ms",
            3_600_000,
            0,
            LONG,
            "How far, in milliseconds, a record's time may lie ahead of the broker's.");
    public static final ConfigKey<Long> MESSAGE_TIMESTAMP_BEFORE_MAX_MS = ConfigKey.ofLong(
            "message.timestamp.before.max.ms",
            LONG,
            0,
            LONG,
            "How far, in milliseconds, a record's time may lie behind the broker's.");
    public static final ConfigKey<String> MESSAGE_TIMESTAMP_TYPE = new ConfigKey<>(
            "message.timestamp.type",
            ConfigKey.Type.STRING,
            "CreateTime",
            "Whose time a record carries: the producer's (CreateTime) or the broker's at append (LogAppendTime).",
            "CreateTime or LogAppendTime",
            text -> {
                if (text.equals("CreateTime") || text.equals("LogAppendTime")) return text;
                throw new IllegalArgumentException("neither");
            });
    public static final ConfigKey<Double> MIN_CLEANABLE_DIRTY_RATIO = ConfigKey.ofDouble(
            "min.cleanable.dirty.ratio",
            0.5,
            0,
            1,
            "Compaction starts when this share of the log is not yet compacted.");
    public static final ConfigKey<Long> MIN_COMPACTION_LAG_MS = ConfigKey.ofLong(
            "min.compaction.lag.ms", 0, 0, LONG, "A record is not compacted before it is this old, in milliseconds.");
    public static final ConfigKey<Integer> MIN_INSYNC_REPLICAS = ConfigKey.ofInt(
            "min.insync.replicas",
            1,
            1,
            INT,
            "With fewer in-sync replicas, acks=all is refused and the high watermark stands still.");
    public static final ConfigKey<Boolean> PREALLOCATE =
            ConfigKey.ofBoolean("preallocate", false, "Reserve a segment's disk space when it is created.");
    public static final ConfigKey<Long> RETENTION_BYTES = ConfigKey.ofLong(
            "retention.bytes",
            -1,
            -1,
            LONG,
            "Drop the oldest segments of a partition above this size in bytes; -1: no bound.");
    public static final ConfigKey<Long> RETENTION_MS = ConfigKey.ofLong(
            "retention.ms",
            WEEK_MS,
            -1,
            LONG,
            "Drop segments whose newest record is older than this, in milliseconds; -1: never.");
    public static final ConfigKey<Integer> SEGMENT_BYTES =
            ConfigKey.ofInt("segment.bytes", 1_073_741_824, 1_048_576, INT, "A segment file's largest size, in bytes.");
    public static final ConfigKey<Integer> SEGMENT_INDEX_BYTES =
            ConfigKey.ofInt("segment.index.bytes", 10_485_760, 4, INT, "An index file's largest size, in bytes.");
    public static final ConfigKey<Long> SEGMENT_JITTER_MS = ConfigKey.ofLong(
            "segment.jitter.ms",
            0,
            0,
            LONG,
            "Spread of segment.ms, in milliseconds, so that segments don't all roll at once.");
    public static final ConfigKey<Long> SEGMENT_MS = ConfigKey.ofLong(
            "segment.ms", WEEK_MS, 1, LONG, "A new segment is begun at least this often, in milliseconds.");
    public static final ConfigKey<Boolean> UNCLEAN_LEADER_ELECTION_ENABLE = ConfigKey.ofBoolean(
            "unclean.leader.election.enable",
            false,
            "Whether a replica outside the in-sync set may lead when no other is left, losing acknowledged records.");

    /** By name. */
    public static final List<ConfigKey<?>> ALL = List.of(
            CLEANUP_POLICY,
            COMPRESSION_GZIP_LEVEL,
            COMPRESSION_LZ4_LEVEL,
            COMPRESSION_TYPE,
            COMPRESSION_ZSTD_LEVEL,
            DURABILITY,
            DELETE_RETENTION_MS,
            FILE_DELETE_DELAY_MS,
            FLUSH_MESSAGES,
            FLUSH_MS,
            FOLLOWER_THROTTLED_REPLICAS,
            INDEX_INTERVAL_BYTES,
            LEADER_THROTTLED_REPLICAS,
            MAX_COMPACTION_LAG_MS,
            MAX_MESSAGE_BYTES,
            MESSAGE_TIMESTAMP_AFTER_MAX_MS,
            MESSAGE_TIMESTAMP_BEFORE_MAX_MS,
            MESSAGE_TIMESTAMP_TYPE,
            MIN_CLEANABLE_DIRTY_RATIO,
            MIN_COMPACTION_LAG_MS,
            MIN_INSYNC_REPLICAS,
            PREALLOCATE,
            RETENTION_BYTES,
            RETENTION_MS,
            SEGMENT_BYTES,
            SEGMENT_INDEX_BYTES,
            SEGMENT_JITTER_MS,
            SEGMENT_MS,
            UNCLEAN_LEADER_ELECTION_ENABLE);

    private static final Map<String, ConfigKey<?>> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(ConfigKey::name, Function.identity()));

    /** Topic settings whose broker-wide default has another name than {@code log.} plus theirs. */
    private static final Map<String, String> BROKER_NAMES = Map.ofEntries(
            Map.entry("compression.gzip.level", "compression.gzip.level"),
            Map.entry("compression.lz4.level", "compression.lz4.level"),
            Map.entry("compression.type", "compression.type"),
            Map.entry("compression.zstd.level", "compression.zstd.level"),
            Map.entry("curia.durability", "curia.durability"),
            Map.entry("delete.retention.ms", "log.cleaner.delete.retention.ms"),
            Map.entry("file.delete.delay.ms", "log.segment.delete.delay.ms"),
            Map.entry("flush.messages", "log.flush.interval.messages"),
            Map.entry("flush.ms", "log.flush.interval.ms"),
            Map.entry("max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms"),
            Map.entry("max.message.bytes", "message.max.bytes"),
            Map.entry("min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio"),
            Map.entry("min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms"),
            Map.entry("min.insync.replicas", "min.insync.replicas"),
            Map.entry("segment.index.bytes", "log.index.size.max.bytes"),
            Map.entry("segment.jitter.ms", "log.roll.jitter.ms"),
            Map.entry("segment.ms", "log.roll.ms"),
            Map.entry("unclean.leader.election.enable", "unclean.leader.election.enable"));

    private TopicConfigs() {}

    private static ConfigKey<List<String>> throttledReplicas(String name, String doc) {
        String accepts = "PARTITION:BROKER[,PARTITION:BROKER...], * or nothing";
        return new ConfigKey<>(name, ConfigKey.Type.LIST, "", doc, accepts, text -> {
            List<String> items = ConfigKey.ofList(name, "", doc).parse(text);
            boolean every = items.equals(List.of("*"));
            if (every || items.stream().allMatch(item -> item.matches("[0-9]{1,9}:[0-9]{1,9}"))) return items;
            throw new IllegalArgumentException("not a list of replicas");
        });
    }

    public static Optional<ConfigKey<?>> byName(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** Whether a broker's configuration file can set the default of a topic setting. */
    public static boolean hasBrokerDefault(ConfigKey<?> key) {
        return !key.equals(LEADER_THROTTLED_REPLICAS) && !key.equals(FOLLOWER_THROTTLED_REPLICAS);
    }

    /** The name under which a broker's configuration file sets the default of a topic setting. */
    public static String brokerName(ConfigKey<?> key) {
        return BROKER_NAMES.getOrDefault(key.name(), "log." + key.name());
    }

    /** The setting of a broker that is the default of a topic's. */
    public static <T> ConfigKey<T> brokerDefault(ConfigKey<T> key) {
        return new ConfigKey<>(
                brokerName(key),
                key.type(),
                key.defaultText(),
                "The default of a topic's " + key.name() + ". " + key.doc(),
                key.accepts(),
                key.parser());
    }

    /**
     * What brokers' settings say of the defaults of topics, by the topic setting's name.
     *
     * @param brokerSettings by the broker setting's name, others among them
     */
    public static Map<String, String> defaultsIn(Map<String, String> brokerSettings) {
        Map<String, String> defaults = new HashMap<>();
        ALL.stream().filter(TopicConfigs::hasBrokerDefault).forEach(key -> {
            String value = brokerSettings.get(brokerName(key));
            if (value != null) defaults.put(key.name(), value);
        });
        return defaults;
    }

    /**
     * Checks overrides as a client sent them, each alone and with the others.
     *
     * @param defaults what holds for a setting that is not overridden, by the topic setting's name; what is absent has its default
     * @throws ConfigException on the first that is unknown, ill-typed, or contradicts another
     */
    public static void validate(Map<String, String> overrides, Map<String, String> defaults) {
        overrides.forEach((name, value) -> byName(name)
                .orElseThrow(() -> new ConfigException("Unknown topic config name: " + name + "."))
                .parse(value));
        Map<String, String> inForce = new HashMap<>(defaults);
        inForce.putAll(overrides);
        long minLag = MIN_COMPACTION_LAG_MS.in(inForce);
        long maxLag = MAX_COMPACTION_LAG_MS.in(inForce);
        if (minLag > maxLag) {
            throw new ConfigException("Invalid value '" + minLag + "' for " + MIN_COMPACTION_LAG_MS.name()
                    + ": expected at most " + MAX_COMPACTION_LAG_MS.name() + ", which is " + maxLag + ".");
        }
    }
}
