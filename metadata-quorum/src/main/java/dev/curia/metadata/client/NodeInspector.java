package dev.curia.metadata.client;

import dev.curia.common.net.FutureReply;
import dev.curia.common.net.HostPort;
import dev.curia.proto.admin.v1.InspectNodeRequest;
import dev.curia.proto.admin.v1.QuorumAdminGrpc;
import dev.curia.proto.admin.v1.QuorumNodeState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
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
        FutureReply<QuorumNodeState> reply = new FutureReply<>();
        ManagedChannel channel = channels.to(node);
        QuorumAdminGrpc.newStub(channel)
                .withDeadlineAfter(within.toMillis(), TimeUnit.MILLISECONDS)
                .inspectNode(InspectNodeRequest.getDefaultInstance(), reply);
        return reply.future().whenComplete((state, failure) -> {
            boolean gone = failure != null && Status.fromThrowable(failure).getCode() == Status.Code.UNAVAILABLE;
            if (gone) channels.discard(node, channel);
        });
    }
}
