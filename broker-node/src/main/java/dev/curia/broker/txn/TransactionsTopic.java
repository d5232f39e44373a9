package dev.curia.broker.txn;

import dev.curia.broker.coordinator.InternalTopics;
import dev.curia.broker.coordinator.KeyPartitions;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.Errors;

/** The topic in which transactional ids are kept, and which of its partitions an id is in. Immutable, thread-safe. */
public record TransactionsTopic(int partitions, short replicationFactor, int minIsr, int segmentBytes) {
    public static final String NAME = "__transaction_state";

    public static TransactionsTopic of(Map<String, String> config) {
        return new TransactionsTopic(
                TxnConfigs.TOPIC_PARTITIONS.in(config),
                TxnConfigs.TOPIC_REPLICATION_FACTOR.in(config).shortValue(),
                TxnConfigs.TOPIC_MIN_ISR.in(config),
                TxnConfigs.TOPIC_SEGMENT_BYTES.in(config));
    }

    /** The partition that holds an id. */
    public int partitionFor(String transactionalId) {
        return KeyPartitions.of(transactionalId, partitions);
    }

    CompletionStage<Errors> ensure(InternalTopics topics) {
        return topics.ensure(
                NAME,
                partitions,
                replicationFactor,
                Map.of(
                        "cleanup.policy", "compact",
                        "compression.type", "uncompressed",
                        "min.insync.replicas", Integer.toString(minIsr),
                        "segment.bytes", Integer.toString(segmentBytes),
                        "unclean.leader.election.enable", "false"));
    }
}
