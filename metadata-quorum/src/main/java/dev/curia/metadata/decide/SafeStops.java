package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.StopLease;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.MayStopRequest;
import dev.curia.proto.admin.v1.MayStopRequest.Action;
import dev.curia.proto.admin.v1.MayStopResponse;
import dev.curia.proto.admin.v1.StopObstacle;
import dev.curia.proto.admin.v1.StopObstacle.Kind;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * May a broker stop now? Yes when every partition that it holds would still have a leader and enough replicas in sync, no other broker is
 * stopping, and the metadata quorum keeps its majority. Who means to stop takes the lease, so that nobody else may until it is back.
 */
public final class SafeStops {
    /** When a request says no other. */
    public static final Duration DEFAULT_LEASE = Duration.ofMinutes(10);

    private static final int MAX_OBSTACLES = 100;

    private final Elections elections;

    public SafeStops(TopicDefaults defaults) {
        this.elections = new Elections(defaults);
    }

    /**
     * What is not in the metadata.
     *
     * @param stopping brokers that have asked to stop and are still there
     * @param voters of the metadata quorum, by node id; a broker of the same id is taken to be the same process
     * @param reachable of the voters
     */
    public record Surroundings(
            ReplicaHealth health, Set<Integer> stopping, Set<Integer> voters, Set<Integer> reachable) {}

    /**
     * Answers, and gives or takes the lease as asked.
     *
     * @param leaseId of the lease if one is given, not 0
     * @param describe what is left of a lease
     */
    public Decision<MayStopResponse> decide(
            MetadataImage image, MayStopRequest request, Surroundings around, long leaseId, LeaseClock describe) {
        int id = request.getBrokerId();
        Optional<BrokerRegistration> broker = image.broker(id);
        Optional<StopLease> lease = image.stopLease();
        if (request.getAction() == Action.RELEASE) return release(image, id, describe);
        if (broker.isEmpty()) {
            return Decision.answer(MayStopResponse.newBuilder()
                    .setStatus(
                            Statuses.error(ErrorCode.BROKER_ID_NOT_REGISTERED, "Broker " + id + " is not registered."))
                    .build());
        }
        List<StopObstacle> obstacles = obstacles(image, id, around, describe);
        boolean mayStop = obstacles.isEmpty();
        boolean acquire = mayStop && request.getAction() == Action.ACQUIRE;
        if (acquire) {
            long millis = request.getLeaseMs() > 0 ? request.getLeaseMs() : DEFAULT_LEASE.toMillis();
            lease = Optional.of(new StopLease(leaseId, id, broker.get().epoch(), millis));
        }
        MayStopResponse.Builder response = MayStopResponse.newBuilder()
                .setMayStop(mayStop)
                .setObstacleCount(obstacles.size())
                .addAllObstacles(obstacles.subList(0, Math.min(MAX_OBSTACLES, obstacles.size())));
        lease.ifPresent(held -> response.setLease(describe.describe(held)));
        List<MetadataRecord> records = acquire ? List.of(ImageRecords.stopLeaseRecord(lease.orElseThrow())) : List.of();
        return new Decision<>(records, indexed(response));
    }

    /** What is left of a lease, on the controller's clock. */
    public interface LeaseClock {
        dev.curia.proto.admin.v1.StopLease describe(StopLease lease);
    }

    /** Ends the lease when its broker has started again and is in sync wherever it holds a replica, or is not registered any more. */
    public static Decision<Boolean> complete(MetadataImage image, long leaseId) {
        Optional<StopLease> lease = image.stopLease().filter(held -> held.id() == leaseId);
        return lease.isPresent() && isBack(image, lease.get()) ? end() : Decision.answer(false);
    }

    /** Ends the lease because its time is over. */
    public static Decision<Boolean> expire(MetadataImage image, long leaseId) {
        return image.stopLease().filter(held -> held.id() == leaseId).isPresent() ? end() : Decision.answer(false);
    }

    /** Whether the lease's broker has started again, so that {@link #complete} is worth its look at all partitions. */
    public static boolean hasStartedAgain(MetadataImage image, StopLease lease) {
        Optional<BrokerRegistration> broker = image.broker(lease.brokerId());
        return broker.isEmpty() || (!broker.get().fenced() && broker.get().epoch() != lease.brokerEpoch());
    }

    private static boolean isBack(MetadataImage image, StopLease lease) {
        int id = lease.brokerId();
        if (image.broker(id).isEmpty()) return true;
        return hasStartedAgain(image, lease)
                && image.topics().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .filter(state ->
                                state.replicas().contains(id) && !state.adding().contains(id))
                        .allMatch(state -> state.hasLeader() && state.isr().contains(id));
    }

