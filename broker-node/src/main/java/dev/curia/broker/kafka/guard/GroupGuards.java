package dev.curia.broker.kafka.guard;

import static dev.curia.common.security.Operation.DELETE;
import static dev.curia.common.security.Operation.DESCRIBE;
import static dev.curia.common.security.Operation.READ;
import static dev.curia.common.security.ResourceType.CLUSTER;
import static dev.curia.common.security.ResourceType.GROUP;
import static dev.curia.common.security.ResourceType.THE_CLUSTER;
import static dev.curia.common.security.ResourceType.TOPIC;
import static dev.curia.common.security.ResourceType.TRANSACTIONAL_ID;

import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.guard.Guard.Verdict;
import dev.curia.metadata.acl.Access;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Assignment;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ConsumerGroupDescribeRequest;
import org.apache.kafka.common.requests.ConsumerGroupDescribeResponse;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatResponse;
import org.apache.kafka.common.requests.DeleteGroupsRequest;
import org.apache.kafka.common.requests.DeleteGroupsResponse;
import org.apache.kafka.common.requests.DescribeGroupsRequest;
import org.apache.kafka.common.requests.DescribeGroupsResponse;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.HeartbeatRequest;
import org.apache.kafka.common.requests.JoinGroupRequest;
import org.apache.kafka.common.requests.LeaveGroupRequest;
import org.apache.kafka.common.requests.ListGroupsRequest;
import org.apache.kafka.common.requests.ListGroupsResponse;
import org.apache.kafka.common.requests.SyncGroupRequest;

/** Of groups and their members. */
final class GroupGuards {
    private static final Errors REFUSED = Errors.GROUP_AUTHORIZATION_FAILED;

    /** In place of a number of authorized operations: nobody asked for it. */
    private static final int NOT_ASKED = Integer.MIN_VALUE;

    private final Subscriptions subscriptions;

    GroupGuards(Subscriptions subscriptions) {
        this.subscriptions = subscriptions;
    }

    void addTo(Map<ApiKeys, Guard<?, ?>> guards) {
        guards.put(
                ApiKeys.JOIN_GROUP,
                member((JoinGroupRequest request) -> request.data().groupId()));
        guards.put(
                ApiKeys.SYNC_GROUP,
                member((SyncGroupRequest request) -> request.data().groupId()));
        guards.put(
                ApiKeys.HEARTBEAT,
                member((HeartbeatRequest request) -> request.data().groupId()));
        guards.put(
                ApiKeys.LEAVE_GROUP,
                member((LeaveGroupRequest request) -> request.data().groupId()));
        Guard<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse> heartbeat = this::heartbeat;
        Guard<FindCoordinatorRequest, FindCoordinatorResponse> find = GroupGuards::find;
        Guard<DescribeGroupsRequest, DescribeGroupsResponse> describe = GroupGuards::describe;
        Guard<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse> consumers = GroupGuards::describeConsumers;
        Guard<ListGroupsRequest, ListGroupsResponse> list = GroupGuards::list;
        Guard<DeleteGroupsRequest, DeleteGroupsResponse> delete = GroupGuards::delete;
        guards.put(ApiKeys.CONSUMER_GROUP_HEARTBEAT, heartbeat);
        guards.put(ApiKeys.FIND_COORDINATOR, find);
        guards.put(ApiKeys.DESCRIBE_GROUPS, describe);
        guards.put(ApiKeys.CONSUMER_GROUP_DESCRIBE, consumers);
        guards.put(ApiKeys.LIST_GROUPS, list);
        guards.put(ApiKeys.DELETE_GROUPS, delete);
    }

    private static <Q extends AbstractRequest> Guard<Q, AbstractResponse> member(Function<Q, String> groupId) {
        return (access, request, context) -> {
            if (!access.may(READ, GROUP, groupId.apply(request))) throw REFUSED.exception();
            return Verdict.allowed();
        };
    }

    private Verdict<ConsumerGroupHeartbeatResponse> heartbeat(
            Access access, ConsumerGroupHeartbeatRequest request, RequestContext context) {
        String groupId = request.data().groupId();
        if (!access.may(READ, GROUP, groupId)) throw REFUSED.exception();
        List<String> topics = request.data().subscribedTopicNames();
        boolean sees =
                topics == null || topics.stream().distinct().allMatch(topic -> access.may(DESCRIBE, TOPIC, topic));
        if (!sees) throw Errors.TOPIC_AUTHORIZATION_FAILED.exception();
        subscriptions.subscribes(groupId, topic -> access.renewed().sees(DESCRIBE, TOPIC, topic));
        return Verdict.allowed();
    }

