package dev.curia.system;

import dev.curia.proto.admin.v1.AdminGrpc;
import dev.curia.proto.admin.v1.DescribeQuorumRequest;
import dev.curia.testkit.Await;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;

/** What the quorum nodes say about themselves, asked over gRPC. */
record QuorumView(LocalCluster cluster) {
    /** The id of the node that leads the quorum, as soon as one that answers knows. */
    int leader() {
        return Await.value("a quorum leader", Clients.PATIENCE, () -> {
            for (String server : cluster.adminServers()) {
                int leader = ask(server);
                if (leader >= 0) return leader;
            }
            return null;
        });
    }

    private static int ask(String server) {
        ManagedChannel channel =
                NettyChannelBuilder.forTarget(server).usePlaintext().build();
        try {
            return AdminGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(5, TimeUnit.SECONDS)
                    .describeQuorum(DescribeQuorumRequest.getDefaultInstance())
                    .getLeaderId();
        } catch (StatusRuntimeException e) {
            return -1;
        } finally {
            channel.shutdownNow();
        }
    }
}
