package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Standing;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.ElectLeadersResponse;
import dev.curia.proto.admin.v1.ElectedLeader;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives leadership back to the first replica of the assignment, where it can lead: alive, in sync, its disk neither failed nor full. After a
 * broker was away that spreads the work as it was planned (KIP-460).
 */
public final class PreferredElections {
    private static final Cause CAUSE = new Cause(CauseKind.PREFERRED_LEADER, "preferred leader elected");

    private PreferredElections() {}

    /** On demand. */
    public static Decision<ElectLeadersResponse> elect(
            MetadataImage image, ElectLeadersRequest request, ReplicaHealth health) {
        List<MetadataRecord> records = new ArrayList<>();
        List<ElectedLeader> results = new ArrayList<>();
        for (ElectionTarget target : ElectionTarget.of(image, request)) {
            ElectedLeader result = target.refusal().orElseGet(() -> elect(target, image, health, records));
            boolean quiet = request.getAll() && result.getStatus().getCode() == ErrorCode.ELECTION_NOT_NEEDED;
            if (!quiet) results.add(result);
        }
        return new Decision<>(
                records,
                index -> ElectLeadersResponse.newBuilder()
                        .addAllPartitions(results)
                        .setIndex(index)
                        .build());
    }

    /**
     * From time to time, by itself.
     *
     * @param most how many at once; the reply is how many there were
     */
    public static Decision<Integer> balance(MetadataImage image, ReplicaHealth health, int most) {
        List<MetadataRecord> records = new ArrayList<>();
        for (Topic topic : image.topics()) {
            for (int p = 0; p < topic.partitions().size() && records.size() < most; p++) {
                PartitionState state = topic.partitions().get(p);
                PartitionId id = new PartitionId(topic.id(), p);
                if (state.leader() != preferred(state) && mayLead(image, id, state, health)) {
                    records.add(record(id, state));
                }
            }
        }
        return Decision.of(records, records.size());
    }

    private static ElectedLeader elect(
            ElectionTarget target, MetadataImage image, ReplicaHealth health, List<MetadataRecord> records) {
        PartitionId id = target.id();
        PartitionState state = image.partition(id).orElseThrow();
        int preferred = preferred(state);
        if (state.leader() == preferred) {
            return target.refused(
                    ErrorCode.ELECTION_NOT_NEEDED, "Its preferred leader, broker " + preferred + ", leads already.");
        }
        if (!mayLead(image, id, state, health)) {
            return target.refused(
                    ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE,
                    "Its preferred leader, broker " + preferred + ", cannot lead: the in-sync replicas are "
                            + state.isr() + whyNot(image, preferred) + ".");
        }
        records.add(record(id, state));
        return target.elected(preferred);
    }

    private static boolean mayLead(MetadataImage image, PartitionId id, PartitionState state, ReplicaHealth health) {
        int preferred = preferred(state);
        return state.isr().contains(preferred)
                && BrokerStandings.of(image, preferred) == Standing.IN_SERVICE
                && Elections.alive(image, health).mayLead(preferred, id)
                && !health.isFull(preferred, id);
    }

    private static String whyNot(MetadataImage image, int preferred) {
        if (!image.isAlive(preferred)) return ", and it is not alive";
        return switch (BrokerStandings.of(image, preferred)) {
            case IN_SERVICE -> "";
            case MAINTENANCE -> ", and it is in maintenance";
            case DRAINING, DECOMMISSIONING -> ", and its replicas move away";
        };
    }

    private static MetadataRecord record(PartitionId id, PartitionState state) {
        return Records.record(Records.change(id, CAUSE).setLeader(preferred(state)));
    }

    private static int preferred(PartitionState state) {
        return state.replicas().get(0);
    }
}
