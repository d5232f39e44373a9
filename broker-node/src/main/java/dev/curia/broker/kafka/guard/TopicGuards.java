package dev.curia.broker.kafka.guard;

import static dev.curia.common.security.Operation.DELETE;
import static dev.curia.common.security.Operation.DESCRIBE;
import static dev.curia.common.security.Operation.READ;
import static dev.curia.common.security.Operation.WRITE;
import static dev.curia.common.security.ResourceType.TOPIC;
import static dev.curia.common.security.ResourceType.TRANSACTIONAL_ID;

import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.codec.Codes;
import dev.curia.broker.kafka.guard.Guard.Verdict;
import dev.curia.metadata.acl.Access;
import dev.curia.metadata.image.Topic;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteRecordsRequest;
import org.apache.kafka.common.requests.DeleteRecordsResponse;
import org.apache.kafka.common.requests.DescribeProducersRequest;
import org.apache.kafka.common.requests.DescribeProducersResponse;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochRequest;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;

/** Of what is done with a topic's records. */
final class TopicGuards {
    private static final Errors REFUSED = Errors.TOPIC_AUTHORIZATION_FAILED;
    private static final short FIRST_TO_PRODUCE_BY_ID = 13;

    private final ClusterView cluster;

    TopicGuards(ClusterView cluster) {
        this.cluster = cluster;
    }

    void addTo(Map<ApiKeys, Guard<?, ?>> guards) {
        Guard<ProduceRequest, ProduceResponse> produce = this::produce;
        Guard<ListOffsetsRequest, ListOffsetsResponse> listOffsets = TopicGuards::listOffsets;
        Guard<OffsetsForLeaderEpochRequest, OffsetsForLeaderEpochResponse> epochs = TopicGuards::epochs;
        Guard<DescribeProducersRequest, DescribeProducersResponse> producers = TopicGuards::producers;
        Guard<DeleteRecordsRequest, DeleteRecordsResponse> deleteRecords = TopicGuards::deleteRecords;
        guards.put(ApiKeys.PRODUCE, produce);
        guards.put(ApiKeys.LIST_OFFSETS, listOffsets);
        guards.put(ApiKeys.OFFSET_FOR_LEADER_EPOCH, epochs);
        guards.put(ApiKeys.DESCRIBE_PRODUCERS, producers);
        guards.put(ApiKeys.DELETE_RECORDS, deleteRecords);
    }

    private Verdict<ProduceResponse> produce(Access access, ProduceRequest request, RequestContext context) {
        String transactionalId = request.transactionalId();
        if (transactionalId != null && !access.may(WRITE, TRANSACTIONAL_ID, transactionalId)) {
            throw Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.exception();
        }
        List<TopicProduceData> refused =
                Items.refused(request.data().topicData(), topic -> mayWrite(access, topic, context.version()));
        if (refused.isEmpty()) return Verdict.allowed();
        return Verdict.allowed(answer -> {
            // With acks=0 the answer is null: that something was refused shows by the connection closing.
            if (answer == null) throw REFUSED.exception();
            refused.forEach(topic -> answer.data().responses().add(refusal(topic)));
            return answer;
        });
    }

    /** What is not known by its id is nobody's, and the handler says so. */
    private boolean mayWrite(Access access, TopicProduceData topic, short version) {
        if (version < FIRST_TO_PRODUCE_BY_ID) return access.may(WRITE, TOPIC, topic.name());
        return cluster.newest()
                .topic(Codes.uuid(topic.topicId()))
                .map(Topic::name)
                .filter(name -> !access.may(WRITE, TOPIC, name))
                .isEmpty();
    }

    private static TopicProduceResponse refusal(TopicProduceData topic) {
        return new TopicProduceResponse()
                .setName(topic.name())
                .setTopicId(topic.topicId())
                .setPartitionResponses(Items.map(
                        topic.partitionData(),
                        partition -> new PartitionProduceResponse()
                                .setIndex(partition.index())
                                .setErrorCode(REFUSED.code())
                                .setErrorMessage(REFUSED.message())
                                .setBaseOffset(ProduceResponse.INVALID_OFFSET)));
    }

    private static Verdict<ListOffsetsResponse> listOffsets(
            Access access, ListOffsetsRequest request, RequestContext context) {
        List<ListOffsetsTopic> refused =
                Items.refused(request.data().topics(), topic -> access.may(DESCRIBE, TOPIC, topic.name()));
        if (refused.isEmpty()) return Verdict.allowed();
        return Verdict.allowed(answer -> {
            answer.data().setTopics(Items.and(answer.topics(), Items.map(refused, TopicGuards::refusal)));
            return answer;
        });
    }

    private static ListOffsetsTopicResponse refusal(ListOffsetsTopic topic) {
        return new ListOffsetsTopicResponse()
                .setName(topic.name())
                .setPartitions(Items.map(
                        topic.partitions(),
                        partition -> new ListOffsetsPartitionResponse()
                                .setPartitionIndex(partition.partitionIndex())
                                .setErrorCode(REFUSED.code())
                                .setOffset(ListOffsetsResponse.UNKNOWN_OFFSET)
                                .setTimestamp(ListOffsetsResponse.UNKNOWN_TIMESTAMP)));
    }

    private static Verdict<OffsetsForLeaderEpochResponse> epochs(
            Access access, OffsetsForLeaderEpochRequest request, RequestContext context) {
        List<OffsetForLeaderTopic> refused =
                Items.refused(request.data().topics(), topic -> access.may(DESCRIBE, TOPIC, topic.topic()));
        return Verdict.allowed(answer -> {
            refused.forEach(topic -> answer.data()
                    .topics()
                    .add(new OffsetForLeaderTopicResult()
                            .setTopic(topic.topic())
                            .setPartitions(Items.map(
                                    topic.partitions(),
                                    partition -> new EpochEndOffset()
                                            .setPartition(partition.partition())
                                            .setErrorCode(REFUSED.code())))));
            return answer;
        });
    }

    private static Verdict<DescribeProducersResponse> producers(
            Access access, DescribeProducersRequest request, RequestContext context) {
        List<TopicRequest> refused =
                Items.refused(request.data().topics(), topic -> access.may(READ, TOPIC, topic.name()));
        return Verdict.allowed(answer -> {
            refused.forEach(topic -> answer.data()
                    .topics()
                    .add(new TopicResponse()
                            .setName(topic.name())
                            .setPartitions(Items.map(
                                    topic.partitionIndexes(),
                                    partition -> new PartitionResponse()
                                            .setPartitionIndex(partition)
                                            .setErrorCode(REFUSED.code())
                                            .setErrorMessage(REFUSED.message())))));
            return answer;
        });
    }

    private static Verdict<DeleteRecordsResponse> deleteRecords(
            Access access, DeleteRecordsRequest request, RequestContext context) {
        List<DeleteRecordsTopic> refused =
                Items.refused(request.data().topics(), topic -> access.may(DELETE, TOPIC, topic.name()));
        return Verdict.allowed(answer -> {
            for (DeleteRecordsTopic topic : refused) {
                DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName(topic.name());
                topic.partitions()
                        .forEach(partition -> result.partitions()
                                .add(new DeleteRecordsPartitionResult()
                                        .setPartitionIndex(partition.partitionIndex())
                                        .setLowWatermark(DeleteRecordsResponse.INVALID_LOW_WATERMARK)
                                        .setErrorCode(REFUSED.code())));
                answer.data().topics().add(result);
            }
            return answer;
        });
    }
}
