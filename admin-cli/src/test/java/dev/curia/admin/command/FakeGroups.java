package dev.curia.admin.command;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.group.v1.DeleteGroupRequest;
import dev.curia.proto.group.v1.DeleteGroupResponse;
import dev.curia.proto.group.v1.DescribeGroupRequest;
import dev.curia.proto.group.v1.DescribeGroupResponse;
import dev.curia.proto.group.v1.GroupOffset;
import dev.curia.proto.group.v1.GroupsGrpc;
import dev.curia.proto.group.v1.KeptReset;
import dev.curia.proto.group.v1.ListGroupsRequest;
import dev.curia.proto.group.v1.ListGroupsResponse;
import dev.curia.proto.group.v1.ListedGroup;
import dev.curia.proto.group.v1.ResetOffsetsRequest;
import dev.curia.proto.group.v1.ResetOffsetsResponse;
import dev.curia.proto.group.v1.UndoResetRequest;
import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** One group, which the second of two brokers coordinates and the first lists; its next answers can be replaced by failures. */
final class FakeGroups {
    final List<GroupOffset> offsets = new CopyOnWriteArrayList<>();
    final List<KeptReset> kept = new CopyOnWriteArrayList<>();
    final List<ResetOffsetsRequest> resets = new CopyOnWriteArrayList<>();
    final List<ResetOffsetsResponse.Change> changes = new CopyOnWriteArrayList<>();
    final List<Long> undone = new CopyOnWriteArrayList<>();
    private final Queue<Status> next = new ConcurrentLinkedQueue<>();

    private static final ListedGroup BILLING = ListedGroup.newBuilder()
            .setGroup("billing")
            .setState("Empty")
            .setType("classic")
            .setProtocolType("consumer")
            .build();

    void next(ErrorCode code) {
        next(Status.newBuilder().setCode(code).build());
    }

    void next(Status status) {
        next.add(status);
    }

    BindableService on(int broker) {
        return new Service(broker);
    }

    private final class Service extends GroupsGrpc.GroupsImplBase {
        private final int broker;

        Service(int broker) {
            this.broker = broker;
        }

        private Status status() {
            if (broker != 1) {
                return Status.newBuilder().setCode(ErrorCode.NOT_COORDINATOR).build();
            }
            Status status = next.poll();
            return status == null ? Status.getDefaultInstance() : status;
        }

        @Override
        public void listGroups(ListGroupsRequest request, StreamObserver<ListGroupsResponse> to) {
            ListGroupsResponse.Builder response = ListGroupsResponse.newBuilder();
            if (broker == 0) response.addGroups(BILLING);
            FakeCluster.answer(to, response.build());
        }

        @Override
        public void describeGroup(DescribeGroupRequest request, StreamObserver<DescribeGroupResponse> to) {
            FakeCluster.answer(
                    to,
                    DescribeGroupResponse.newBuilder()
                            .setStatus(status())
                            .setCoordinator(1)
                            .setGroup(BILLING)
                            .addAllOffsets(offsets)
                            .addAllResets(kept)
                            .build());
        }

        @Override
        public void resetOffsets(ResetOffsetsRequest request, StreamObserver<ResetOffsetsResponse> to) {
            Status status = status();
            if (status.getCode() == ErrorCode.NONE) resets.add(request);
            FakeCluster.answer(to, changed(status));
        }

        @Override
        public void undoReset(UndoResetRequest request, StreamObserver<ResetOffsetsResponse> to) {
            Status status = status();
            if (status.getCode() == ErrorCode.NONE && !request.getValidateOnly()) undone.add(request.getNumber());
            FakeCluster.answer(to, changed(status));
        }

        private ResetOffsetsResponse changed(Status status) {
            return ResetOffsetsResponse.newBuilder()
                    .setStatus(status)
                    .setCoordinator(1)
                    .addAllChanges(changes)
                    .setNumber(5)
                    .setAtMs(9)
                    .setHow("to earliest")
                    .build();
        }

        @Override
        public void deleteGroup(DeleteGroupRequest request, StreamObserver<DeleteGroupResponse> to) {
            FakeCluster.answer(
                    to,
                    DeleteGroupResponse.newBuilder()
                            .setStatus(status())
                            .setCoordinator(1)
                            .build());
        }
    }
}
