package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.Codes;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeTopicPartitionsRequest;
import org.apache.kafka.common.requests.DescribeTopicPartitionsResponse;

/**
 * Describes topics by name, page by page (KIP-966): so many partitions an answer, and a cursor to go on from. Topics come in the order of
 * their names. A page is of the metadata as it is then: what is created or deleted meanwhile may be missed or seen.
 */
final class DescribeTopicPartitionsHandler implements RequestHandler<DescribeTopicPartitionsRequest> {
    private static final int MAX_PARTITIONS = 2000; // Kafka's max.request.partition.size.limit

    private final ClusterView cluster;

    DescribeTopicPartitionsHandler(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_TOPIC_PARTITIONS;
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
    public CompletionStage<DescribeTopicPartitionsResponse> handle(
            RequestContext context, DescribeTopicPartitionsRequest request) {
        return CompletableFuture.completedFuture(
                new DescribeTopicPartitionsResponse(answer(context, request.data(), cluster.image())));
    }

    private static DescribeTopicPartitionsResponseData answer(
            RequestContext context, DescribeTopicPartitionsRequestData request, MetadataImage image) {
        int room = Math.min(MAX_PARTITIONS, request.responsePartitionLimit());
        if (room < 1) {
            throw new InvalidRequestException(
                    "a limit of " + request.responsePartitionLimit() + " partitions: expected at least 1");
        }
        DescribeTopicPartitionsRequestData.Cursor from = request.cursor();
        if (from != null && from.partitionIndex() < 0) {
            throw new InvalidRequestException(
                    "a cursor at partition " + from.partitionIndex() + ": expected at least 0");
        }
        DescribeTopicPartitionsResponseData data = new DescribeTopicPartitionsResponseData();
        for (String name : names(request, image)) {
            int first = from != null && name.equals(from.topicName()) ? from.partitionIndex() : 0;
            Optional<Topic> topic = image.topic(name);
            if (topic.isPresent() && room == 0) return data.setNextCursor(cursor(name, first));
            if (topic.isEmpty()) {
                data.topics().add(unknown(name));
                continue;
            }
            int count = topic.get().partitions().size();
            int end = (int) Math.min(count, (long) first + room);
            data.topics().add(describe(topic.get(), first, end, image, context));
            if (end < count) return data.setNextCursor(cursor(name, end));
            room -= Math.max(0, end - first);
        }
        return data;
    }

    /** In order, from the cursor on. */
    private static List<String> names(DescribeTopicPartitionsRequestData request, MetadataImage image) {
        Stream<String> names = request.topics().isEmpty()
                ? image.topics().stream().map(Topic::name)
                : request.topics().stream().map(TopicRequest::name);
        DescribeTopicPartitionsRequestData.Cursor from = request.cursor();
        return names.filter(name -> from == null || name.compareTo(from.topicName()) >= 0)
                .distinct()
                .sorted()
                .toList();
    }

    private static Cursor cursor(String topic, int partition) {
        return new Cursor().setTopicName(topic).setPartitionIndex(partition);
    }

    private static DescribeTopicPartitionsResponseTopic unknown(String name) {
        Errors error = TopicNames.isValid(name) ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION;
        return new DescribeTopicPartitionsResponseTopic().setName(name).setErrorCode(error.code());
    }

    private static DescribeTopicPartitionsResponseTopic describe(
            Topic topic, int first, int end, MetadataImage image, RequestContext context) {
        DescribeTopicPartitionsResponseTopic answer = new DescribeTopicPartitionsResponseTopic()
                .setName(topic.name())
                .setTopicId(Codes.kafka(topic.id()))
                .setIsInternal(topic.internal())
                .setTopicAuthorizedOperations(AuthorizedOperations.TOPIC);
        for (int p = first; p < end; p++) {
            answer.partitions().add(describe(p, topic.partitions().get(p), image, context));
        }
        return answer;
    }

    private static DescribeTopicPartitionsResponsePartition describe(
            int index, PartitionState state, MetadataImage image, RequestContext context) {
        MetadataResponsePartition known = MetadataHandler.describe(index, state, image, context);
        return new DescribeTopicPartitionsResponsePartition()
                .setErrorCode(known.errorCode())
                .setPartitionIndex(index)
                .setLeaderId(known.leaderId())
                .setLeaderEpoch(known.leaderEpoch())
                .setReplicaNodes(known.replicaNodes())
                .setIsrNodes(known.isrNodes())
                .setOfflineReplicas(known.offlineReplicas())
                .setEligibleLeaderReplicas(List.copyOf(state.eligibleLeaders()))
                .setLastKnownElr(List.copyOf(state.lastKnownEligible()));
    }
}
