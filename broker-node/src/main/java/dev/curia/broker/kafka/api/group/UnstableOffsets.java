package dev.curia.broker.kafka.api.group;

import dev.curia.common.id.TopicPartition;
import java.util.Set;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetFetchResponse;

/** For readers who must not take up an offset that a transaction may still change: they are to come again (KIP-447). Stateless. */
final class UnstableOffsets {
    private UnstableOffsets() {}

    /** @return the same answer, in which these have an error instead of an offset */
    static OffsetFetchResponseGroup mark(OffsetFetchResponseGroup group, Set<TopicPartition> unstable) {
        if (unstable.isEmpty()) return group;
        for (OffsetFetchResponseTopics topic : group.topics()) {
            for (OffsetFetchResponsePartitions partition : topic.partitions()) {
                int index = partition.partitionIndex();
                if (index < 0 || !unstable.contains(new TopicPartition(topic.name(), index))) continue;
                partition
                        .setErrorCode(Errors.UNSTABLE_OFFSET_COMMIT.code())
                        .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                        .setCommittedLeaderEpoch(-1)
                        .setMetadata(OffsetFetchResponse.NO_METADATA);
            }
        }
        return group;
    }
}
