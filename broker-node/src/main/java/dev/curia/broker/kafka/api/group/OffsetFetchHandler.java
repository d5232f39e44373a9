package dev.curia.broker.kafka.api.group;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.state.CommittedOffset;
import dev.curia.broker.group.state.OffsetFetch;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.common.id.TopicPartition;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Topic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.jspecify.annotations.Nullable;

/**
 * OffsetFetch of one group, or of several since version 8 (KIP-709). A partition without an offset is answered with -1. Since version 9
 * members of consumer groups name their epoch, since version 10 topics are named by their ids (KIP-848).
 */
final class OffsetFetchHandler implements RequestHandler<OffsetFetchRequest> {
    private static final OffsetFetchResponsePartitions NO_OFFSET = new OffsetFetchResponsePartitions()
            .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
            .setCommittedLeaderEpoch(-1)
            .setMetadata(OffsetFetchResponse.NO_METADATA);

    private static final short BY_TOPIC_ID = 10;

    private final GroupCoordinator groups;
    private final ClusterView cluster;

    OffsetFetchHandler(GroupCoordinator groups, ClusterView cluster) {
        this.groups = groups;
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.OFFSET_FETCH;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return BY_TOPIC_ID;
    }

    @Override
    public CompletionStage<OffsetFetchResponse> handle(RequestContext context, OffsetFetchRequest request) {
        boolean stable = request.data().requireStable();
        short version = context.version();
        MetadataImage image = cluster.image();
        boolean byId = version >= BY_TOPIC_ID;
        List<CompletableFuture<OffsetFetchResponseGroup>> answers = request.groups().stream()
                .map(group -> fetch(group, byId, image, stable))
                .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(done -> new OffsetFetchResponse.Builder(
                                answers.stream().map(CompletableFuture::join).toList())
                        .build(version));
    }

    /**
     * A topic of the request.
     *
     * @param name null: there is none of its id
     */
    private record Asked(
            OffsetFetchRequestTopics topic, @Nullable String name) {
        @Nullable
        TopicPartition partition(int index) {
            return name == null || index < 0 ? null : new TopicPartition(name, index);
        }
    }

    private CompletableFuture<OffsetFetchResponseGroup> fetch(
            OffsetFetchRequestGroup group, boolean byId, MetadataImage image, boolean stable) {
        List<Asked> asked = OffsetFetchRequest.requestAllOffsets(group)
                ? null
                : group.topics().stream()
                        .map(topic -> new Asked(topic, byId ? name(topic, image) : topic.name()))
                        .toList();
        return groups.fetch(new OffsetFetch.Request(
                        group.groupId(),
                        Optional.ofNullable(asked).map(OffsetFetchHandler::partitions),
                        Objects.requireNonNullElse(group.memberId(), ""),
                        group.memberEpoch()))
                .thenApply(reply -> UnstableOffsets.mark(
                        toGroup(group.groupId(), asked, byId, image, reply), stable ? reply.unstable() : Set.of()));
    }

    private static @Nullable String name(OffsetFetchRequestTopics topic, MetadataImage image) {
        return image.topic(TopicIds.fromKafka(topic.topicId())).map(Topic::name).orElse(null);
    }

    private static List<TopicPartition> partitions(List<Asked> asked) {
        return asked.stream()
                .flatMap(topic -> topic.topic().partitionIndexes().stream().map(topic::partition))
                .filter(Objects::nonNull)
                .toList();
    }

    private static OffsetFetchResponseGroup toGroup(
            String groupId, @Nullable List<Asked> asked, boolean byId, MetadataImage image, OffsetFetch.Reply reply) {
        OffsetFetchResponseGroup group = new OffsetFetchResponseGroup()
                .setGroupId(groupId)
                .setErrorCode(reply.error().code());
        if (reply.error() != Errors.NONE) return group;
        return group.setTopics(asked == null ? all(reply.offsets(), byId, image) : asked(asked, reply.offsets()));
    }

    private static List<OffsetFetchResponseTopics> asked(
            List<Asked> topics, Map<TopicPartition, CommittedOffset> offsets) {
        List<OffsetFetchResponseTopics> answer = new ArrayList<>();
        for (Asked asked : topics) {
            OffsetFetchResponseTopics partitions = new OffsetFetchResponseTopics()
                    .setName(Objects.requireNonNullElse(
                            asked.name(), asked.topic().name()))
                    .setTopicId(asked.topic().topicId());
            for (int index : asked.topic().partitionIndexes()) {
                TopicPartition partition = asked.partition(index);
                OffsetFetchResponsePartitions its =
                        toPartition(index, partition == null ? null : offsets.get(partition));
                if (asked.name() == null) its.setErrorCode(Errors.UNKNOWN_TOPIC_ID.code());
                partitions.partitions().add(its);
            }
            answer.add(partitions);
        }
        return answer;
    }

    /** By id, topics that are gone are left out: they have none. */
    private static List<OffsetFetchResponseTopics> all(
            Map<TopicPartition, CommittedOffset> offsets, boolean byId, MetadataImage image) {
        Map<String, OffsetFetchResponseTopics> topics = new LinkedHashMap<>();
        offsets.forEach((partition, offset) -> {
            Optional<Topic> topic = image.topic(partition.topic());
            if (byId && topic.isEmpty()) return;
            topics.computeIfAbsent(partition.topic(), name -> {
                        OffsetFetchResponseTopics named = new OffsetFetchResponseTopics().setName(name);
                        topic.ifPresent(t -> named.setTopicId(TopicIds.toKafka(t.id())));
                        return named;
                    })
                    .partitions()
                    .add(toPartition(partition.partition(), offset));
        });
        return new ArrayList<>(topics.values());
    }

    private static OffsetFetchResponsePartitions toPartition(int index, @Nullable CommittedOffset offset) {
        if (offset == null) return NO_OFFSET.duplicate().setPartitionIndex(index);
        return new OffsetFetchResponsePartitions()
                .setPartitionIndex(index)
                .setCommittedOffset(offset.offset())
                .setCommittedLeaderEpoch(offset.leaderEpoch())
                .setMetadata(offset.metadata());
    }
}
