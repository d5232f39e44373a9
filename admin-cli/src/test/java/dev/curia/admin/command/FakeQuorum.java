package dev.curia.admin.command;

import dev.curia.proto.admin.v1.AddVoterRequest;
import dev.curia.proto.admin.v1.InspectQuorumRequest;
import dev.curia.proto.admin.v1.InspectQuorumResponse;
import dev.curia.proto.admin.v1.QuorumAdminGrpc;
import dev.curia.proto.admin.v1.QuorumChange;
import dev.curia.proto.admin.v1.QuorumChangeResponse;
import dev.curia.proto.admin.v1.QuorumNodeState;
import dev.curia.proto.admin.v1.QuorumProblem;
import dev.curia.proto.admin.v1.QuorumVoter;
import dev.curia.proto.admin.v1.RemoveVoterRequest;
import dev.curia.proto.admin.v1.TransferLeadershipRequest;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.TreeSet;

/** A quorum that node 101 leads; adding takes a few looks. */
final class FakeQuorum extends QuorumAdminGrpc.QuorumAdminImplBase {
    final TreeSet<Integer> voters = new TreeSet<>();
    Optional<String> refusal = Optional.empty();
    Optional<String> failure = Optional.empty(); // of the change under way
    private Optional<QuorumChange> change = Optional.empty();
    private int looks;

    FakeQuorum() {
        voters.add(101);
    }

    @Override
    public synchronized void inspectQuorum(InspectQuorumRequest request, StreamObserver<InspectQuorumResponse> to) {
        change.ifPresent(running -> go(running));
        InspectQuorumResponse.Builder response = InspectQuorumResponse.newBuilder()
                .setLeaderId(101)
                .setTerm(7)
                .setCommittedIndex(1000)
                .setAnswering(state(101));
        voters.forEach(id -> response.addVoters(QuorumVoter.newBuilder()
                .setNodeId(id)
                .setPeerAddress("q" + id + ":9093")
                .setRpcAddress("q" + id + ":9094")
                .setState(state(id))));
        change.ifPresent(response::setChange);
        if (voters.size() < 3) {
            response.addProblems(
                    QuorumProblem.newBuilder().setWhat("too few voters").setRemedy("add some"));
        }
        to.onNext(response.build());
        to.onCompleted();
    }

    private void go(QuorumChange running) {
        looks++;
        QuorumChange.Builder next = running.toBuilder().setMatchIndex(300L * looks);
        if (failure.isPresent()) next.setState(QuorumChange.State.FAILED).setReason(failure.get());
        if (looks >= 3) {
            voters.add(running.getNodeId());
            next.setState(QuorumChange.State.DONE);
        }
        change = Optional.of(next.build());
    }

    private static QuorumNodeState state(int id) {
        return QuorumNodeState.newBuilder()
                .setNodeId(id)
                .setImageIndex(990)
                .setImageDigest(0xabcL)
                .setSnapshotIndex(-1)
                .build();
    }

    @Override
    public synchronized void addVoter(AddVoterRequest request, StreamObserver<QuorumChangeResponse> to) {
        boolean needless = voters.contains(request.getNodeId());
        if (!needless && refusal.isEmpty() && change.isEmpty()) {
            change = Optional.of(QuorumChange.newBuilder()
                    .setWhat("add node " + request.getNodeId())
                    .setNodeId(request.getNodeId())
                    .build());
        }
        answer(to, needless);
    }

    @Override
    public synchronized void removeVoter(RemoveVoterRequest request, StreamObserver<QuorumChangeResponse> to) {
        answer(to, refusal.isEmpty() && !voters.remove(request.getNodeId()));
    }

    @Override
    public synchronized void transferLeadership(
            TransferLeadershipRequest request, StreamObserver<QuorumChangeResponse> to) {
        answer(to, request.getNodeId() == 101);
    }

    private void answer(StreamObserver<QuorumChangeResponse> to, boolean needless) {
        QuorumChangeResponse.Builder response =
                QuorumChangeResponse.newBuilder().setNeedless(needless);
        refusal.ifPresent(reason -> response.setStatus(
                Status.newBuilder().setCode(ErrorCode.POLICY_VIOLATION).setMessage(reason)));
        to.onNext(response.build());
        to.onCompleted();
    }
}
