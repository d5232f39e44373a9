package dev.curia.log.clean;

import dev.curia.common.config.ConfigKey;
import java.util.List;
import java.util.Map;

/**
 * How this broker cleans. Immutable.
 *
 * @param threads how many logs are cleaned at the same time
 * @param dedupeBufferBytes the most memory for the keys of all logs that are being cleaned
 * @param loadFactor which share of it may be filled
 * @param ioBufferBytes for reading and writing, over all threads; a larger batch gets a buffer of its own
 * @param maxBytesPerSecond that all threads read and write
 * @param backoffMs between looks for a log to clean, and the shortest wait after a failure
 */
public record CleanerConfig(
        boolean enabled,
        int threads,
        long dedupeBufferBytes,
        double loadFactor,
        int ioBufferBytes,
        double maxBytesPerSecond,
        long backoffMs) {
    public static final ConfigKey<Boolean> ENABLE = ConfigKey.ofBoolean(
            "log.cleaner.enable",
            true,
            "Whether logs whose cleanup.policy has compact are compacted. Without it they grow for ever.");
    public static final ConfigKey<Integer> THREADS =
            ConfigKey.ofInt("log.cleaner.threads", 1, 1, 256, "How many logs are compacted at the same time.");
    public static final ConfigKey<Long> DEDUPE_BUFFER_SIZE = ConfigKey.ofLong(
            "log.cleaner.dedupe.buffer.size",
            134_217_728,
            1_048_576,
            1L << 40,
            "The most memory, in bytes, for the keys of logs being compacted, over all threads. Taken only while compacting, as far as the keys"
                    + " need it: 22 to 45 bytes each. With more keys a log is compacted in several passes.");
    public static final ConfigKey<Double> LOAD_FACTOR = ConfigKey.ofDouble(
            "log.cleaner.io.buffer.load.factor",
            0.9,
            0.1,
            0.95,
            "Which share of the memory for keys is filled: with a larger one more keys fit and each takes longer.");
    public static final ConfigKey<Integer> IO_BUFFER_SIZE = ConfigKey.ofInt(
            "log.cleaner.io.buffer.size",
            524_288,
            1_024,
            Integer.MAX_VALUE,
            "Memory for reading and writing while compacting, in bytes, over all threads.");
    public static final ConfigKey<Double> IO_MAX_BYTES_PER_SECOND = ConfigKey.ofDouble(
            "log.cleaner.io.max.bytes.per.second",
            Double.MAX_VALUE,
            1,
            Double.MAX_VALUE,
            "The most that compaction reads and writes, in bytes a second, over all threads.");
    public static final ConfigKey<Long> BACKOFF_MS = ConfigKey.ofLong(
            "log.cleaner.backoff.ms",
            15_000,
            1,
            Long.MAX_VALUE,
            "How long a cleaner thread waits, in milliseconds, when there is no log to compact.");

    /** In the order of the reference page. */
    public static final List<ConfigKey<?>> KEYS = List.of(
            ENABLE, THREADS, DEDUPE_BUFFER_SIZE, LOAD_FACTOR, IO_BUFFER_SIZE, IO_MAX_BYTES_PER_SECOND, BACKOFF_MS);

    /** @param settings by name; missing ones have Kafka's defaults */
    public static CleanerConfig of(Map<String, String> settings) {
        return new CleanerConfig(
                ENABLE.in(settings),
                THREADS.in(settings),
                DEDUPE_BUFFER_SIZE.in(settings),
                LOAD_FACTOR.in(settings),
                IO_BUFFER_SIZE.in(settings),
                IO_MAX_BYTES_PER_SECOND.in(settings),
                BACKOFF_MS.in(settings));
    }

    long dedupeBufferBytesPerThread() {
        return dedupeBufferBytes / threads;
    }

    /** Half for reading, half for writing. */
    int chunkBytesPerThread() {
        return Math.max(1, ioBufferBytes / threads / 2);
    }
}
