package dev.curia.log;

import dev.curia.common.config.TopicConfigs;
import dev.curia.log.batch.BatchPolicy;
import dev.curia.log.batch.Codec;
import dev.curia.log.clean.CompactionPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A topic's settings as far as its logs use them. Immutable.
 *
 * @param segmentBytes the largest segment
 * @param segmentMs a segment whose first record is this old takes no further ones
 * @param segmentJitterMs by how much {@code segmentMs} varies from segment to segment
 * @param maxIndexBytes the largest index file
 * @param indexIntervalBytes one index entry for about this many bytes of records
 * @param flushMessages flush after this many records
 * @param flushMs flush at least this often
 * @param fileDeleteDelayMs how long a dropped file stays on disk
 * @param compacted whether the newest record of each key is kept, and older ones are not
 * @param deleting whether retention applies
 * @param retentionMs how old a segment's newest record may be; -1: any age
 * @param retentionBytes how large the log may be before its oldest segments go; -1: any size
 * @param fsynced whether only what is on disk is acknowledged (curia.durability, or flush.messages=1)
 * @param preallocate whether a segment's disk space is reserved when it is begun
 */
public record LogConfig(
        int segmentBytes,
        long segmentMs,
        long segmentJitterMs,
        int maxIndexBytes,
        int indexIntervalBytes,
        long flushMessages,
        long flushMs,
        long fileDeleteDelayMs,
        boolean compacted,
        boolean deleting,
        long retentionMs,
        long retentionBytes,
        boolean preallocate,
        boolean fsynced,
        BatchPolicy batches,
        CompactionPolicy compaction) {

    /** Kafka's defaults. */
    public static LogConfig defaults() {
        return of(Map.of());
    }

    /**
     * @param settings effective settings by topic setting name; missing ones have Kafka's defaults
     * @throws dev.curia.common.config.ConfigException on a value that is not accepted
     */
    public static LogConfig of(Map<String, String> settings) {
        int segmentBytes = TopicConfigs.SEGMENT_BYTES.in(settings);
        long flushMessages = TopicConfigs.FLUSH_MESSAGES.in(settings);
        List<String> cleanup = TopicConfigs.CLEANUP_POLICY.in(settings);
        boolean compacted = cleanup.contains("compact");
        BatchPolicy batches = new BatchPolicy(
                TopicConfigs.MAX_MESSAGE_BYTES.in(settings),
                segmentBytes,
                TopicConfigs.MESSAGE_TIMESTAMP_TYPE.in(settings).equals("LogAppendTime"),
                TopicConfigs.MESSAGE_TIMESTAMP_BEFORE_MAX_MS.in(settings),
                TopicConfigs.MESSAGE_TIMESTAMP_AFTER_MAX_MS.in(settings),
                codec(settings),
                compacted);
        return new LogConfig(
                segmentBytes,
                TopicConfigs.SEGMENT_MS.in(settings),
                TopicConfigs.SEGMENT_JITTER_MS.in(settings),
                TopicConfigs.SEGMENT_INDEX_BYTES.in(settings),
                TopicConfigs.INDEX_INTERVAL_BYTES.in(settings),
                flushMessages,
                TopicConfigs.FLUSH_MS.in(settings),
                TopicConfigs.FILE_DELETE_DELAY_MS.in(settings),
                compacted,
                cleanup.contains("delete"),
                TopicConfigs.RETENTION_MS.in(settings),
                TopicConfigs.RETENTION_BYTES.in(settings),
                TopicConfigs.PREALLOCATE.in(settings),
                TopicConfigs.DURABILITY.in(settings).equals("fsynced") || flushMessages == 1,
                batches,
                new CompactionPolicy(
                        TopicConfigs.DELETE_RETENTION_MS.in(settings),
                        TopicConfigs.MIN_COMPACTION_LAG_MS.in(settings),
                        TopicConfigs.MAX_COMPACTION_LAG_MS.in(settings),
                        TopicConfigs.MIN_CLEANABLE_DIRTY_RATIO.in(settings),
                        segmentBytes,
                        TopicConfigs.SEGMENT_INDEX_BYTES.in(settings),
                        TopicConfigs.INDEX_INTERVAL_BYTES.in(settings)));
    }

    /** How much disk space a new segment reserves. */
    int preallocateBytes() {
        return preallocate ? segmentBytes : 0;
    }

    /** Empty: batches are stored as they were sent. */
    private static Optional<Codec> codec(Map<String, String> settings) {
        String name = TopicConfigs.COMPRESSION_TYPE.in(settings);
        return switch (name) {
            case "producer" -> Optional.empty();
            case "uncompressed" -> Optional.of(Codec.NONE);
            case "gzip" -> Optional.of(Codec.gzip(TopicConfigs.COMPRESSION_GZIP_LEVEL.in(settings)));
            case "snappy" -> Optional.of(Codec.SNAPPY);
            case "lz4" -> Optional.of(Codec.lz4(TopicConfigs.COMPRESSION_LZ4_LEVEL.in(settings)));
            case "zstd" -> Optional.of(Codec.zstd(TopicConfigs.COMPRESSION_ZSTD_LEVEL.in(settings)));
            default -> throw new IllegalStateException("compression.type " + name);
        };
    }
}
