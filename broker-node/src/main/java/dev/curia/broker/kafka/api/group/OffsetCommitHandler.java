package dev.curia.broker.kafka.api.group;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.state.OffsetCommit;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.MetadataImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetCommitResponse;

/** OffsetCommit; partitions that don't exist are refused here, the rest goes to the group. */
final class OffsetCommitHandler implements RequestHandler<OffsetCommitRequest> {
    private final GroupCoordinator groups;
    private final ClusterView cluster;

    OffsetCommitHandler(GroupCoordinator groups, ClusterView cluster) {
        this.groups = groups;
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.OFFSET_COMMIT;
    }

    @Override
    public short minVersion() {
        return 2;
    }

    @Override
    public short maxVersion() {
        return 9;
    }

    @Override
    public CompletionStage<OffsetCommitResponse> handle(RequestContext context, OffsetCommitRequest request) {
        OffsetCommitRequestData data = request.data();
        MetadataImage image = cluster.image();
        List<OffsetCommit.Offset> offsets = new ArrayList<>();
        for (OffsetCommitRequestTopic topic : data.topics()) {
            for (OffsetCommitRequestPartition p : topic.partitions()) {
                if (exists(image, topic.name(), p.partitionIndex())) offsets.add(toOffset(topic.name(), p));
            }
        }
        OffsetCommit.Request commit = new OffsetCommit.Request(
                data.groupId(),
                data.generationIdOrMemberEpoch(),
                data.memberId(),
                data.groupInstanceId(),
                data.retentionTimeMs() < 0 ? OptionalLong.empty() : OptionalLong.of(data.retentionTimeMs()),
                offsets);
        return groups.commit(commit).thenApply(reply -> toResponse(data, reply));
    }

    private static boolean exists(MetadataImage image, String topic, int partition) {
        return image.topic(topic).flatMap(t -> t.partition(partition)).isPresent();
    }

    private static OffsetCommit.Offset toOffset(String topic, OffsetCommitRequestPartition p) {
        return new OffsetCommit.Offset(
                new TopicPartition(topic, p.partitionIndex()),
                Uuid.ZERO,
                p.committedOffset(),
                p.committedLeaderEpoch(),
                Objects.requireNonNullElse(p.committedMetadata(), ""));
    }

    private static OffsetCommitResponse toResponse(OffsetCommitRequestData data, OffsetCommit.Reply reply) {
        Map<TopicPartition, Errors> errors = reply.errors();
        OffsetCommitResponseData response = new OffsetCommitResponseData();
        Map<String, OffsetCommitResponseTopic> topics = new LinkedHashMap<>();
        for (OffsetCommitRequestTopic topic : data.topics()) {
            for (OffsetCommitRequestPartition p : topic.partitions()) {
                Errors error = p.partitionIndex() < 0
                        ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                        : errors.getOrDefault(
                                new TopicPartition(topic.name(), p.partitionIndex()),
                                Errors.UNKNOWN_TOPIC_OR_PARTITION);
                topics.computeIfAbsent(topic.name(), name -> new OffsetCommitResponseTopic().setName(name))
                        .partitions()
                        .add(new OffsetCommitResponsePartition()
                                .setPartitionIndex(p.partitionIndex())
                                .setErrorCode(error.code()));
            }
        }
        return new OffsetCommitResponse(response.setTopics(new ArrayList<>(topics.values())));
    }
}
