package dev.curia.metadata.client;

import dev.curia.common.net.HostPort;
import dev.curia.proto.admin.v1.InspectNodeRequest;
import dev.curia.proto.admin.v1.QuorumAdminGrpc;
import dev.curia.proto.admin.v1.QuorumNodeState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Asks single quorum nodes how they fare. Thread-safe; a future fails, in time, when the node does not answer. */
public final class NodeInspector {
    private final QuorumChannels channels;

    public NodeInspector(QuorumChannels channels) {
        this.channels = channels;
    }

    public CompletableFuture<QuorumNodeState> inspect(HostPort node, Duration within) {
        CompletableFuture<QuorumNodeState> result = new CompletableFuture<>();
        ManagedChannel channel = channels.to(node);
        QuorumAdminGrpc.newStub(channel)
                .withDeadlineAfter(within.toMillis(), TimeUnit.MILLISECONDS)
                .inspectNode(InspectNodeRequest.getDefaultInstance(), new StreamObserver<>() {
                    @Override
                    public void onNext(QuorumNodeState state) {
                        result.complete(state);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        if (Status.fromThrowable(failure).getCode() == Status.Code.UNAVAILABLE) {
                            channels.discard(node, channel);
                        }
                        result.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {
                        result.completeExceptionally(
                                Status.UNKNOWN.withDescription("no answer").asRuntimeException());
                    }
                });
        return result;
    }
}
