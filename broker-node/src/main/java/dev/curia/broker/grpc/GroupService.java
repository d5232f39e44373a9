package dev.curia.broker.grpc;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.GroupDescription;
import dev.curia.broker.group.OffsetsTopic;
import dev.curia.broker.group.state.OffsetReset;
import dev.curia.broker.lag.LagHistory;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.security.Operation;
import dev.curia.common.security.ResourceType;
import dev.curia.metadata.access.GrpcCallers;
import dev.curia.metadata.acl.Access;
import dev.curia.metadata.acl.Authorization;
import dev.curia.proto.group.v1.DeleteGroupRequest;
import dev.curia.proto.group.v1.DeleteGroupResponse;
import dev.curia.proto.group.v1.DescribeGroupRequest;
import dev.curia.proto.group.v1.DescribeGroupResponse;
import dev.curia.proto.group.v1.GroupMember;
import dev.curia.proto.group.v1.GroupOffset;
import dev.curia.proto.group.v1.GroupPartition;
import dev.curia.proto.group.v1.GroupsGrpc;
import dev.curia.proto.group.v1.KeptReset;
import dev.curia.proto.group.v1.LagHistoryRequest;
import dev.curia.proto.group.v1.LagHistoryResponse;
import dev.curia.proto.group.v1.LagPoint;
import dev.curia.proto.group.v1.ListGroupsRequest;
import dev.curia.proto.group.v1.ListGroupsResponse;
import dev.curia.proto.group.v1.ListedGroup;
import dev.curia.proto.group.v1.ResetOffsetsRequest;
import dev.curia.proto.group.v1.ResetOffsetsRequest.Target;
import dev.curia.proto.group.v1.ResetOffsetsResponse;
import dev.curia.proto.group.v1.UndoResetRequest;
import io.grpc.stub.StreamObserver;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * Administration of the groups that this broker coordinates. Thread-safe, never blocks. What makes no sense ends its call with
 * INVALID_ARGUMENT; all else is answered in the response's status.
 */
public final class GroupService extends GroupsGrpc.GroupsImplBase {
    /** Of what was asked for, which is kept. */
    private static final int MAX_HOW = 200;

    private final GroupCoordinator groups;
    private final PartitionLeaders leaders;
    private final LagHistory lagHistory;
    private final Authorization authorization;

    /** @param leaders of partitions of {@code __consumer_offsets}: the coordinators */
    public GroupService(
            GroupCoordinator groups, PartitionLeaders leaders, LagHistory lagHistory, Authorization authorization) {
        this.groups = groups;
        this.leaders = leaders;
        this.lagHistory = lagHistory;
        this.authorization = authorization;
    }

    private Access access(String request) {
        return GrpcCallers.access(authorization, request);
    }

    /** Who coordinates it, as far as is known; -1: nobody at the moment. */
    private int coordinator(String groupId) {
        return leader(groupId).orElse(-1);
    }

    private OptionalInt leader(String groupId) {
        int partition = groups.topic().partitionFor(groupId);
        return leaders.leaderOf(new TopicPartition(OffsetsTopic.NAME, partition));
    }

    /** Nobody coordinates a group before there is a topic to keep it in; who only looks need not wait for that. */
    private Errors absent(Errors error, String groupId) {
        boolean none = error == Errors.NOT_COORDINATOR && leader(groupId).isEmpty();
        return none ? Errors.GROUP_ID_NOT_FOUND : error;
    }

    @Override
    public void listGroups(ListGroupsRequest request, StreamObserver<ListGroupsResponse> responses) {
        Access access = access("ListGroups");
        boolean all = access.sees(Operation.DESCRIBE, ResourceType.CLUSTER, ResourceType.THE_CLUSTER);
        Replies.reply(
                groups.list(Set.of(), Set.of()).thenApply(listing -> {
                    ListGroupsResponse.Builder response =
                            ListGroupsResponse.newBuilder().setStatus(Replies.status(listing.error(), null));
                    listing.groups().stream()
                            .filter(group ->
                                    all || access.sees(Operation.DESCRIBE, ResourceType.GROUP, group.groupId()))
                            .forEach(group -> response.addGroups(ListedGroup.newBuilder()
                                    .setGroup(group.groupId())
                                    .setState(group.state().title())
                                    .setType(group.type())
                                    .setProtocolType(group.protocolType())));
                    return response.build();
                }),
                responses);
    }

