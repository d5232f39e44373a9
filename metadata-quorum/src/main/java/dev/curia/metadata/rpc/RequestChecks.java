package dev.curia.metadata.rpc;

import com.google.protobuf.ByteString;
import dev.curia.proto.admin.v1.AlterClientQuotasRequest;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.ClientQuotaAlteration;
import dev.curia.proto.admin.v1.ConfigAlteration;
import dev.curia.proto.admin.v1.ConfigChange;
import dev.curia.proto.admin.v1.FeatureUpdate;
import dev.curia.proto.admin.v1.MayStopRequest;
import dev.curia.proto.admin.v1.TopicRef;
import dev.curia.proto.admin.v1.UpdateFeaturesRequest;
import dev.curia.proto.common.v1.Endpoint;
import dev.curia.proto.common.v1.FeatureRange;
import dev.curia.proto.common.v1.QuotaEntity;
import dev.curia.proto.metadata.v1.AlterPartitionRequest;
import dev.curia.proto.metadata.v1.FullTopic;
import dev.curia.proto.metadata.v1.LogEnds;
import dev.curia.proto.metadata.v1.OfflineTopic;
import dev.curia.proto.metadata.v1.PartitionProposal;
import dev.curia.proto.metadata.v1.Register;
import dev.curia.proto.metadata.v1.ReplicaReport;
import io.grpc.Status;
import java.util.List;

/** Refuses requests that no correct client sends, with INVALID_ARGUMENT; what passes can be decided. Pure. */
final class RequestChecks {
    private static final int UUID_BYTES = 16;
    private static final long MAX_LEASE_MS = 86_400_000;

    private RequestChecks() {}

    static void check(Register request) {
        require(!request.getClusterId().isEmpty(), "cluster_id is empty");
        require(request.getBrokerId() >= 0, "broker_id " + request.getBrokerId() + " is negative");
        uuid("incarnation_id", request.getIncarnationId());
        request.getLogDirIdsList().forEach(id -> uuid("log_dir_ids", id));
        require(request.hasRpc(), "rpc is missing");
        endpoint("rpc", request.getRpc());
        request.getListenersList().forEach(listener -> endpoint("listeners", listener));
        request.getFeaturesList().forEach(RequestChecks::range);
    }

    static void check(ReplicaReport report) {
        for (FullTopic topic : report.getFullList()) {
            uuid("topic_id", topic.getTopicId());
            topic.getPartitionsList().forEach(p -> require(p >= 0, "partition " + p + " is negative"));
        }
        for (OfflineTopic topic : report.getOfflineList()) {
            uuid("topic_id", topic.getTopicId());
            topic.getPartitionsList()
                    .forEach(p -> require(p.getPartition() >= 0, "partition " + p.getPartition() + " is negative"));
        }
    }

    static void check(LogEnds ends) {
        ends.getEndsList().forEach(end -> {
            uuid("topic_id", end.getTopicId());
            require(end.getPartition() >= 0, "partition " + end.getPartition() + " is negative");
        });
    }

    static void check(AlterPartitionRequest request) {
        for (PartitionProposal proposal : request.getPartitionsList()) {
            uuid("topic_id", proposal.getTopicId());
            require(proposal.getPartition() >= 0, "partition " + proposal.getPartition() + " is negative");
        }
    }

    static void check(AlterConfigsRequest request) {
        for (ConfigAlteration alteration : request.getAlterationsList()) {
            require(
                    alteration.getResourceCase() != ConfigAlteration.ResourceCase.RESOURCE_NOT_SET,
                    "an alteration names neither topic nor broker");
            for (ConfigChange change : alteration.getChangesList()) {
                require(
                        change.getOperation() != ConfigChange.Operation.UNRECOGNIZED,
                        "operation " + change.getOperationValue() + " on key " + change.getKey()
                                + " is not known, expected 0 (set), 1 (delete), 2 (append) or 3 (subtract)");
            }
        }
    }

    static void check(AlterClientQuotasRequest request) {
        for (ClientQuotaAlteration alteration : request.getAlterationsList()) {
            QuotaEntity entity = alteration.getEntity();
            require(
                    entity.hasIp()
                            ? !entity.hasUser() && !entity.hasClientId()
                            : entity.hasUser() || entity.hasClientId(),
                    "an alteration's entity is neither a user, a client_id, a user with a client_id, nor an ip alone");
        }
    }

    static void check(UpdateFeaturesRequest request) {
        for (FeatureUpdate update : request.getUpdatesList()) {
            require(
                    update.getDirection() != FeatureUpdate.Direction.UNRECOGNIZED,
                    "direction " + update.getDirectionValue() + " of feature " + update.getFeature()
                            + " is not known, expected 0 (upgrade), 1 (safe downgrade) or 2 (unsafe downgrade)");
        }
    }

    static void check(MayStopRequest request) {
        require(
                request.getAction() != MayStopRequest.Action.UNRECOGNIZED,
                "action " + request.getActionValue() + " is not known, expected 0 (ask), 1 (acquire) or 2 (release)");
        require(
                request.getLeaseMs() >= 0 && request.getLeaseMs() <= MAX_LEASE_MS,
                "lease_ms " + request.getLeaseMs() + " is out of range, expected 0 to " + MAX_LEASE_MS);
    }

    static void check(List<TopicRef> refs) {
        for (TopicRef ref : refs) {
            require(ref.getRefCase() != TopicRef.RefCase.REF_NOT_SET, "a topic is given by neither name nor topic_id");
            if (ref.hasTopicId()) uuid("topic_id", ref.getTopicId());
        }
    }

    private static void range(FeatureRange range) {
        require(
                range.getMinLevel() >= 0 && range.getMaxLevel() >= range.getMinLevel(),
                "levels " + range.getMinLevel() + " to " + range.getMaxLevel() + " of feature " + range.getName()
                        + " are no range");
    }

    private static void uuid(String field, ByteString bytes) {
        require(bytes.size() == UUID_BYTES, field + " has " + bytes.size() + " bytes, expected " + UUID_BYTES);
    }

    private static void endpoint(String field, Endpoint endpoint) {
        require(!endpoint.getHost().isEmpty(), field + " has an empty host");
        require(
                endpoint.getPort() > 0 && endpoint.getPort() <= 65_535,
                field + " has port " + endpoint.getPort() + ", expected 1 to 65535");
    }

    private static void require(boolean condition, String complaint) {
        if (!condition) throw Status.INVALID_ARGUMENT.withDescription(complaint).asRuntimeException();
    }
}
