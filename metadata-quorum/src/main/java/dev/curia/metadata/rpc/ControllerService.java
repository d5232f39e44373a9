package dev.curia.metadata.rpc;

import dev.curia.metadata.controller.ActiveController;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.quorum.MetadataDigests;
import dev.curia.proto.metadata.v1.AllocateProducerIdsRequest;
import dev.curia.proto.metadata.v1.AllocateProducerIdsResponse;
import dev.curia.proto.metadata.v1.AlterPartitionRequest;
import dev.curia.proto.metadata.v1.AlterPartitionResponse;
import dev.curia.proto.metadata.v1.BrokerMessage;
import dev.curia.proto.metadata.v1.ControllerGrpc;
import dev.curia.proto.metadata.v1.ControllerMessage;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** What brokers ask of the active controller. */
final class ControllerService extends ControllerGrpc.ControllerImplBase {
    private final ActiveController controller;
    private final MetadataLog log;
    private final MetadataDigests digests;
    private final Answers answers;

    ControllerService(ActiveController controller, MetadataLog log, MetadataDigests digests, Answers answers) {
        this.controller = controller;
        this.log = log;
        this.digests = digests;
        this.answers = answers;
    }

    @Override
    public StreamObserver<BrokerMessage> session(StreamObserver<ControllerMessage> out) {
        return new SessionCall(
                controller, new SessionNews(log, digests), answers, (ServerCallStreamObserver<ControllerMessage>) out);
    }

    @Override
    public void alterPartition(AlterPartitionRequest request, StreamObserver<AlterPartitionResponse> caller) {
        answers.answer(() -> RequestChecks.check(request), () -> controller.alterPartition(request), caller);
    }

    @Override
    public void allocateProducerIds(
            AllocateProducerIdsRequest request, StreamObserver<AllocateProducerIdsResponse> caller) {
        answers.answer(() -> {}, () -> controller.allocateProducerIds(request), caller);
    }
}
