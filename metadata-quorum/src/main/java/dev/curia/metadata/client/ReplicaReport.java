package dev.curia.metadata.client;

import com.google.protobuf.ByteString;
import dev.curia.common.id.PartitionId;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.proto.metadata.v1.FullTopic;
import dev.curia.proto.metadata.v1.OfflinePartition;
import dev.curia.proto.metadata.v1.OfflineTopic;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * All replicas of this broker that are not as they should be. Immutable.
 *
 * @param version rises with each change; 0: none ever was
 * @param offlineSince those that cannot be used, each with the first version that named it without a break
 * @param full those that take no appends, since their disk is full
 */
public record ReplicaReport(long version, Map<PartitionId, Long> offlineSince, Set<PartitionId> full) {
    public static final ReplicaReport NONE = new ReplicaReport(0, Map.of(), Set.of());

    public ReplicaReport {
        offlineSince = Map.copyOf(offlineSince);
        full = Set.copyOf(full);
    }

    dev.curia.proto.metadata.v1.ReplicaReport toProto() {
        Map<ByteString, OfflineTopic.Builder> offlineTopics = new HashMap<>();
        offlineSince.forEach((id, since) -> offlineTopics
                .computeIfAbsent(
                        ImageRecords.bytes(id.topicId()),
                        bytes -> OfflineTopic.newBuilder().setTopicId(bytes))
                .addPartitions(OfflinePartition.newBuilder()
                        .setPartition(id.partition())
                        .setSinceVersion(since)));
        Map<ByteString, FullTopic.Builder> fullTopics = new HashMap<>();
        full.forEach(id -> fullTopics
                .computeIfAbsent(
                        ImageRecords.bytes(id.topicId()),
                        bytes -> FullTopic.newBuilder().setTopicId(bytes))
                .addPartitions(id.partition()));
        var report = dev.curia.proto.metadata.v1.ReplicaReport.newBuilder().setVersion(version);
        offlineTopics.values().forEach(report::addOffline);
        fullTopics.values().forEach(report::addFull);
        return report.build();
    }
}
