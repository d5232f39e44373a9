package dev.curia.metadata.client;

import com.google.protobuf.ByteString;
import dev.curia.common.id.PartitionId;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.proto.metadata.v1.OfflinePartition;
import dev.curia.proto.metadata.v1.OfflineReplicas;
import dev.curia.proto.metadata.v1.OfflineTopic;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All replicas of this broker that cannot be used. Immutable.
 *
 * @param version rises with each change; 0: none was ever offline
 * @param offlineSince for each of them, the first version that named it without a break
 */
public record OfflineReport(long version, Map<PartitionId, Long> offlineSince) {
    public static final OfflineReport NONE = new OfflineReport(0, Map.of());

    public OfflineReport {
        offlineSince = Map.copyOf(offlineSince);
    }

    OfflineReplicas toProto() {
        Map<ByteString, OfflineTopic.Builder> topics = new LinkedHashMap<>();
        offlineSince.forEach((id, since) -> topics.computeIfAbsent(
                        ImageRecords.bytes(id.topicId()),
                        bytes -> OfflineTopic.newBuilder().setTopicId(bytes))
                .addPartitions(OfflinePartition.newBuilder()
                        .setPartition(id.partition())
                        .setSinceVersion(since)));
        OfflineReplicas.Builder all = OfflineReplicas.newBuilder().setVersion(version);
        topics.values().forEach(all::addTopics);
        return all.build();
    }
}
