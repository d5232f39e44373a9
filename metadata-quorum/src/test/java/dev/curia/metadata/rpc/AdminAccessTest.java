package dev.curia.metadata.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.net.HostPort;
import dev.curia.common.security.Acl;
import dev.curia.common.security.Operation;
import dev.curia.common.security.PatternType;
import dev.curia.common.security.Permission;
import dev.curia.common.security.Principal;
import dev.curia.common.security.ResourceType;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.acl.Acls;
import dev.curia.metadata.acl.Authorization;
import dev.curia.metadata.acl.Authorizer;
import dev.curia.metadata.port.FakeMetadataLog;
import dev.curia.proto.admin.v1.AdminGrpc;
import dev.curia.proto.admin.v1.AdminGrpc.AdminBlockingStub;
import dev.curia.proto.admin.v1.DescribeClusterRequest;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The administration of a quorum with an authorizer, over gRPC, where nobody is asked who he is. */
final class AdminAccessTest {
    private final TestQuorum quorum = new TestQuorum();
    private final FakeMetadataLog log = new FakeMetadataLog();
    private final Queue<String> denials = new ConcurrentLinkedQueue<>();
    private volatile Acls acls = Acls.NONE;
    private QuorumRpcServer server = quorum.server(
            new HostPort("127.0.0.1", 0),
            log,
            new Authorization(
                    Optional.of(new Authorizer(Set.of(), false)),
                    () -> acls,
                    (caller, operation, type, resource, request) ->
                            denials.add(caller + " " + operation + " " + type + " " + resource + " " + request)));
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        server.start();
        log.lead();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
        quorum.close();
    }

    private void allow(Operation operation, ResourceType type, String name) {
        acls = acls.plus(new Acl(
                type, name, PatternType.LITERAL, Principal.ANONYMOUS, "127.0.0.1", operation, Permission.ALLOW));
    }

    private <Q, R> void call(MethodDescriptor<Q, R> method) {
        Q request = ((PrototypeMarshaller<Q>) method.getRequestMarshaller()).getMessagePrototype();
        ClientCalls.blockingUnaryCall(
                channel, method, AdminGrpc.newBlockingStub(channel).getCallOptions(), request);
    }

    @Test
    void everyCallIsRefusedToWhomNothingIsAllowed() {
        for (MethodDescriptor<?, ?> method : AdminGrpc.getServiceDescriptor().getMethods()) {
            boolean ofNothing = Set.of(
                            "CreateTopics", "DeleteTopics", "CreatePartitions", "DescribeTopics", "AlterConfigs")
                    .contains(method.getBareMethodName());
            if (ofNothing) continue; // asks for nothing, see below
            assertThatThrownBy(() -> call(method))
                    .as(method.getBareMethodName())
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            failure ->
                                    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
        }
        assertThat(denials).anyMatch(denial -> denial.contains("ANONYMOUS") && denial.contains("127.0.0.1"));
    }

    @Test
    void whatIsAllowedIsDone() {
        AdminBlockingStub admin = AdminGrpc.newBlockingStub(channel);
        assertThatThrownBy(() -> admin.createTopics(Fixtures.createTopic("a", 1, 1)))
                .hasMessageContaining("PERMISSION_DENIED")
                .hasMessageContaining("User:ANONYMOUS");
        allow(Operation.CREATE, ResourceType.TOPIC, "a");
        assertThat(admin.createTopics(Fixtures.createTopic("a", 1, 1)).getTopicsList())
                .hasSize(1);
        allow(Operation.DESCRIBE, ResourceType.CLUSTER, ResourceType.THE_CLUSTER);
        assertThat(admin.describeCluster(DescribeClusterRequest.getDefaultInstance())
                        .getClusterId())
                .isEqualTo(Fixtures.CLUSTER);
    }

    @Test
    void nodesAskForClientsWhomTheyHaveChecked() throws Exception {
        TestQuorum.Client broker = quorum.client(List.of(new HostPort("127.0.0.1", server.port())));
        assertThat(broker.requests.describeCluster().get().getClusterId()).isEqualTo(Fixtures.CLUSTER);
        assertThat(denials).isEmpty();
    }
}
