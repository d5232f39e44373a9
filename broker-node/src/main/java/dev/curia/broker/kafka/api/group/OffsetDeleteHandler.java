package dev.curia.broker.kafka.api.group;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.state.OffsetDelete;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.common.id.TopicPartition;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopicCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetDeleteRequest;
import org.apache.kafka.common.requests.OffsetDeleteResponse;

/** OffsetDelete (KIP-496); offsets that aren't there are deleted, too. */
final class OffsetDeleteHandler implements RequestHandler<OffsetDeleteRequest> {
    private final GroupCoordinator groups;

    OffsetDeleteHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.OFFSET_DELETE;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 0;
    }

    @Override
    public CompletionStage<OffsetDeleteResponse> handle(RequestContext context, OffsetDeleteRequest request) {
        OffsetDeleteRequestData data = request.data();
        List<TopicPartition> partitions = data.topics().stream()
                .flatMap(topic -> topic.partitions().stream()
                        .filter(p -> p.partitionIndex() >= 0)
                        .map(p -> new TopicPartition(topic.name(), p.partitionIndex())))
                .toList();
        return groups.deleteOffsets(new OffsetDelete.Request(data.groupId(), partitions))
                .thenApply(OffsetDeleteHandler::toResponse);
    }

    private static OffsetDeleteResponse toResponse(OffsetDelete.Reply reply) {
        OffsetDeleteResponseData data =
                new OffsetDeleteResponseData().setErrorCode(reply.error().code());
        if (reply.error() != Errors.NONE) return new OffsetDeleteResponse(data);
        OffsetDeleteResponseTopicCollection topics = new OffsetDeleteResponseTopicCollection();
        reply.errors().forEach((partition, error) -> {
            OffsetDeleteResponseTopic topic = topics.find(partition.topic());
            if (topic == null) {
                topic = new OffsetDeleteResponseTopic().setName(partition.topic());
                topics.add(topic);
            }
            topic.partitions()
                    .add(new OffsetDeleteResponsePartition()
                            .setPartitionIndex(partition.partition())
                            .setErrorCode(error.code()));
        });
        return new OffsetDeleteResponse(data.setTopics(topics));
    }
}
