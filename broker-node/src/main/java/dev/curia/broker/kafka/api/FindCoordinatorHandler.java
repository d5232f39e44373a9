package dev.curia.broker.kafka.api;

import dev.curia.broker.group.GroupConfigs;
import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.OffsetsTopic;
import dev.curia.broker.txn.TransactionCoordinator;
import dev.curia.broker.txn.TransactionsTopic;
import dev.curia.broker.txn.TxnConfigs;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.requests.FindCoordinatorResponse;

/** Names the broker that coordinates a key, such as a group: the leader of the key's partition. The first request of all creates the topic. */
public final class FindCoordinatorHandler implements RequestHandler<FindCoordinatorRequest> {
    /**
     * The topic that a kind of coordinator keeps its keys in.
     *
     * @param keyType as in the request
     * @param replicationSetting how many brokers it needs
     */
    public record Coordinated(
            byte keyType,
            String topic,
            String replicationSetting,
            ToIntFunction<String> partitionFor,
            Supplier<CompletionStage<Errors>> ensure) {}

    public static Coordinated groups(GroupCoordinator groups) {
        return new Coordinated(
                CoordinatorType.GROUP.id(),
                OffsetsTopic.NAME,
                GroupConfigs.OFFSETS_TOPIC_REPLICATION_FACTOR.name(),
                key -> groups.topic().partitionFor(key),
                groups::ensureTopic);
    }

    public static Coordinated transactions(TransactionCoordinator transactions) {
        return new Coordinated(
                CoordinatorType.TRANSACTION.id(),
                TransactionsTopic.NAME,
                TxnConfigs.TOPIC_REPLICATION_FACTOR.name(),
                key -> transactions.topic().partitionFor(key),
                transactions::ensureTopic);
    }

    private final List<Coordinated> coordinators;
    private final ClusterView cluster;

    public FindCoordinatorHandler(List<Coordinated> coordinators, ClusterView cluster) {
        this.coordinators = List.copyOf(coordinators);
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
        Optional<Coordinated> known = coordinators.stream()
                .filter(each -> each.keyType == data.keyType())
                .findFirst();
        if (known.isEmpty()) {
            return CompletableFuture.completedFuture(response(
                    batched,
                    keys,
                    failure(
                            Errors.INVALID_REQUEST,
                            "Coordinators of type " + data.keyType()
                                    + " are not served, only 0 (group) and 1 (transaction).")));
        }
        Coordinated coordinated = known.get();
        if (cluster.image().topic(coordinated.topic).isPresent()) {
            return CompletableFuture.completedFuture(found(context, coordinated, batched, keys));
        }
        return coordinated
                .ensure
                .get()
                .thenApply(error -> error == Errors.NONE
                        ? found(context, coordinated, batched, keys)
                        : response(
                                batched,
                                keys,
                                failure(Errors.COORDINATOR_NOT_AVAILABLE, unavailable(coordinated, error))));
    }

    private static String unavailable(Coordinated coordinated, Errors error) {
        return "The topic " + coordinated.topic + " can't be created: " + error.message() + " It needs "
                + coordinated.replicationSetting + " brokers.";
    }

    private FindCoordinatorResponse found(
            RequestContext context, Coordinated coordinated, boolean batched, List<String> keys) {
        if (!batched) return old(find(context, coordinated, keys.get(0)));
        return new FindCoordinatorResponse(new FindCoordinatorResponseData()
                .setCoordinators(keys.stream()
                        .map(key -> find(context, coordinated, key))
                        .toList()));
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

    private Coordinator find(RequestContext context, Coordinated coordinated, String key) {
        MetadataImage image = cluster.image();
        Optional<PartitionState> partition = image.topic(coordinated.topic)
                .flatMap(topic -> topic.partition(coordinated.partitionFor.applyAsInt(key)));
        return partition
                .filter(PartitionState::hasLeader)
                .flatMap(state -> image.broker(state.leader()))
                .flatMap(broker -> broker.listener(context.listener())
                        .map(endpoint -> FindCoordinatorResponse.prepareCoordinatorResponse(
                                Errors.NONE, key, new Node(broker.id(), endpoint.host(), endpoint.port()))))
                .orElseGet(() -> failure(Errors.COORDINATOR_NOT_AVAILABLE, Errors.COORDINATOR_NOT_AVAILABLE.message())
                        .setKey(key));
    }

    private static Coordinator failure(Errors error, String message) {
        return FindCoordinatorResponse.prepareCoordinatorResponse(error, "", Node.noNode())
                .setErrorMessage(message);
    }
}