    @Override
    public void describeGroup(DescribeGroupRequest request, StreamObserver<DescribeGroupResponse> responses) {
        if (!access("DescribeGroup").may(Operation.DESCRIBE, ResourceType.GROUP, request.getGroup())) {
            Replies.reply(
                    CompletableFuture.completedFuture(DescribeGroupResponse.newBuilder()
                            .setStatus(Replies.status(Errors.GROUP_AUTHORIZATION_FAILED, null))
                            .build()),
                    responses);
            return;
        }
        Replies.reply(groups.describeWhole(request.getGroup()).thenApply(this::toResponse), responses);
    }

    private DescribeGroupResponse toResponse(GroupDescription group) {
        DescribeGroupResponse.Builder response = DescribeGroupResponse.newBuilder()
                .setStatus(Replies.status(absent(group.error(), group.groupId()), null));
        if (group.error() != Errors.NONE) {
            return response.setCoordinator(coordinator(group.groupId())).build();
        }
        response.setGroup(ListedGroup.newBuilder()
                        .setGroup(group.groupId())
                        .setState(group.state().title())
                        .setType(group.type())
                        .setProtocolType(group.protocolType()))
                .setAssignor(group.assignor());
        group.members()
                .forEach(member -> response.addMembers(GroupMember.newBuilder()
                        .setMemberId(member.memberId())
                        .setInstanceId(Objects.requireNonNullElse(member.instanceId(), ""))
                        .setClientId(member.clientId())
                        .setClientHost(member.clientHost())
                        .addAllAssigned(member.assigned().stream()
                                .map(partition -> GroupPartition.newBuilder()
                                        .setTopic(partition.topic())
                                        .setPartition(partition.partition())
                                        .build())
                                .toList())));
        group.offsets()
                .forEach((partition, offset) -> response.addOffsets(GroupOffset.newBuilder()
                        .setTopic(partition.topic())
                        .setPartition(partition.partition())
                        .setOffset(offset.offset())
                        .setCommitTimestampMs(offset.commitTimestampMs())));
        group.resets()
                .forEach(reset -> response.addResets(KeptReset.newBuilder()
                        .setNumber(reset.number())
                        .setAtMs(reset.atMs())
                        .setHow(reset.how())
                        .setPartitions(reset.partitions())));
        return response.build();
    }

    @Override
    public void lagHistory(LagHistoryRequest request, StreamObserver<LagHistoryResponse> responses) {
        Access access = access("LagHistory");
        Optional<String> topic = Optional.of(request.getTopic()).filter(name -> !name.isEmpty());
        Errors refusal = Errors.NONE;
        if (!access.may(Operation.DESCRIBE, ResourceType.GROUP, request.getGroup()))
            refusal = Errors.GROUP_AUTHORIZATION_FAILED;
        else if (topic.isPresent() && !access.may(Operation.DESCRIBE, ResourceType.TOPIC, topic.get()))
            refusal = Errors.TOPIC_AUTHORIZATION_FAILED;
        LagHistoryResponse.Builder response = LagHistoryResponse.newBuilder().setStatus(Replies.status(refusal, null));
        if (refusal == Errors.NONE) {
            lagHistory.of(request.getGroup(), topic).forEach(point -> response.addPoints(toProto(point)));
        }
        Replies.reply(response.build(), responses);
    }

    private static LagPoint toProto(LagHistory.Point point) {
        LagPoint.Builder told = LagPoint.newBuilder().setAtMs(point.atMs());
        point.records().ifPresent(records -> told.setRecords(records).setSeconds(point.seconds()));
        return told.build();
    }

