package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Standing;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.metadata.v1.BrokerRegistrationRecord;
import dev.curia.proto.metadata.v1.BrokerUnregistrationRecord;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.Register;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Registration, fencing and unfencing of brokers, and what they do to partitions. */
public final class BrokerDecisions {
    /**
     * The outcome of a registration.
     *
     * @param epoch -1 unless the status is OK
     */
    public record Registration(Status status, long epoch) {}

    private final Elections elections;

    public BrokerDecisions(TopicDefaults defaults) {
        this.elections = new Elections(defaults);
    }

    /**
     * Registers a process as a broker: a new incarnation gets a new epoch and starts fenced, a known one keeps what it has. One that does not
     * vouch for the data of the life before it may have lost the end of its logs, and is no longer counted on (KIP-966).
     *
     * @param otherIsLive whether a session of another incarnation of this broker id is connected
     */
    public Decision<Registration> register(
            MetadataImage image, Register request, boolean otherIsLive, ReplicaHealth health) {
        if (!request.getClusterId().equals(image.clusterId())) {
            return refused(
                    ErrorCode.INCONSISTENT_CLUSTER_ID,
                    "Broker " + request.getBrokerId() + " is of cluster " + request.getClusterId()
                            + ", but this is cluster " + image.clusterId() + "; check its bootstrap addresses and data"
                            + " directories.");
        }
        Optional<BrokerRegistration> known = image.broker(request.getBrokerId());
        Uuid incarnation = ImageRecords.uuid(request.getIncarnationId());
        if (known.isPresent() && known.get().incarnationId().equals(incarnation)) {
            return Decision.answer(new Registration(Statuses.OK, known.get().epoch()));
        }
        if (otherIsLive) {
            return refused(
                    ErrorCode.DUPLICATE_BROKER_REGISTRATION,
                    "Another process is connected as broker " + request.getBrokerId()
                            + "; give each broker its own node.id.");
        }
        Optional<String> unable = Features.complaint(ImageRecords.ranges(request.getFeaturesList()), image.features());
        if (unable.isPresent()) {
            return refused(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "Broker " + request.getBrokerId() + " cannot join: " + unable.get()
                            + "; run a build that supports that level.");
        }
        List<MetadataRecord> records = new ArrayList<>();
        if (known.isPresent()) records.addAll(startedAgain(image, request, known.get(), health));
        long epoch = image.nextBrokerEpoch();
        records.add(registration(
                request, epoch, known.map(BrokerRegistration::standing).orElse(Standing.IN_SERVICE)));
        return Decision.of(records, new Registration(Statuses.OK, epoch));
    }

    private List<MetadataRecord> startedAgain(
            MetadataImage image, Register request, BrokerRegistration known, ReplicaHealth health) {
        int id = request.getBrokerId();
        if (request.getPreviousBrokerEpoch() != known.epoch()) {
            return elections.doubtAll(
                    image,
                    id,
                    health,
                    new Cause(
                            CauseKind.UNCLEAN_STOP,
                            "broker " + id + " started again after an unclean stop: it may have lost data"));
        }
        return known.fenced()
                ? List.of()
                : elections.withdrawAll(
                        image, id, health, new Cause(CauseKind.STARTED_AGAIN, "broker " + id + " started again"));
    }

    /** Withdraws a broker from leading and from the ISRs; nothing when it is fenced, gone or of another epoch. */
    public Decision<Boolean> fence(MetadataImage image, int brokerId, long epoch, Cause cause, ReplicaHealth health) {
        Optional<BrokerRegistration> broker = current(image, brokerId, epoch).filter(b -> !b.fenced());
        if (broker.isEmpty()) return Decision.answer(false);
        // Partitions first: an image in between shows a broker that lost its part, never a leader that is fenced.
        List<MetadataRecord> records = new ArrayList<>(elections.withdrawAll(
                image, brokerId, health, new Cause(cause.kind(), "broker " + brokerId + " fenced: " + cause.text())));
        records.add(Records.fencing(broker.get(), true, cause));
        return Decision.of(records, true);
    }

    /** Lets a broker take part, and lead where only it can; nothing when it is not fenced, gone or of another epoch. */
    public Decision<Boolean> unfence(MetadataImage image, int brokerId, long epoch, ReplicaHealth health) {
        Optional<BrokerRegistration> broker = current(image, brokerId, epoch).filter(BrokerRegistration::fenced);
        if (broker.isEmpty()) return Decision.answer(false);
        List<MetadataRecord> records = new ArrayList<>();
        records.add(Records.fencing(broker.get(), false, new Cause(CauseKind.CAUGHT_UP, "caught up")));
        records.addAll(elections.fillVacancies(
                image,
                only(brokerId, health),
                health,
                new Cause(CauseKind.BROKER_RETURNED, "broker " + brokerId + " is back")));
        return Decision.of(records, true);
    }

