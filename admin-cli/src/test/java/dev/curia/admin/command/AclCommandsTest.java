package dev.curia.admin.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.admin.v1.AdminGrpc;
import dev.curia.proto.admin.v1.CreateAclsRequest;
import dev.curia.proto.admin.v1.CreateAclsResponse;
import dev.curia.proto.admin.v1.DeleteAclsRequest;
import dev.curia.proto.admin.v1.DeleteAclsResponse;
import dev.curia.proto.admin.v1.DeletedAcls;
import dev.curia.proto.admin.v1.ListAclsRequest;
import dev.curia.proto.admin.v1.ListAclsResponse;
import dev.curia.proto.common.v1.AclEntry;
import dev.curia.proto.common.v1.AclMatch;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AclCommandsTest {
    private final Set<AclEntry> acls = new LinkedHashSet<>();
    private Server server;

    @BeforeEach
    void start() throws Exception {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new FakeAcls())
                .build()
                .start();
    }

    @AfterEach
    void stop() {
        server.shutdownNow();
    }

    /** Keeps what it is told; knows of names only literal ones. */
    private final class FakeAcls extends AdminGrpc.AdminImplBase {
        @Override
        public void listAcls(ListAclsRequest request, StreamObserver<ListAclsResponse> to) {
            FakeCluster.answer(
                    to,
                    ListAclsResponse.newBuilder()
                            .addAllAcls(fitting(request.getMatch()))
                            .build());
        }

        @Override
        public void createAcls(CreateAclsRequest request, StreamObserver<CreateAclsResponse> to) {
            CreateAclsResponse.Builder response = CreateAclsResponse.newBuilder();
            for (AclEntry acl : request.getAclsList()) {
                boolean refused = acl.getHost().equals("there");
                if (!refused) acls.add(acl);
                response.addStatuses(
                        refused
                                ? Status.newBuilder()
                                        .setCode(ErrorCode.INVALID_REQUEST)
                                        .setMessage("No such host.")
                                : Status.newBuilder());
            }
            FakeCluster.answer(to, response.build());
        }

        @Override
        public void deleteAcls(DeleteAclsRequest request, StreamObserver<DeleteAclsResponse> to) {
            DeleteAclsResponse.Builder response = DeleteAclsResponse.newBuilder();
            for (AclMatch match : request.getMatchesList()) {
                response.addResults(DeletedAcls.newBuilder().addAllAcls(fitting(match)));
            }
            response.getResultsList().forEach(result -> acls.removeAll(result.getAclsList()));
            FakeCluster.answer(to, response.build());
        }

        private List<AclEntry> fitting(AclMatch match) {
            return acls.stream()
                    .filter(acl -> match.getResourceType() == 1 || match.getResourceType() == acl.getResourceType())
                    .filter(acl ->
                            !match.hasResourceName() || match.getResourceName().equals(acl.getResourceName()))
                    .filter(acl -> match.getPatternType() <= 2 || match.getPatternType() == acl.getPatternType())
                    .filter(acl -> !match.hasPrincipal() || match.getPrincipal().equals(acl.getPrincipal()))
                    .filter(acl -> !match.hasHost() || match.getHost().equals(acl.getHost()))
                    .filter(acl -> match.getOperation() == 1 || match.getOperation() == acl.getOperation())
                    .filter(acl -> match.getPermission() == 1 || match.getPermission() == acl.getPermission())
                    .toList();
        }
    }

    private Run curia(String... arguments) {
        return Run.curia(Stream.concat(
                        Stream.of("acls"),
                        Stream.concat(Stream.of(arguments), Stream.of("--server", "127.0.0.1:" + server.getPort())))
                .toArray(String[]::new));
    }

    @Test
    void whatAConsumerNeedsIsAddedListedAndRemoved() {
        Run added = curia("add", "--allow-principal", "User:alice", "--consumer", "--topic", "orders", "--group", "g");
        assertThat(added.exitCode()).as(added.err()).isZero();
        assertThat(added.out().lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "Added:",
                        "RESOURCE NAME PATTERN PRINCIPAL HOST PERMISSION OPERATION",
                        "TOPIC orders LITERAL User:alice * ALLOW READ",
                        "TOPIC orders LITERAL User:alice * ALLOW DESCRIBE",
                        "GROUP g LITERAL User:alice * ALLOW READ");
        assertThat(curia("list", "--group", "g", "--json").out())
                .contains("\"resourceType\": \"GROUP\"", "\"operation\": \"READ\"")
                .doesNotContain("TOPIC");
        assertThat(curia("list", "--principal", "User:bob").out()).isEqualTo("There are no such ACLs.\n");
        assertThat(curia("remove", "--topic", "orders", "--dry-run").out()).startsWith("Would remove:\n");
        assertThat(acls).hasSize(3);
        assertThat(curia("remove", "--topic", "orders", "--operation", "read").out())
                .startsWith("Removed:\n")
                .doesNotContain("DESCRIBE");
        assertThat(curia("remove", "--allow-principal", "User:alice").out()).contains("GROUP", "TOPIC");
        assertThat(acls).isEmpty();
    }

    @Test
    void operationsAreReadAsKafkaAclsWritesThem() {
        Run dry = curia(
                "add",
                "--deny-principal",
                "User:*",
                "--deny-host",
                "10.0.0.1",
                "--operation",
                "DescribeConfigs",
                "--operation",
                "alter-configs",
                "--topic",
                "pay-",
                "--resource-pattern-type",
                "prefixed",
                "--dry-run");
        assertThat(dry.out())
                .startsWith("Would add:\n")
                .contains("DESCRIBE_CONFIGS", "ALTER_CONFIGS", "DENY", "PREFIXED");
        assertThat(acls).isEmpty();
    }

    @Test
    void eachAclHasItsOutcome() {
        Run run = curia(
                "add",
                "--allow-principal",
                "User:a",
                "--allow-host",
                "10.0.0.1",
                "--allow-host",
                "there",
                "--topic",
                "t");
        assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(run.out()).contains("10.0.0.1").doesNotContain("there");
        assertThat(run.err()).contains("User:a from there: ALLOW ALL on LITERAL TOPIC t: No such host.");
    }

    @Test
    void wrongUsageSaysWhatIsExpected() {
        assertThat(curia("add", "--topic", "t").err()).contains("expected --allow-principal or --deny-principal");
        assertThat(curia("add", "--allow-principal", "User:a").err()).contains("expected --topic");
        assertThat(curia("add", "--allow-principal", "a", "--topic", "t").err()).contains("'a' is no principal");
        assertThat(curia("add", "--allow-principal", "User:a", "--topic", "t", "--operation", "Fly")
                        .err())
                .contains("'Fly' is no operation");
        assertThat(curia("add", "--allow-principal", "User:a", "--topic", "t", "--resource-pattern-type", "match")
                        .err())
                .contains("literal or prefixed");
        assertThat(curia("add", "--allow-principal", "User:a", "--producer", "--group", "g")
                        .err())
                .contains("--producer needs --topic");
        Run nothing = curia("remove");
        assertThat(nothing.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(nothing.err()).contains("Nothing to remove");
    }
}
