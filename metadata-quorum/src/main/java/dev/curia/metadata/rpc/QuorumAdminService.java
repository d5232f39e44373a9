package dev.curia.metadata.rpc;

import dev.curia.common.net.HostPort;
import dev.curia.metadata.decide.Statuses;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.metadata.quorum.MemberChanges;
import dev.curia.metadata.quorum.MemberChanges.Result;
import dev.curia.metadata.quorum.QuorumOperations;
import dev.curia.proto.admin.v1.AddVoterRequest;
import dev.curia.proto.admin.v1.InspectNodeRequest;
import dev.curia.proto.admin.v1.InspectQuorumRequest;
import dev.curia.proto.admin.v1.InspectQuorumResponse;
import dev.curia.proto.admin.v1.QuorumAdminGrpc;
import dev.curia.proto.admin.v1.QuorumChangeResponse;
import dev.curia.proto.admin.v1.QuorumNodeState;
import dev.curia.proto.admin.v1.RemoveVoterRequest;
import dev.curia.proto.admin.v1.SaveMetadataRequest;
import dev.curia.proto.admin.v1.TransferLeadershipRequest;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.metadata.v1.BackupHeader;
import dev.curia.proto.metadata.v1.BackupPart;
import dev.curia.proto.metadata.v1.BackupRecords;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** The quorum's own administration. */
final class QuorumAdminService extends QuorumAdminGrpc.QuorumAdminImplBase {
    private final QuorumOperations operations;
    private final MetadataLog log;
    private final Answers answers;

    QuorumAdminService(QuorumOperations operations, MetadataLog log, Answers answers) {
        this.operations = operations;
        this.log = log;
        this.answers = answers;
    }

    @Override
    public void inspectQuorum(InspectQuorumRequest request, StreamObserver<InspectQuorumResponse> caller) {
        caller.onNext(operations.inspectQuorum());
        caller.onCompleted();
    }

    @Override
    public void inspectNode(InspectNodeRequest request, StreamObserver<QuorumNodeState> caller) {
        caller.onNext(operations.inspectNode());
        caller.onCompleted();
    }

    @Override
    public void addVoter(AddVoterRequest request, StreamObserver<QuorumChangeResponse> caller) {
        if (request.getNodeId() < 0) {
            malformed("node_id " + request.getNodeId() + " is negative", caller);
            return;
        }
        try {
            HostPort.parse(request.getPeerAddress());
            HostPort.parse(request.getRpcAddress());
        } catch (IllegalArgumentException e) {
            malformed(String.valueOf(e.getMessage()), caller);
            return;
        }
        answer(
                changes()
                        .add(new QuorumStatus.Node(
                                request.getNodeId(), request.getPeerAddress(), request.getRpcAddress())),
                caller);
    }

    @Override
    public void removeVoter(RemoveVoterRequest request, StreamObserver<QuorumChangeResponse> caller) {
        answer(changes().remove(request.getNodeId()), caller);
    }

    @Override
    public void transferLeadership(TransferLeadershipRequest request, StreamObserver<QuorumChangeResponse> caller) {
        answer(changes().transfer(Optional.of(request.getNodeId()).filter(id -> id >= 0)), caller);
    }

    @Override
    public void saveMetadata(SaveMetadataRequest request, StreamObserver<BackupPart> caller) {
        QuorumStatus status = log.status();
        if (!status.leads()) {
            caller.onError(answers.notActive());
            return;
        }
        MetadataImage image = log.image();
        BackupHeader header = BackupHeader.newBuilder()
                .setClusterId(image.clusterId())
                .setIndex(image.index())
                .setTerm(status.term())
                .build();
        Stream<BackupPart> records = ImageSnapshots.cut(image).stream()
                .map(part -> BackupPart.newBuilder()
                        .setRecords(BackupRecords.newBuilder().addAllRecords(part))
                        .build());
        sendAll(
                Stream.concat(
                                Stream.of(BackupPart.newBuilder()
                                        .setHeader(header)
                                        .build()),
                                records)
                        .iterator(),
                (ServerCallStreamObserver<BackupPart>) caller);
    }

    /** As the caller takes them. */
    private static <T> void sendAll(Iterator<T> messages, ServerCallStreamObserver<T> caller) {
        caller.setOnReadyHandler(() -> {
            while (caller.isReady() && messages.hasNext()) {
                caller.onNext(messages.next());
                if (!messages.hasNext()) caller.onCompleted();
            }
        });
    }

    private MemberChanges changes() {
        return operations.changes();
    }

    private void answer(CompletableFuture<Result> outcome, StreamObserver<QuorumChangeResponse> caller) {
        var unused = outcome.thenAccept(result -> {
            if (result instanceof Result.NotLeader) {
                caller.onError(answers.notActive());
                return;
            }
            QuorumChangeResponse.Builder response =
                    QuorumChangeResponse.newBuilder().setNeedless(result instanceof Result.Needless);
            if (result instanceof Result.Refused refused) {
                response.setStatus(Statuses.error(ErrorCode.POLICY_VIOLATION, refused.reason()));
            }
            caller.onNext(response.build());
            caller.onCompleted();
        });
    }

    private static void malformed(String complaint, StreamObserver<QuorumChangeResponse> caller) {
        caller.onError(Status.INVALID_ARGUMENT.withDescription(complaint).asRuntimeException());
    }
}