    /**
     * Acts on what a broker says of its replicas: those that are offline leave the ISRs and no longer lead, and where only the broker can lead
     * and its replica is online, it does. Nothing when the broker is gone or of another epoch.
     *
     * @param offline all of them; {@code health} agrees
     * @param fresh those that this controller has not yet acted on. Also where such a replica is not in the ISR the partition epoch rises:
     *     a proposal that still counts on what the replica once had must fail, also when it arrives after the replica was made anew
     */
    public Decision<Boolean> replicasReported(
            MetadataImage image,
            int brokerId,
            long epoch,
            Set<PartitionId> offline,
            Set<PartitionId> fresh,
            ReplicaHealth health) {
        Optional<BrokerRegistration> broker = current(image, brokerId, epoch);
        if (broker.isEmpty()) return Decision.answer(false);
        Cause cause = new Cause(CauseKind.OFFLINE_REPLICA, "replica on broker " + brokerId + " is offline");
        List<MetadataRecord> records = new ArrayList<>();
        for (PartitionId id : offline) {
            Optional<PartitionState> state =
                    image.partition(id).filter(p -> p.replicas().contains(brokerId));
            if (state.isEmpty()) continue;
            Optional<MetadataRecord> change =
                    elections.withdrawDamaged(image, id, state.get(), brokerId, health, cause);
            change.ifPresent(records::add);
            boolean proposalsMayBeUnderWay = fresh.contains(id) && state.get().hasLeader();
            if (change.isEmpty() && proposalsMayBeUnderWay) records.add(Records.record(Records.change(id, cause)));
        }
        if (!broker.get().fenced()) {
            records.addAll(elections.fillVacancies(
                    image,
                    only(brokerId, health),
                    health,
                    new Cause(CauseKind.BROKER_RETURNED, "broker " + brokerId + " can lead again")));
        }
        // Behind the others, and on what they leave: one partition may be in both.
        MetadataImage after = image.apply(image.index(), records).image();
        records.addAll(elections.relieveFull(after, health));
        return Decision.of(records, true);
    }

    /** Lets others go on where a disk is full; see {@link ReplicaHealth#isFull}. Nothing while none is, or nobody could. */
    public Decision<Boolean> relieveFull(MetadataImage image, ReplicaHealth health) {
        List<MetadataRecord> records = elections.relieveFull(image, health);
        return Decision.of(records, !records.isEmpty());
    }

    /**
     * Finishes what an earlier controller could not, and what it saw with other defaults: elects leaders where there is none but could be one,
     * and counts on nobody outside of an ISR that is large enough.
     */
    public Decision<Boolean> repair(MetadataImage image, ReplicaHealth health) {
        Cause cause = new Cause(CauseKind.CONTROLLER_CHANGED, "new controller");
        List<MetadataRecord> records = elections.fillVacancies(image, Elections.alive(image, health), health, cause);
        MetadataImage after = image.apply(image.index(), records).image();
        for (Topic topic : after.topics()) records.addAll(elections.settle(after, topic, cause));
        return Decision.of(records, !records.isEmpty());
    }

    /** Forgets a fenced broker for good; BROKER_ID_NOT_REGISTERED, or INVALID_REQUEST while it is alive or holds replicas. */
    public static Decision<Status> unregister(MetadataImage image, int brokerId) {
        Optional<BrokerRegistration> broker = image.broker(brokerId);
        if (broker.isEmpty()) {
            return Decision.answer(
                    Statuses.error(ErrorCode.BROKER_ID_NOT_REGISTERED, "Broker " + brokerId + " is not registered."));
        }
        if (!broker.get().fenced()) {
            return Decision.answer(Statuses.error(
                    ErrorCode.INVALID_REQUEST, "Broker " + brokerId + " is alive; stop it before unregistering it."));
        }
        boolean holdsReplicas = image.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .anyMatch(partition -> partition.replicas().contains(brokerId));
        if (holdsReplicas) {
            return Decision.answer(Statuses.error(
                    ErrorCode.INVALID_REQUEST,
                    "Broker " + brokerId
                            + " still holds replicas; move them to other brokers before unregistering it."));
        }
        return Decision.of(
                List.of(MetadataRecord.newBuilder()
                        .setBrokerUnregistration(BrokerUnregistrationRecord.newBuilder()
                                .setBrokerId(brokerId)
                                .setBrokerEpoch(broker.get().epoch()))
                        .build()),
                Statuses.OK);
    }

    /** Whether a request comes from the broker's newest registration. */
    static Status checkEpoch(MetadataImage image, int brokerId, long epoch) {
        Optional<BrokerRegistration> broker = image.broker(brokerId);
        if (broker.isEmpty()) {
            return Statuses.error(ErrorCode.BROKER_ID_NOT_REGISTERED, "Broker " + brokerId + " is not registered.");
        }
        if (broker.get().epoch() != epoch) {
            return Statuses.error(
                    ErrorCode.STALE_BROKER_EPOCH,
                    "Broker " + brokerId + " sent epoch " + epoch + ", but is registered with "
                            + broker.get().epoch() + ".");
        }
        return Statuses.OK;
    }

    private static Elections.Candidates only(int brokerId, ReplicaHealth health) {
        return (broker, partition) -> broker == brokerId && health.isOnline(broker, partition);
    }

    private static Optional<BrokerRegistration> current(MetadataImage image, int brokerId, long epoch) {
        return image.broker(brokerId).filter(broker -> broker.epoch() == epoch);
    }

    private static MetadataRecord registration(Register request, long epoch, Standing standing) {
        return MetadataRecord.newBuilder()
                .setBrokerRegistration(BrokerRegistrationRecord.newBuilder()
                        .setBrokerId(request.getBrokerId())
                        .setBrokerEpoch(epoch)
                        .setIncarnationId(request.getIncarnationId())
                        .addAllListeners(request.getListenersList())
                        .setRpc(request.getRpc())
                        .setRack(request.getRack())
                        .addAllLogDirIds(request.getLogDirIdsList())
                        .setFenced(true)
                        .setStanding(standing.proto())
                        .addAllFeatures(request.getFeaturesList()))
                .build();
    }

    private static Decision<Registration> refused(ErrorCode code, String message) {
        return Decision.answer(new Registration(Statuses.error(code, message), -1));
    }
}