    private static Decision<MayStopResponse> release(MetadataImage image, int id, LeaseClock describe) {
        Optional<StopLease> lease = image.stopLease();
        if (lease.filter(held -> held.brokerId() == id).isPresent()) {
            return new Decision<>(List.of(ImageRecords.stopLeaseEndRecord()), indexed(MayStopResponse.newBuilder()));
        }
        String holder =
                lease.map(held -> "broker " + held.brokerId() + " has it.").orElse("nobody has it.");
        MayStopResponse.Builder response = MayStopResponse.newBuilder()
                .setStatus(Statuses.error(
                        ErrorCode.INVALID_REQUEST, "Broker " + id + " does not have the leave to stop; " + holder));
        lease.ifPresent(held -> response.setLease(describe.describe(held)));
        return new Decision<>(List.of(), indexed(response));
    }

    private List<StopObstacle> obstacles(MetadataImage image, int id, Surroundings around, LeaseClock describe) {
        List<StopObstacle> found = new ArrayList<>();
        image.stopLease()
                .filter(lease -> lease.brokerId() != id)
                .ifPresent(lease -> found.add(obstacle(Kind.LEASE, held(image, id, lease, describe))));
        around.stopping().stream()
                .filter(other -> other != id)
                .sorted()
                .forEach(other -> found.add(obstacle(
                        Kind.STOPPING, "Broker " + other + sameRack(image, id, other) + " is stopping right now.")));
        quorum(id, around).ifPresent(found::add);
        for (Topic topic : image.topics()) {
            for (int p = 0; p < topic.partitions().size(); p++) {
                PartitionState state = topic.partitions().get(p);
                if (state.replicas().contains(id)) partition(image, topic, p, id, around.health(), found);
            }
        }
        return found;
    }

    private static Optional<StopObstacle> quorum(int id, Surroundings around) {
        if (!around.voters().contains(id)) return Optional.empty();
        long others = around.reachable().stream().filter(node -> node != id).count();
        int majority = around.voters().size() / 2 + 1;
        return others >= majority
                ? Optional.empty()
                : Optional.of(obstacle(
                        Kind.QUORUM,
                        "It is also a node of the metadata quorum, which would be left with " + others + " of "
                                + around.voters().size() + " nodes and needs " + majority + "."));
    }

    private void partition(
            MetadataImage image, Topic topic, int p, int id, ReplicaHealth health, List<StopObstacle> found) {
        PartitionState state = topic.partitions().get(p);
        PartitionId partition = new PartitionId(topic.id(), p);
        Elections.Candidates alive = Elections.alive(image, health);
        List<Integer> others = state.isr().stream()
                .filter(member -> member != id && alive.mayLead(member, partition) && !health.isFull(member, partition))
                .toList();
        int needed = elections.minInsync(image, topic, state);
        String name = topic.name() + "-" + p;
        StopObstacle.Builder about =
                StopObstacle.newBuilder().setTopic(topic.name()).setPartition(p);
        if (!state.hasLeader()) {
            found.add(about.setKind(Kind.NO_LEADER)
                    .setMessage(name + " has no leader already; its replicas are " + state.replicas() + ".")
                    .build());
        } else if (others.isEmpty()) {
            String why = state.replicas().size() == 1 ? "has no other replica." : "has no other replica in sync.";
            found.add(about.setKind(Kind.NO_LEADER).setMessage(name + " " + why).build());
        } else if (others.size() < needed) {
            found.add(about.setKind(Kind.MIN_ISR)
                    .setMessage(name + " would have " + others + " in sync, and min.insync.replicas is " + needed + ".")
                    .build());
        }
    }

    private static String held(MetadataImage image, int id, StopLease lease, LeaseClock describe) {
        int holder = lease.brokerId();
        long left = describe.describe(lease).getLeftMs();
        return "Broker " + holder + sameRack(image, id, holder)
                + " has the leave to stop, until it has started again and is in sync"
                + (left < 0 ? "." : ", or for " + (left + 999) / 1000 + " s.");
    }

    private static String sameRack(MetadataImage image, int id, int other) {
        Optional<String> rack = image.broker(id).flatMap(BrokerRegistration::rack);
        boolean same = rack.isPresent() && rack.equals(image.broker(other).flatMap(BrokerRegistration::rack));
        return same ? ", of the same rack " + rack.get() + "," : "";
    }

    private static StopObstacle obstacle(Kind kind, String message) {
        return StopObstacle.newBuilder()
                .setKind(kind)
                .setPartition(-1)
                .setMessage(message)
                .build();
    }

    private static Decision<Boolean> end() {
        return Decision.of(List.of(ImageRecords.stopLeaseEndRecord()), true);
    }

    private static LongFunction<MayStopResponse> indexed(MayStopResponse.Builder response) {
        return index -> response.setIndex(index).build();
    }
}