    @Override
    public void resetOffsets(ResetOffsetsRequest request, StreamObserver<ResetOffsetsResponse> responses) {
        if (Replies.isWrong(wrong(request), responses)) return;
        Access access = access("ResetOffsets");
        Errors refusal = mayReset(access, request.getGroup());
        boolean topics = request.getTargetsList().stream()
                .map(Target::getTopic)
                .distinct()
                .allMatch(topic -> access.may(Operation.READ, ResourceType.TOPIC, topic));
        if (refusal == Errors.NONE && !topics) refusal = Errors.TOPIC_AUTHORIZATION_FAILED;
        if (refusal != Errors.NONE) {
            Replies.reply(CompletableFuture.completedFuture(refused(refusal)), responses);
            return;
        }
        if (leader(request.getGroup()).isEmpty()) {
            CompletionStage<Errors> unused = groups.ensureTopic();
        }
        List<OffsetReset.To> to = request.getTargetsList().stream()
                .map(target -> new OffsetReset.To(
                        new TopicPartition(target.getTopic(), target.getPartition()), target.getOffset(), -1))
                .toList();
        Replies.reply(
                groups.reset(new OffsetReset.Request(
                                request.getGroup(), to, request.getHow(), request.getValidateOnly()))
                        .thenApply(toChanges(request.getGroup())),
                responses);
    }

    private static Errors mayReset(Access access, String group) {
        return access.may(Operation.READ, ResourceType.GROUP, group) ? Errors.NONE : Errors.GROUP_AUTHORIZATION_FAILED;
    }

    private static ResetOffsetsResponse refused(Errors error) {
        return ResetOffsetsResponse.newBuilder()
                .setStatus(Replies.status(error, null))
                .build();
    }

    private static @Nullable String wrong(ResetOffsetsRequest request) {
        if (request.getGroup().isEmpty()) return "group is empty";
        if (request.getHow().length() > MAX_HOW) return "how is longer than " + MAX_HOW;
        Set<TopicPartition> seen = new HashSet<>();
        for (Target target : request.getTargetsList()) {
            String name = target.getTopic() + "-" + target.getPartition();
            if (target.getTopic().isEmpty() || target.getPartition() < 0) return "no such partition: " + name;
            if (target.getOffset() < 0)
                return "offset of " + name + " is " + target.getOffset() + ", expected 0 or more";
            if (!seen.add(new TopicPartition(target.getTopic(), target.getPartition())))
                return name + " is named twice";
        }
        return null;
    }

    @Override
    public void undoReset(UndoResetRequest request, StreamObserver<ResetOffsetsResponse> responses) {
        Errors refusal = mayReset(access("UndoReset"), request.getGroup());
        if (refusal == Errors.NONE && leader(request.getGroup()).isEmpty()) refusal = Errors.GROUP_ID_NOT_FOUND;
        if (refusal != Errors.NONE) {
            Replies.reply(CompletableFuture.completedFuture(refused(refusal)), responses);
            return;
        }
        Replies.reply(
                groups.undoReset(new OffsetReset.UndoRequest(
                                request.getGroup(), request.getNumber(), request.getValidateOnly()))
                        .thenApply(toChanges(request.getGroup())),
                responses);
    }

    private Function<OffsetReset.Reply, ResetOffsetsResponse> toChanges(String groupId) {
        return reply -> {
            ResetOffsetsResponse.Builder response = ResetOffsetsResponse.newBuilder()
                    .setStatus(Replies.status(reply.error(), reply.message()))
                    .setNumber(reply.number())
                    .setAtMs(reply.atMs())
                    .setHow(reply.how());
            if (reply.error() != Errors.NONE) response.setCoordinator(coordinator(groupId));
            reply.changes()
                    .forEach(change -> response.addChanges(ResetOffsetsResponse.Change.newBuilder()
                            .setTopic(change.partition().topic())
                            .setPartition(change.partition().partition())
                            .setFrom(change.from())
                            .setTo(change.to())));
            return response.build();
        };
    }

    @Override
    public void deleteGroup(DeleteGroupRequest request, StreamObserver<DeleteGroupResponse> responses) {
        boolean may = access("DeleteGroup").may(Operation.DELETE, ResourceType.GROUP, request.getGroup());
        Replies.reply(
                (may
                                ? groups.delete(request.getGroup())
                                : CompletableFuture.completedFuture(Errors.GROUP_AUTHORIZATION_FAILED))
                        .thenApply(error -> DeleteGroupResponse.newBuilder()
                                .setStatus(Replies.status(absent(error, request.getGroup()), null))
                                .setCoordinator(error == Errors.NONE ? 0 : coordinator(request.getGroup()))
                                .build()),
                responses);
    }
}