    private static Verdict<FindCoordinatorResponse> find(
            Access access, FindCoordinatorRequest request, RequestContext context) {
        boolean ofGroups = request.data().keyType() == CoordinatorType.GROUP.id();
        boolean ofTransactions = request.data().keyType() == CoordinatorType.TRANSACTION.id();
        if (!ofGroups && !ofTransactions) return Verdict.allowed(); // the handler knows none of that type
        Errors error = ofGroups ? REFUSED : Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
        Predicate<String> may = key -> access.may(DESCRIBE, ofGroups ? GROUP : TRANSACTIONAL_ID, key);
        if (context.version() < FindCoordinatorRequest.MIN_BATCHED_VERSION) {
            if (!may.test(request.data().key())) throw error.exception();
            return Verdict.allowed();
        }
        List<Coordinator> refusals = Items.map(
                Items.refused(request.data().coordinatorKeys(), may),
                key -> FindCoordinatorResponse.prepareCoordinatorResponse(error, key, Node.noNode()));
        return Verdict.allowed(answer -> {
            answer.data().setCoordinators(Items.and(answer.data().coordinators(), refusals));
            return answer;
        });
    }

    private static int operations(Access access, int answered, String groupId) {
        return answered == NOT_ASKED ? answered : access.operations(GROUP, groupId);
    }

    private static Verdict<DescribeGroupsResponse> describe(
            Access access, DescribeGroupsRequest request, RequestContext context) {
        List<String> refused = Items.refused(request.data().groups(), group -> access.may(DESCRIBE, GROUP, group));
        return Verdict.allowed(answer -> {
            answer.data()
                    .groups()
                    .forEach(group -> group.setAuthorizedOperations(
                            operations(access, group.authorizedOperations(), group.groupId())));
            answer.data()
                    .setGroups(Items.and(
                            answer.data().groups(),
                            Items.map(refused, group -> DescribeGroupsResponse.groupError(group, REFUSED))));
            return answer;
        });
    }

    private static Verdict<ConsumerGroupDescribeResponse> describeConsumers(
            Access access, ConsumerGroupDescribeRequest request, RequestContext context) {
        List<String> refused = Items.refused(request.data().groupIds(), group -> access.may(DESCRIBE, GROUP, group));
        return Verdict.allowed(answer -> {
            List<DescribedGroup> groups = Items.map(
                    answer.data().groups(),
                    group -> shown(
                            access,
                            group.setAuthorizedOperations(
                                    operations(access, group.authorizedOperations(), group.groupId()))));
            answer.data()
                    .setGroups(Items.and(
                            groups,
                            Items.map(
                                    refused,
                                    group -> new DescribedGroup()
                                            .setGroupId(group)
                                            .setErrorCode(REFUSED.code())
                                            .setErrorMessage(REFUSED.message()))));
            return answer;
        });
    }

    /** Who may see a group, but not all topics of its members, is told so instead of half of it. */
    private static DescribedGroup shown(Access access, DescribedGroup group) {
        boolean all = group.members().stream()
                .flatMap(member -> Stream.of(member.assignment(), member.targetAssignment()))
                .map(Assignment::topicPartitions)
                .flatMap(List::stream)
                .map(topic -> topic.topicName())
                .distinct()
                .allMatch(topic -> access.sees(DESCRIBE, TOPIC, topic));
        if (all) return group;
        return new DescribedGroup()
                .setGroupId(group.groupId())
                .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                .setErrorMessage("The group has topics that the client is not authorized to describe.");
    }

    /** Who may describe the cluster sees all, others what they may describe. */
    private static Verdict<ListGroupsResponse> list(Access access, ListGroupsRequest request, RequestContext context) {
        if (access.sees(DESCRIBE, CLUSTER, THE_CLUSTER)) return Verdict.allowed();
        return Verdict.allowed(answer -> {
            answer.data()
                    .setGroups(answer.data().groups().stream()
                            .filter(group -> access.sees(DESCRIBE, GROUP, group.groupId()))
                            .toList());
            return answer;
        });
    }

    private static Verdict<DeleteGroupsResponse> delete(
            Access access, DeleteGroupsRequest request, RequestContext context) {
        List<String> refused = Items.refused(request.data().groupsNames(), group -> access.may(DELETE, GROUP, group));
        return Verdict.allowed(answer -> {
            refused.forEach(group -> answer.data()
                    .results()
                    .add(new DeletableGroupResult().setGroupId(group).setErrorCode(REFUSED.code())));
            return answer;
        });
    }
}
