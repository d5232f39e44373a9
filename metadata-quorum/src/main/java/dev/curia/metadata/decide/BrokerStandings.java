package dev.curia.metadata.decide;

import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Standing;
import dev.curia.proto.admin.v1.ChangeStandingRequest;
import dev.curia.proto.admin.v1.ChangeStandingResponse;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.metadata.v1.BrokerStandingRecord;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.List;
import java.util.Optional;

/** What administrators want of brokers: maintenance, drains, decommissioning. */
public final class BrokerStandings {
    private BrokerStandings() {}

    /** Changes a broker's standing; asked for again it is a success that changes nothing. */
    public static Decision<ChangeStandingResponse> change(MetadataImage image, ChangeStandingRequest request) {
        int id = request.getBrokerId();
        Optional<BrokerRegistration> broker = image.broker(id);
        if (broker.isEmpty()) {
            return refused(
                    Standing.IN_SERVICE,
                    ErrorCode.BROKER_ID_NOT_REGISTERED,
                    "Broker " + id + " is not registered; 'curia brokers list' shows those that are.");
        }
        Standing now = broker.get().standing();
        return switch (request.getAction()) {
            case DRAIN -> become(id, now, Standing.DRAINING);
            case DECOMMISSION -> become(id, now, Standing.DECOMMISSIONING);
            case MAINTENANCE_ON ->
                now.leaves()
                        ? refused(
                                now,
                                ErrorCode.INVALID_REQUEST,
                                "Broker " + id + " is draining; 'curia brokers undrain " + id + "' ends that.")
                        : become(id, now, Standing.MAINTENANCE);
            case MAINTENANCE_OFF ->
                now.leaves()
                        ? refused(
                                now,
                                ErrorCode.INVALID_REQUEST,
                                "Broker " + id + " is not in maintenance but draining; 'curia brokers undrain " + id
                                        + "' ends that.")
                        : become(id, now, Standing.IN_SERVICE);
            case UNDRAIN ->
                now == Standing.MAINTENANCE
                        ? refused(
                                now,
                                ErrorCode.INVALID_REQUEST,
                                "Broker " + id + " is not draining but in maintenance; 'curia brokers maintenance " + id
                                        + " off' ends that.")
                        : become(id, now, Standing.IN_SERVICE);
            case UNSPECIFIED, UNRECOGNIZED ->
                refused(
                        now,
                        ErrorCode.INVALID_REQUEST,
                        "The action " + request.getActionValue() + " is unknown to this version.");
        };
    }

    /** Of a broker that is not registered: in service. */
    static Standing of(MetadataImage image, int broker) {
        return image.broker(broker).map(BrokerRegistration::standing).orElse(Standing.IN_SERVICE);
    }

    /** Brokers for new replicas: those alive that are in service, or all that are alive when these are too few. */
    static List<BrokerRegistration> toPlaceOn(MetadataImage image, int factor) {
        List<BrokerRegistration> wanted = image.brokers().stream()
                .filter(BrokerRegistration::takesReplicas)
                .toList();
        if (wanted.size() >= factor) return wanted;
        return image.brokers().stream().filter(broker -> !broker.fenced()).toList();
    }

    /** Whether any partition has a replica there, or is getting one. */
    static boolean holdsReplicas(MetadataImage image, int broker) {
        return image.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .map(PartitionState::replicas)
                .anyMatch(replicas -> replicas.contains(broker));
    }

    private static Decision<ChangeStandingResponse> become(int id, Standing now, Standing next) {
        List<MetadataRecord> records = now == next
                ? List.of()
                : List.of(MetadataRecord.newBuilder()
                        .setBrokerStanding(BrokerStandingRecord.newBuilder()
                                .setBrokerId(id)
                                .setStanding(next.proto()))
                        .build());
        return new Decision<>(
                records,
                index -> ChangeStandingResponse.newBuilder()
                        .setStatus(Statuses.OK)
                        .setStanding(next.proto())
                        .setIndex(index)
                        .build());
    }

    private static Decision<ChangeStandingResponse> refused(Standing now, ErrorCode code, String message) {
        return Decision.answer(ChangeStandingResponse.newBuilder()
                .setStatus(Statuses.error(code, message))
                .setStanding(now.proto())
                .build());
    }
}
