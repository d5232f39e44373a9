package dev.curia.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.security.Acl;
import dev.curia.common.security.Operation;
import dev.curia.common.security.PatternType;
import dev.curia.common.security.Permission;
import dev.curia.common.security.Principal;
import dev.curia.common.security.ResourceType;
import dev.curia.metadata.acl.AclMessages;
import dev.curia.proto.admin.v1.AdminGrpc;
import dev.curia.proto.admin.v1.CreateAclsRequest;
import dev.curia.proto.admin.v1.DeleteTopicsRequest;
import dev.curia.proto.admin.v1.DescribeClusterRequest;
import dev.curia.proto.admin.v1.TopicRef;
import dev.curia.proto.broker.v1.AbortInPartitionRequest;
import dev.curia.proto.broker.v1.BrokerAdminGrpc;
import dev.curia.proto.broker.v1.DescribeConfigsRequest;
import dev.curia.proto.broker.v1.DescribeLogDirsRequest;
import dev.curia.proto.broker.v1.DescribeProducersRequest;
import dev.curia.proto.broker.v1.DescribeTransactionRequest;
import dev.curia.proto.broker.v1.MoveReplicasRequest;
import dev.curia.proto.broker.v1.MoveReplicasRequest.Move;
import dev.curia.proto.broker.v1.TerminateTransactionRequest;
import dev.curia.proto.broker.v1.TransactionPartition;
import dev.curia.proto.common.v1.Endpoint;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.testkit.FreePorts;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole node: ACLs that are made while nobody is refused anything are in force once it starts with an authorizer. */
class AccessRestartTest {
    @TempDir
    Path directory;

    private final List<Integer> ports = FreePorts.find(2);

    private Map<String, String> settings(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("quorum.voters", "1@127.0.0.1:" + ports.get(0) + ":" + ports.get(1));
        return settings;
    }

    private static Acl allow(Operation operation, ResourceType type, String name) {
        return new Acl(type, name, PatternType.LITERAL, Principal.ANONYMOUS, Acl.WILDCARD, operation, Permission.ALLOW);
    }

