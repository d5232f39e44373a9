package dev.curia.broker.kafka.api.group;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.state.ConsumerHeartbeat;
import dev.curia.broker.group.state.JoinGroup;
import dev.curia.broker.group.state.assign.TopicPartitions;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.common.id.Uuid;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData.Assignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatResponse;
import org.jspecify.annotations.Nullable;

/** ConsumerGroupHeartbeat (KIP-848); in version 0 a member may leave it to the coordinator to name it (KIP-1082). */
final class ConsumerGroupHeartbeatHandler implements RequestHandler<ConsumerGroupHeartbeatRequest> {
    private final GroupCoordinator groups;
    private final ClusterView cluster;

    ConsumerGroupHeartbeatHandler(GroupCoordinator groups, ClusterView cluster) {
        this.groups = groups;
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.CONSUMER_GROUP_HEARTBEAT;
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
    public CompletionStage<ConsumerGroupHeartbeatResponse> handle(
            RequestContext context, ConsumerGroupHeartbeatRequest request) {
        if (!ConsumerProtocol.isOn(cluster)) {
            return CompletableFuture.completedFuture(
                    toResponse(ConsumerHeartbeat.Reply.failed(Errors.UNSUPPORTED_VERSION, ConsumerProtocol.OFF)));
        }
        return groups.consumerHeartbeat(toRequest(context, request.data()))
                .thenApply(ConsumerGroupHeartbeatHandler::toResponse);
    }

    private ConsumerHeartbeat.Request toRequest(RequestContext context, ConsumerGroupHeartbeatRequestData data) {
        boolean unnamed = context.version() == 0
                && data.memberId().isEmpty()
                && data.memberEpoch() == ConsumerHeartbeat.JOIN_EPOCH;
        return new ConsumerHeartbeat.Request(
                data.groupId(),
                unnamed ? groups.newMemberId() : data.memberId(),
                data.memberEpoch(),
                data.instanceId(),
                data.rackId(),
                data.rebalanceTimeoutMs(),
                new JoinGroup.Client(
                        Objects.requireNonNullElse(context.clientId(), ""),
                        "/" + context.clientAddress().getHostAddress()),
                data.subscribedTopicNames(),
                data.subscribedTopicRegex(),
                data.serverAssignor(),
                owned(data.topicPartitions()));
    }

    private static @Nullable TopicPartitions owned(
            @Nullable List<ConsumerGroupHeartbeatRequestData.TopicPartitions> topics) {
        if (topics == null) return null;
        TopicPartitions.Builder owned = new TopicPartitions.Builder();
        for (ConsumerGroupHeartbeatRequestData.TopicPartitions topic : topics) {
            Uuid id = TopicIds.fromKafka(topic.topicId());
            topic.partitions().forEach(partition -> owned.add(id, partition));
        }
        return owned.build();
    }

    private static ConsumerGroupHeartbeatResponse toResponse(ConsumerHeartbeat.Reply reply) {
        ConsumerGroupHeartbeatResponseData data = new ConsumerGroupHeartbeatResponseData()
                .setErrorCode(reply.error().code())
                .setErrorMessage(reply.message());
        if (reply.error() != Errors.NONE) return new ConsumerGroupHeartbeatResponse(data);
        TopicPartitions assignment = reply.assignment();
        return new ConsumerGroupHeartbeatResponse(data.setMemberId(reply.memberId())
                .setMemberEpoch(reply.memberEpoch())
                .setHeartbeatIntervalMs(reply.heartbeatIntervalMs())
                .setAssignment(assignment == null ? null : assignment(assignment)));
    }

    private static Assignment assignment(TopicPartitions assignment) {
        return new Assignment()
                .setTopicPartitions(assignment.topics().entrySet().stream()
                        .map(topic -> new ConsumerGroupHeartbeatResponseData.TopicPartitions()
                                .setTopicId(TopicIds.toKafka(topic.getKey()))
                                .setPartitions(List.copyOf(topic.getValue())))
                        .toList());
    }
}
