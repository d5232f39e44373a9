package dev.curia.broker.txn;

import dev.curia.broker.txn.state.TxnSettings;
import dev.curia.common.config.BrokerConfigs;
import dev.curia.common.config.ConfigKey;
import java.util.List;
import java.util.Map;

/** The transaction coordinator's configuration keys; names, defaults and ranges are Kafka's. */
public final class TxnConfigs {
    public static final ConfigKey<Integer> MAX_TIMEOUT_MS = ConfigKey.ofInt(
            "transaction.max.timeout.ms",
            900_000,
            1,
            Integer.MAX_VALUE,
            "The longest transaction timeout a producer may ask for, in milliseconds.");
    public static final ConfigKey<Integer> TIMEOUTS_INTERVAL_MS = ConfigKey.ofInt(
            "transaction.abort.timed.out.transaction.cleanup.interval.ms",
            10_000,
            1,
            Integer.MAX_VALUE,
            "How often transactions that have been open for longer than their timeout are looked for and aborted, in milliseconds.");
    public static final ConfigKey<Integer> EXPIRATION_MS = ConfigKey.ofInt(
            "transactional.id.expiration.ms",
            604_800_000,
            1,
            Integer.MAX_VALUE,
            "How long a transactional id without any request is remembered, in milliseconds.");
    public static final ConfigKey<Integer> EXPIRY_INTERVAL_MS = ConfigKey.ofInt(
            "transaction.remove.expired.transaction.cleanup.interval.ms",
            3_600_000,
            1,
            Integer.MAX_VALUE,
            "How often transactional ids that have expired are looked for and forgotten, in milliseconds.");
    public static final ConfigKey<Integer> TOPIC_PARTITIONS = ConfigKey.ofInt(
            "transaction.state.log.num.partitions",
            50,
            1,
            Integer.MAX_VALUE,
            "Partitions of __transaction_state when it is created. Must not change afterwards.");
    public static final ConfigKey<Integer> TOPIC_REPLICATION_FACTOR = ConfigKey.ofInt(
            "transaction.state.log.replication.factor",
            3,
            1,
            Short.MAX_VALUE,
            "Replicas of each partition of __transaction_state. It is not created before as many brokers are alive.");
    public static final ConfigKey<Integer> TOPIC_MIN_ISR = ConfigKey.ofInt(
            "transaction.state.log.min.isr",
            2,
            1,
            Integer.MAX_VALUE,
            "min.insync.replicas of __transaction_state when it is created.");
    public static final ConfigKey<Integer> TOPIC_SEGMENT_BYTES = ConfigKey.ofInt(
            "transaction.state.log.segment.bytes",
            104_857_600,
            1,
            Integer.MAX_VALUE,
            "Segment size of __transaction_state, in bytes; small segments are compacted and loaded sooner.");
    public static final ConfigKey<Integer> LOAD_BUFFER_SIZE = ConfigKey.ofInt(
            "transaction.state.log.load.buffer.size",
            5_242_880,
            1,
            Integer.MAX_VALUE,
            "How much of __transaction_state is read at once while loading, in bytes; a larger batch is read whole.");

    /** All of them, for the reference page and the check of unknown keys. */
    public static final List<ConfigKey<?>> ALL = List.of(
            MAX_TIMEOUT_MS,
            TIMEOUTS_INTERVAL_MS,
            EXPIRATION_MS,
            EXPIRY_INTERVAL_MS,
            TOPIC_PARTITIONS,
            TOPIC_REPLICATION_FACTOR,
            TOPIC_MIN_ISR,
            TOPIC_SEGMENT_BYTES,
            LOAD_BUFFER_SIZE,
            BrokerConfigs.TRANSACTION_VERIFICATION);

    private TxnConfigs() {}

    /** The state machine's settings out of the node's configuration. */
    static TxnSettings settings(Map<String, String> config) {
        return new TxnSettings(
                MAX_TIMEOUT_MS.in(config),
                TIMEOUTS_INTERVAL_MS.in(config),
                EXPIRATION_MS.in(config),
                EXPIRY_INTERVAL_MS.in(config));
    }
}