    @Test
    void aclsOutliveARestartAndAreInForceOverKafkaAndGrpc() throws Exception {
        ManagedChannel quorum = NettyChannelBuilder.forAddress("127.0.0.1", ports.get(1))
                .usePlaintext()
                .build();
        try {
            AdminGrpc.AdminBlockingStub grpc = AdminGrpc.newBlockingStub(quorum).withWaitForReady();
            CreateAclsRequest acls = CreateAclsRequest.newBuilder()
                    .addAcls(AclMessages.entry(
                            allow(Operation.DESCRIBE, ResourceType.CLUSTER, ResourceType.THE_CLUSTER)))
                    .addAcls(AclMessages.entry(allow(Operation.CREATE, ResourceType.TOPIC, "mine")))
                    .build();
            try (EmbeddedNode node = EmbeddedNode.start(directory, settings(Map.of()));
                    Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrapServer()))) {
                assertThat(grpc.createAcls(acls).getStatusesList())
                        .allMatch(status -> status.getCode() == ErrorCode.NONE);
                assertThatThrownBy(() -> admin.describeAcls(AclBindingFilter.ANY)
                                .values()
                                .get())
                        .hasCauseInstanceOf(SecurityDisabledException.class);
                admin.createTopics(List.of(new NewTopic("free", 1, (short) 1)))
                        .all()
                        .get();
            }
            Map<String, String> on = Map.of("authorizer.class.name", "standard", "super.users", "User:admin");
            try (EmbeddedNode node = EmbeddedNode.start(directory, settings(on));
                    Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrapServer()))) {
                assertThat(admin.describeAcls(AclBindingFilter.ANY).values().get())
                        .extracting(AclBinding::entry)
                        .extracting(entry -> entry.operation())
                        .containsExactlyInAnyOrder(AclOperation.DESCRIBE, AclOperation.CREATE);
                assertThatThrownBy(() -> admin.createTopics(List.of(new NewTopic("theirs", 1, (short) 1)))
                                .all()
                                .get())
                        .hasCauseInstanceOf(TopicAuthorizationException.class);
                admin.createTopics(List.of(new NewTopic("mine", 1, (short) 1)))
                        .all()
                        .get();
                assertThat(grpc.describeCluster(DescribeClusterRequest.getDefaultInstance())
                                .getTopics())
                        .isGreaterThanOrEqualTo(2);
                DeleteTopicsRequest delete = DeleteTopicsRequest.newBuilder()
                        .addTopics(TopicRef.newBuilder().setName("free"))
                        .build();
                assertThatThrownBy(() -> grpc.deleteTopics(delete))
                        .isInstanceOfSatisfying(
                                StatusRuntimeException.class,
                                failure -> assertThat(failure.getStatus().getCode())
                                        .isEqualTo(Status.Code.PERMISSION_DENIED));
                checkOwnAdministration(grpc.describeCluster(DescribeClusterRequest.getDefaultInstance())
                        .getBrokers(0)
                        .getRpc());
                assertThat(node.scrape().types()).containsKey("curia_authorization_denied_total");
                assertThat(node.faults()).isEmpty();
            }
        } finally {
            quorum.shutdownNow();
        }
    }

    /** What a broker tells of itself, to somebody who may describe the cluster and nothing else. */
    private static void checkOwnAdministration(Endpoint rpc) {
        ManagedChannel channel = NettyChannelBuilder.forAddress(rpc.getHost(), rpc.getPort())
                .usePlaintext()
                .build();
        try {
            BrokerAdminGrpc.BrokerAdminBlockingStub broker = BrokerAdminGrpc.newBlockingStub(channel);
            assertThat(broker.describeLogDirs(DescribeLogDirsRequest.getDefaultInstance())
                            .getLogDirsList())
                    .hasSize(1);
            assertThat(code(broker.describeConfigs(DescribeConfigsRequest.newBuilder()
                                    .setTopic("mine")
                                    .build())
                            .getStatus()))
                    .isEqualTo(ErrorCode.TOPIC_AUTHORIZATION_FAILED);
            assertThat(code(broker.describeConfigs(DescribeConfigsRequest.newBuilder()
                                    .setGroup("g")
                                    .build())
                            .getStatus()))
                    .isEqualTo(ErrorCode.GROUP_AUTHORIZATION_FAILED);
            assertThat(code(broker.describeConfigs(DescribeConfigsRequest.newBuilder()
                                    .setBroker("")
                                    .build())
                            .getStatus()))
                    .isEqualTo(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
            MoveReplicasRequest move = MoveReplicasRequest.newBuilder()
                    .addMoves(Move.newBuilder().setTopic("mine").setLogDir("/elsewhere"))
                    .build();
            assertThat(broker.moveReplicas(move).getStatusesList())
                    .extracting(AccessRestartTest::code)
                    .containsExactly(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
            assertThat(code(broker.describeTransaction(DescribeTransactionRequest.newBuilder()
                                    .setTransactionalId("t")
                                    .build())
                            .getStatus()))
                    .isEqualTo(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
            assertThat(code(broker.terminateTransaction(TerminateTransactionRequest.newBuilder()
                                    .setTransactionalId("t")
                                    .build())
                            .getStatus()))
                    .isEqualTo(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
            TransactionPartition partition =
                    TransactionPartition.newBuilder().setTopic("mine").build();
            assertThat(broker.describeProducers(DescribeProducersRequest.newBuilder()
                                    .addPartitions(partition)
                                    .build())
                            .getPartitionsList())
                    .extracting(producers -> code(producers.getStatus()))
                    .containsExactly(ErrorCode.TOPIC_AUTHORIZATION_FAILED);
            assertThat(code(broker.abortInPartition(AbortInPartitionRequest.newBuilder()
                                    .setPartition(partition)
                                    .build())
                            .getStatus()))
                    .isEqualTo(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
        } finally {
            channel.shutdownNow();
        }
    }

    private static ErrorCode code(dev.curia.proto.common.v1.Status status) {
        return status.getCode();
    }
}
