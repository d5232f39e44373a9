package dev.curia.broker.kafka.api.group;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.state.CommittedOffset;
import dev.curia.broker.group.state.OffsetFetch;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.common.id.TopicPartition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

/** OffsetFetch of one group, or of several since version 8 (KIP-709). A partition without an offset is answered with -1. */
final class OffsetFetchHandler implements RequestHandler<OffsetFetchRequest> {
    private static final OffsetFetchResponsePartitions NO_OFFSET = new OffsetFetchResponsePartitions()
            .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
            .setCommittedLeaderEpoch(-1)
            .setMetadata(OffsetFetchResponse.NO_METADATA);

    private final GroupCoordinator groups;

    OffsetFetchHandler(GroupCoordinator groups) {
        this.groups = groups;
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
        return 9;
    }

    @Override
    public CompletionStage<OffsetFetchResponse> handle(RequestContext context, OffsetFetchRequest request) {
        boolean stable = request.data().requireStable();
        List<CompletableFuture<OffsetFetchResponseGroup>> answers =
                request.groups().stream().map(group -> fetch(group, stable)).toList();
        short version = context.version();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(done -> new OffsetFetchResponse.Builder(
                                answers.stream().map(CompletableFuture::join).toList())
                        .build(version));
    }

    private CompletableFuture<OffsetFetchResponseGroup> fetch(OffsetFetchRequestGroup group, boolean stable) {
        List<OffsetFetchRequestTopics> topics = OffsetFetchRequest.requestAllOffsets(group) ? null : group.topics();
        return groups.fetch(new OffsetFetch.Request(
                        group.groupId(), Optional.ofNullable(topics).map(OffsetFetchHandler::partitions)))
                .thenApply(reply -> UnstableOffsets.mark(
                        toGroup(group.groupId(), topics, reply), stable ? reply.unstable() : Set.of()));
    }

    private static List<TopicPartition> partitions(List<OffsetFetchRequestTopics> topics) {
        return topics.stream()
                .flatMap(topic -> topic.partitionIndexes().stream()
                        .filter(index -> index >= 0)
                        .map(index -> new TopicPartition(topic.name(), index)))
                .toList();
    }

    private static OffsetFetchResponseGroup toGroup(
            String groupId, @Nullable List<OffsetFetchRequestTopics> topics, OffsetFetch.Reply reply) {
        OffsetFetchResponseGroup group = new OffsetFetchResponseGroup()
                .setGroupId(groupId)
                .setErrorCode(reply.error().code());
        if (reply.error() != Errors.NONE) return group;
        return group.setTopics(topics == null ? all(reply.offsets()) : asked(topics, reply.offsets()));
    }

    private static List<OffsetFetchResponseTopics> asked(
            List<OffsetFetchRequestTopics> topics, Map<TopicPartition, CommittedOffset> offsets) {
        List<OffsetFetchResponseTopics> answer = new ArrayList<>();
        for (OffsetFetchRequestTopics topic : topics) {
            OffsetFetchResponseTopics partitions = new OffsetFetchResponseTopics().setName(topic.name());
            for (int index : topic.partitionIndexes()) {
                CommittedOffset offset = index < 0 ? null : offsets.get(new TopicPartition(topic.name(), index));
                partitions.partitions().add(toPartition(index, offset));
            }
            answer.add(partitions);
        }
        return answer;
    }

    private static List<OffsetFetchResponseTopics> all(Map<TopicPartition, CommittedOffset> offsets) {
        Map<String, OffsetFetchResponseTopics> topics = new LinkedHashMap<>();
        offsets.forEach((partition, offset) -> topics.computeIfAbsent(
                        partition.topic(), name -> new OffsetFetchResponseTopics().setName(name))
                .partitions()
                .add(toPartition(partition.partition(), offset)));
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
