package dev.curia.replica.grpc;

import dev.curia.proto.replication.v1.FollowerMessage;
import dev.curia.proto.replication.v1.ReplicationGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;

/** The methods of replication.proto, with our own marshaller for the records that the leader sends. */
final class ReplicationMethod {
    static final MethodDescriptor<FollowerMessage, LeaderFrame> REPLICATE =
            ReplicationGrpc.getReplicateMethod().toBuilder(
                            ReplicationGrpc.getReplicateMethod().getRequestMarshaller(),
                            (MethodDescriptor.Marshaller<LeaderFrame>) new LeaderFrameMarshaller())
                    .setSchemaDescriptor(null)
                    .build();

    static final ServiceDescriptor SERVICE = ServiceDescriptor.newBuilder(ReplicationGrpc.SERVICE_NAME)
            .addMethod(REPLICATE)
            .addMethod(ReplicationGrpc.getDigestMethod())
            .addMethod(ReplicationGrpc.getContactMethod())
            .build();

    private ReplicationMethod() {}
}
