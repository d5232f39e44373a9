package dev.curia.metadata.rpc;

import static dev.curia.common.security.Operation.ALTER;
import static dev.curia.common.security.Operation.ALTER_CONFIGS;
import static dev.curia.common.security.Operation.CREATE;
import static dev.curia.common.security.Operation.DELETE;
import static dev.curia.common.security.Operation.DESCRIBE;
import static dev.curia.common.security.Operation.DESCRIBE_CONFIGS;
import static dev.curia.common.security.ResourceType.CLUSTER;
import static dev.curia.common.security.ResourceType.GROUP;
import static dev.curia.common.security.ResourceType.THE_CLUSTER;
import static dev.curia.common.security.ResourceType.TOPIC;

import dev.curia.common.security.Operation;
import dev.curia.metadata.access.GrpcCallers;
import dev.curia.metadata.acl.Access;
import dev.curia.metadata.acl.Authorization;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.AdminGrpc;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.ConfigAlteration;
import dev.curia.proto.admin.v1.CreatePartitionsRequest;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.DeleteTopicsRequest;
import dev.curia.proto.admin.v1.DescribeTopicsRequest;
import dev.curia.proto.admin.v1.MayStopRequest;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.admin.v1.PartitionCount;
import dev.curia.proto.admin.v1.QuorumAdminGrpc;
import dev.curia.proto.admin.v1.TopicRef;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/**
 * Checks what callers of the administration may do, before a service hears of it: a call is refused as a whole, with PERMISSION_DENIED. What is not
 * in the table needs ALTER on the cluster. Nodes' own services (sessions, watch) are not its concern. Thread-safe.
 */
final class AdminAccess implements ServerInterceptor {
    private final Authorization authorization;
    private final Supplier<MetadataImage> image;
    private final Map<String, BiPredicate<Access, Object>> checks = new HashMap<>();

    AdminAccess(Authorization authorization, Supplier<MetadataImage> image) {
        this.authorization = authorization;
        this.image = image;
        cluster(
                DESCRIBE,
                List.of(
                        AdminGrpc.getListTopicsMethod(),
                        AdminGrpc.getDescribeClusterMethod(),
                        AdminGrpc.getDescribeQuorumMethod(),
                        AdminGrpc.getListEventsMethod(),
                        AdminGrpc.getListReassignmentsMethod(),
                        AdminGrpc.getDescribeDrainMethod(),
                        AdminGrpc.getPlanRebalanceMethod(),
                        AdminGrpc.getListAclsMethod(),
                        QuorumAdminGrpc.getInspectQuorumMethod(),
                        QuorumAdminGrpc.getInspectNodeMethod()));
        cluster(DESCRIBE_CONFIGS, List.of(AdminGrpc.getDescribeClientQuotasMethod(), AdminGrpc.getListConfigsMethod()));
        cluster(ALTER_CONFIGS, List.of(AdminGrpc.getAlterClientQuotasMethod()));
        check(AdminGrpc.getCreateTopicsMethod(), this::mayCreate);
        check(AdminGrpc.getDeleteTopicsMethod(), this::mayDelete);
        check(AdminGrpc.getCreatePartitionsMethod(), this::mayGrow);
        check(AdminGrpc.getDescribeTopicsMethod(), this::mayDescribe);
        check(AdminGrpc.getAlterConfigsMethod(), this::mayAlterConfigs);
        check(
                AdminGrpc.getMayStopMethod(),
                (access, request) -> access.may(request.getAction() == MayStopRequest.Action.ASK ? DESCRIBE : ALTER));
    }

    private void cluster(Operation operation, List<MethodDescriptor<?, ?>> methods) {
        methods.forEach(method -> checks.put(method.getFullMethodName(), (access, request) -> access.may(operation)));
    }

    /** The method and its check agree on which class the request has. */
    @SuppressWarnings("unchecked")
    private <Q> void check(MethodDescriptor<Q, ?> method, BiPredicate<Access, Q> check) {
        checks.put(method.getFullMethodName(), (access, request) -> check.test(access, (Q) request));
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        MethodDescriptor<Q, R> method = call.getMethodDescriptor();
        ServerCall.Listener<Q> handled = next.startCall(call, headers);
        String service = String.valueOf(method.getServiceName());
        if (!authorization.isOn()
                || !(service.equals(AdminGrpc.SERVICE_NAME) || service.equals(QuorumAdminGrpc.SERVICE_NAME))) {
            return handled;
        }
        BiPredicate<Access, Object> check =
                checks.getOrDefault(method.getFullMethodName(), (access, request) -> access.may(ALTER));
        Access access = GrpcCallers.access(authorization, String.valueOf(method.getBareMethodName()));
        return new SimpleForwardingServerCallListener<>(handled) {
            private boolean refused;

            @Override
            public void onMessage(Q request) {
                if (check.test(access, request)) super.onMessage(request);
                else {
                    refused = true;
                    call.close(
                            Status.PERMISSION_DENIED.withDescription(GrpcCallers.PRINCIPAL.get() + " may not do that: "
                                    + method.getBareMethodName() + " needs an ACL that allows it"),
                            new Metadata());
                }
            }

            @Override
            public void onHalfClose() {
                if (!refused) super.onHalfClose();
            }
        };
    }

    private boolean mayCreate(Access access, CreateTopicsRequest request) {
        return access.sees(CREATE, CLUSTER, THE_CLUSTER)
                || request.getTopicsList().stream()
                        .map(NewTopic::getName)
                        .allMatch(topic -> access.may(CREATE, TOPIC, topic));
    }

    private boolean mayDelete(Access access, DeleteTopicsRequest request) {
        return request.getTopicsList().stream().allMatch(topic -> may(access, DELETE, topic));
    }

    private boolean mayDescribe(Access access, DescribeTopicsRequest request) {
        return request.getTopicsList().stream().allMatch(topic -> may(access, DESCRIBE, topic));
    }

    /** What is not known by its id is nobody's. */
    private boolean may(Access access, Operation operation, TopicRef topic) {
        Optional<String> name = topic.hasTopicId()
                ? Optional.of(topic.getTopicId())
                        .filter(id -> id.size() == 16)
                        .flatMap(id -> image.get().topic(ImageRecords.uuid(id)))
                        .map(Topic::name)
                : Optional.of(topic.getName());
        return name.filter(its -> !access.may(operation, TOPIC, its)).isEmpty();
    }

    private boolean mayGrow(Access access, CreatePartitionsRequest request) {
        return request.getTopicsList().stream()
                .map(PartitionCount::getTopic)
                .allMatch(topic -> access.may(ALTER, TOPIC, topic));
    }

    private boolean mayAlterConfigs(Access access, AlterConfigsRequest request) {
        return request.getAlterationsList().stream().allMatch(alteration -> mayAlter(access, alteration));
    }

    private static boolean mayAlter(Access access, ConfigAlteration alteration) {
        return switch (alteration.getResourceCase()) {
            case TOPIC -> access.may(ALTER_CONFIGS, TOPIC, alteration.getTopic());
            case GROUP -> access.may(ALTER_CONFIGS, GROUP, alteration.getGroup());
            case BROKER, CLIENT_METRICS, RESOURCE_NOT_SET -> access.may(ALTER_CONFIGS);
        };
    }
}
