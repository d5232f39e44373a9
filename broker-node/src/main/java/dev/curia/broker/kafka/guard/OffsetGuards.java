package dev.curia.broker.kafka.guard;

import static dev.curia.common.security.Operation.DELETE;
import static dev.curia.common.security.Operation.DESCRIBE;
import static dev.curia.common.security.Operation.READ;
import static dev.curia.common.security.ResourceType.GROUP;
import static dev.curia.common.security.ResourceType.TOPIC;

import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.guard.Guard.Verdict;
import dev.curia.metadata.acl.Access;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartition;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopic;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.OffsetDeleteRequest;
import org.apache.kafka.common.requests.OffsetDeleteResponse;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;

/** Of the offsets that groups commit. */
final class OffsetGuards {
    private static final Errors REFUSED = Errors.TOPIC_AUTHORIZATION_FAILED;
    private static final short FIRST_OF_SEVERAL_GROUPS = 8;

    private final NamedTopics topics;

    OffsetGuards(NamedTopics topics) {
        this.topics = topics;
    }

    void addTo(Map<ApiKeys, Guard<?, ?>> guards) {
        Guard<OffsetCommitRequest, OffsetCommitResponse> commit = this::commit;
        Guard<OffsetFetchRequest, OffsetFetchResponse> fetch = this::fetch;
        Guard<OffsetDeleteRequest, OffsetDeleteResponse> delete = OffsetGuards::delete;
        guards.put(ApiKeys.OFFSET_COMMIT, commit);
        guards.put(ApiKeys.OFFSET_FETCH, fetch);
        guards.put(ApiKeys.OFFSET_DELETE, delete);
    }

    private Verdict<OffsetCommitResponse> commit(Access access, OffsetCommitRequest request, RequestContext context) {
        if (!access.may(READ, GROUP, request.data().groupId())) throw Errors.GROUP_AUTHORIZATION_FAILED.exception();
        List<OffsetCommitRequestTopic> refused = Items.refused(
                request.data().topics(),
                topic -> topics.allowed(topic.name(), topic.topicId(), name -> access.may(READ, TOPIC, name)));
        List<OffsetCommitResponseTopic> refusals = Items.map(
                refused,
                topic -> new OffsetCommitResponseTopic()
                        .setName(topic.name())
                        .setTopicId(topic.topicId())
                        .setPartitions(Items.map(
                                topic.partitions(),
                                partition -> new OffsetCommitResponsePartition()
                                        .setPartitionIndex(partition.partitionIndex())
                                        .setErrorCode(REFUSED.code()))));
        return Verdict.allowed(answer -> {
            answer.data().setTopics(Items.and(answer.data().topics(), refusals));
            return answer;
        });
    }

    private Verdict<OffsetFetchResponse> fetch(Access access, OffsetFetchRequest request, RequestContext context) {
        return context.version() < FIRST_OF_SEVERAL_GROUPS ? fetchOne(access, request) : fetchSeveral(access, request);
    }

    private static Verdict<OffsetFetchResponse> fetchOne(Access access, OffsetFetchRequest request) {
        if (!access.may(DESCRIBE, GROUP, request.data().groupId())) throw Errors.GROUP_AUTHORIZATION_FAILED.exception();
        List<OffsetFetchRequestTopic> asked = request.data().topics();
        List<OffsetFetchRequestTopic> refused =
                asked == null ? List.of() : Items.refused(asked, topic -> access.may(DESCRIBE, TOPIC, topic.name()));
        List<OffsetFetchResponseTopic> refusals = Items.map(
                refused,
                topic -> new OffsetFetchResponseTopic()
                        .setName(topic.name())
                        .setPartitions(Items.map(
                                topic.partitionIndexes(),
                                index -> new OffsetFetchResponsePartition()
                                        .setPartitionIndex(index)
                                        .setErrorCode(REFUSED.code())
                                        .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                                        .setMetadata(OffsetFetchResponse.NO_METADATA))));
        return Verdict.allowed(answer -> {
            List<OffsetFetchResponseTopic> topics = answer.data().topics().stream()
                    .filter(topic -> asked != null || access.sees(DESCRIBE, TOPIC, topic.name()))
                    .toList();
            answer.data().setTopics(Items.and(topics, refusals));
            return answer;
        });
    }

    private Verdict<OffsetFetchResponse> fetchSeveral(Access access, OffsetFetchRequest request) {
        List<OffsetFetchRequestGroup> refused =
                Items.refused(request.data().groups(), group -> access.may(DESCRIBE, GROUP, group.groupId()));
        List<OffsetFetchResponseGroup> refusedGroups = Items.map(
                refused,
                group -> new OffsetFetchResponseGroup()
                        .setGroupId(group.groupId())
                        .setErrorCode(Errors.GROUP_AUTHORIZATION_FAILED.code()));
        Map<String, List<OffsetFetchResponseTopics>> refusals = new HashMap<>(); // of groups that name topics
        for (OffsetFetchRequestGroup group : request.data().groups()) {
            if (group.topics() == null) continue;
            List<OffsetFetchRequestTopics> its = Items.refused(
                    group.topics(),
                    topic -> topics.allowed(topic.name(), topic.topicId(), name -> access.may(DESCRIBE, TOPIC, name)));
            refusals.put(group.groupId(), Items.map(its, OffsetGuards::refusal));
        }
        return Verdict.allowed(answer -> {
            List<OffsetFetchResponseGroup> groups =
                    new ArrayList<>(answer.data().groups());
            for (OffsetFetchResponseGroup group : groups) {
                List<OffsetFetchResponseTopics> its = refusals.get(group.groupId());
                if (its != null && group.errorCode() == Errors.NONE.code()) {
                    group.setTopics(Items.and(group.topics(), its));
                } else if (its == null) {
                    group.setTopics(group.topics().stream()
                            .filter(topic -> access.sees(DESCRIBE, TOPIC, topic.name()))
                            .toList());
                }
            }
            answer.data().setGroups(Items.and(groups, refusedGroups));
            return answer;
        });
    }

    private static OffsetFetchResponseTopics refusal(OffsetFetchRequestTopics topic) {
        return new OffsetFetchResponseTopics()
                .setName(topic.name())
                .setTopicId(topic.topicId())
                .setPartitions(Items.map(
                        topic.partitionIndexes(),
                        index -> new OffsetFetchResponsePartitions()
                                .setPartitionIndex(index)
                                .setErrorCode(REFUSED.code())
                                .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                                .setMetadata(OffsetFetchResponse.NO_METADATA)));
    }

    private static Verdict<OffsetDeleteResponse> delete(
            Access access, OffsetDeleteRequest request, RequestContext context) {
        if (!access.may(DELETE, GROUP, request.data().groupId())) throw Errors.GROUP_AUTHORIZATION_FAILED.exception();
        List<OffsetDeleteRequestTopic> refused =
                Items.refused(request.data().topics(), topic -> access.may(READ, TOPIC, topic.name()));
        return Verdict.allowed(answer -> {
            if (answer.data().errorCode() != Errors.NONE.code()) return answer;
            for (OffsetDeleteRequestTopic topic : refused) {
                OffsetDeleteResponseTopic result = new OffsetDeleteResponseTopic().setName(topic.name());
                topic.partitions()
                        .forEach(partition -> result.partitions()
                                .add(new OffsetDeleteResponsePartition()
                                        .setPartitionIndex(partition.partitionIndex())
                                        .setErrorCode(REFUSED.code())));
                answer.data().topics().add(result);
            }
            return answer;
        });
    }
}
