package dev.curia.broker.kafka.api.group;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.state.ConsumerView;
import dev.curia.broker.group.state.ConsumerView.MemberView;
import dev.curia.broker.group.state.assign.SubscribableTopics;
import dev.curia.broker.group.state.assign.TopicPartitions;
import dev.curia.broker.kafka.api.AuthorizedOperations;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Assignment;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Member;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ConsumerGroupDescribeRequest;
import org.apache.kafka.common.requests.ConsumerGroupDescribeResponse;
import org.jspecify.annotations.Nullable;

/** ConsumerGroupDescribe: consumer groups (KIP-848) with their epochs, members, assignments and targets. */
final class ConsumerGroupDescribeHandler implements RequestHandler<ConsumerGroupDescribeRequest> {
    private static final byte CLASSIC_MEMBER = 0;
    private static final byte CONSUMER_MEMBER = 1;

    private final GroupCoordinator groups;
    private final ClusterView cluster;

    ConsumerGroupDescribeHandler(GroupCoordinator groups, ClusterView cluster) {
        this.groups = groups;
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.CONSUMER_GROUP_DESCRIBE;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 1;
    }

    @Override
    public CompletionStage<ConsumerGroupDescribeResponse> handle(
            RequestContext context, ConsumerGroupDescribeRequest request) {
        List<CompletableFuture<ConsumerView.Described>> answers =
                request.data().groupIds().stream().map(this::describe).toList();
        boolean operations = request.data().includeAuthorizedOperations();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(done -> new ConsumerGroupDescribeResponse(new ConsumerGroupDescribeResponseData()
                        .setGroups(answers.stream()
                                .map(answer -> toGroup(answer.join())
                                        .setAuthorizedOperations(
                                                AuthorizedOperations.when(operations, AuthorizedOperations.GROUP)))
                                .toList())));
    }

    private CompletableFuture<ConsumerView.Described> describe(String groupId) {
        if (!ConsumerProtocol.isOn(cluster)) {
            return CompletableFuture.completedFuture(
                    ConsumerView.Described.failed(Errors.UNSUPPORTED_VERSION, ConsumerProtocol.OFF, groupId));
        }
        if (!groupId.isEmpty()) return groups.describeConsumer(groupId);
        return CompletableFuture.completedFuture(ConsumerView.Described.failed(Errors.INVALID_GROUP_ID, null, groupId));
    }

    private static DescribedGroup toGroup(ConsumerView.Described group) {
        DescribedGroup answer = new DescribedGroup()
                .setGroupId(group.groupId())
                .setErrorCode(group.error().code())
                .setErrorMessage(group.message());
        if (group.error() != Errors.NONE) return answer;
        return answer.setGroupState(group.state().title())
                .setGroupEpoch(group.groupEpoch())
                .setAssignmentEpoch(group.assignmentEpoch())
                .setAssignorName(group.assignor())
                .setMembers(group.members().stream()
                        .map(member -> toMember(member, group.topics()))
                        .toList());
    }

    private static Member toMember(MemberView view, @Nullable SubscribableTopics topics) {
        return new Member()
                .setMemberId(view.memberId())
                .setInstanceId(view.member().instanceId())
                .setRackId(view.member().rackId())
                .setMemberEpoch(view.epoch())
                .setClientId(view.member().client().id())
                .setClientHost(view.member().client().host())
                .setSubscribedTopicNames(List.copyOf(view.member().topics()))
                .setSubscribedTopicRegex(view.member().regex())
                .setAssignment(assignment(view.assigned(), topics))
                .setTargetAssignment(assignment(view.target(), topics))
                .setMemberType(view.member().classic() == null ? CONSUMER_MEMBER : CLASSIC_MEMBER);
    }

    /** Without topics that are gone. */
    private static Assignment assignment(TopicPartitions partitions, @Nullable SubscribableTopics topics) {
        List<ConsumerGroupDescribeResponseData.TopicPartitions> named = new ArrayList<>();
        partitions.topics().forEach((id, numbers) -> {
            if (topics == null) return;
            topics.find(id)
                    .ifPresent(topic -> named.add(new ConsumerGroupDescribeResponseData.TopicPartitions()
                            .setTopicId(TopicIds.toKafka(id))
                            .setTopicName(topic.name())
                            .setPartitions(List.copyOf(numbers))));
        });
        return new Assignment().setTopicPartitions(named);
    }
}
