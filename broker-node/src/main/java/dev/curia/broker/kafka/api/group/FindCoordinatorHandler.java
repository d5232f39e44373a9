package dev.curia.broker.kafka.api.group;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.OffsetsTopic;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.jspecify.annotations.Nullable;

/** Names the broker that coordinates a group: the leader of the group's partition. The first request of all creates the topic. */
final class FindCoordinatorHandler implements RequestHandler<FindCoordinatorRequest> {
    private final GroupCoordinator groups;
    private final ClusterView cluster;

    FindCoordinatorHandler(GroupCoordinator groups, ClusterView cluster) {
        this.groups = groups;
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.FIND_COORDINATOR;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 6;
    }

    @Override
    public CompletionStage<FindCoordinatorResponse> handle(RequestContext context, FindCoordinatorRequest request) {
        FindCoordinatorRequestData data = request.data();
        boolean batched = context.version() >= FindCoordinatorRequest.MIN_BATCHED_VERSION;
        List<String> keys = batched ? data.coordinatorKeys() : List.of(data.key());
        Coordinator refused = refuse(data.keyType());
        if (refused != null) return CompletableFuture.completedFuture(response(batched, keys, refused));
        if (cluster.image().topic(OffsetsTopic.NAME).isPresent()) {
            return CompletableFuture.completedFuture(found(context, batched, keys));
        }
        return groups.ensureTopic()
                .thenApply(error -> error == Errors.NONE
                        ? found(context, batched, keys)
                        : response(batched, keys, failure(Errors.COORDINATOR_NOT_AVAILABLE, unavailable(error))));
    }

    private static @Nullable Coordinator refuse(byte keyType) {
        if (keyType == CoordinatorType.GROUP.id()) return null;
        if (keyType == CoordinatorType.TRANSACTION.id()) {
            return failure(
                    Errors.INVALID_REQUEST,
                    "This cluster does not serve transactions. Use a producer without transactional.id.");
        }
        return failure(Errors.INVALID_REQUEST, "Coordinators of type " + keyType + " are not served, only 0 (group).");
    }

    private static String unavailable(Errors error) {
        return "The topic " + OffsetsTopic.NAME + " can't be created: " + error.message()
                + " It needs offsets.topic.replication.factor brokers.";
    }

    private FindCoordinatorResponse found(RequestContext context, boolean batched, List<String> keys) {
        if (!batched) return old(find(context, keys.get(0)));
        return new FindCoordinatorResponse(new FindCoordinatorResponseData()
                .setCoordinators(keys.stream().map(key -> find(context, key)).toList()));
    }

    private static FindCoordinatorResponse response(boolean batched, List<String> keys, Coordinator same) {
        if (!batched) return old(same);
        return new FindCoordinatorResponse(new FindCoordinatorResponseData()
                .setCoordinators(
                        keys.stream().map(key -> same.duplicate().setKey(key)).toList()));
    }

    /** Up to version 3 the answer is about one key, in fields of its own. */
    private static FindCoordinatorResponse old(Coordinator coordinator) {
        return new FindCoordinatorResponse(new FindCoordinatorResponseData()
                .setErrorCode(coordinator.errorCode())
                .setErrorMessage(coordinator.errorMessage())
                .setNodeId(coordinator.nodeId())
                .setHost(coordinator.host())
                .setPort(coordinator.port()));
    }

    private Coordinator find(RequestContext context, String groupId) {
        MetadataImage image = cluster.image();
        Optional<PartitionState> partition = image.topic(OffsetsTopic.NAME)
                .flatMap(topic -> topic.partition(groups.topic().partitionFor(groupId)));
        return partition
                .filter(PartitionState::hasLeader)
                .flatMap(state -> image.broker(state.leader()))
                .flatMap(broker -> broker.listener(context.listener())
                        .map(endpoint -> FindCoordinatorResponse.prepareCoordinatorResponse(
                                Errors.NONE, groupId, new Node(broker.id(), endpoint.host(), endpoint.port()))))
                .orElseGet(() -> failure(Errors.COORDINATOR_NOT_AVAILABLE, Errors.COORDINATOR_NOT_AVAILABLE.message())
                        .setKey(groupId));
    }

    private static Coordinator failure(Errors error, String message) {
        return FindCoordinatorResponse.prepareCoordinatorResponse(error, "", Node.noNode())
                .setErrorMessage(message);
    }
}
