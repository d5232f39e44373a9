package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.metadata.v1.AlterPartitionRequest;
import dev.curia.proto.metadata.v1.AlterPartitionResponse;
import dev.curia.proto.metadata.v1.IsrMember;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.PartitionProposal;
import dev.curia.proto.metadata.v1.PartitionVerdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * In-sync sets as their leaders propose them: compare-and-set on leader epoch and partition epoch (KIP-497) and on the members' broker
 * epochs (KIP-903). Whatever the verdict, it carries the partition's state, so a leader that lost an answer finds its place again.
 */
public final class PartitionDecisions {
    private final Elections elections;

    public PartitionDecisions(TopicDefaults defaults) {
        this.elections = new Elections(defaults);
    }

    /** @param health an offline replica does not join an ISR, nor does one whose disk is full */
    public Decision<AlterPartitionResponse> alter(
            MetadataImage image, AlterPartitionRequest request, ReplicaHealth health) {
        Status sender = BrokerDecisions.checkEpoch(image, request.getBrokerId(), request.getBrokerEpoch());
        if (!Statuses.isOk(sender)) {
            return Decision.answer(
                    AlterPartitionResponse.newBuilder().setStatus(sender).build());
        }
        List<MetadataRecord> records = new ArrayList<>();
        List<PartitionVerdict> verdicts = new ArrayList<>();
        Set<PartitionId> seen = new HashSet<>();
        for (PartitionProposal proposal : request.getPartitionsList()) {
            verdicts.add(decide(image, request.getBrokerId(), proposal, seen, health, records));
        }
        return new Decision<>(
                records,
                index -> AlterPartitionResponse.newBuilder()
                        .addAllPartitions(verdicts)
                        .setIndex(index)
                        .build());
    }

    private PartitionVerdict decide(
            MetadataImage image,
            int sender,
            PartitionProposal proposal,
            Set<PartitionId> seen,
            ReplicaHealth health,
            List<MetadataRecord> records) {
        Optional<Topic> topic = image.topic(ImageRecords.uuid(proposal.getTopicId()));
        if (topic.isEmpty()) return verdict(ErrorCode.UNKNOWN_TOPIC_ID, "No topic has this id; it may be deleted.");
        Optional<PartitionState> found = topic.get().partition(proposal.getPartition());
        if (found.isEmpty()) {
            return verdict(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "Topic " + topic.get().name() + " has no partition " + proposal.getPartition() + ".");
        }
        PartitionState state = found.get();
        PartitionId id = new PartitionId(topic.get().id(), proposal.getPartition());
        Status status = seen.add(id)
                ? check(image, sender, proposal, id, state, health)
                : Statuses.error(ErrorCode.INVALID_REQUEST, "The partition is twice in the request.");
        CompleteReplicas before = CompleteReplicas.of(state);
        if (!Statuses.isOk(status)) return verdict(status, state, before, state.partitionEpoch());

        List<Integer> isr =
                proposal.getIsrList().stream().map(IsrMember::getBrokerId).toList();
        if (Set.copyOf(isr).equals(Set.copyOf(state.isr()))) {
            return verdict(status, state, before, state.partitionEpoch());
        }
        CompleteReplicas after = before.withIsr(isr, elections.minInsync(image, topic.get(), state));
        records.add(Records.record(
                Elections.changed(id, before, after, new Cause(proposal.getCauseKind(), proposal.getCause()))));
        return verdict(status, state, after, state.partitionEpoch() + 1);
    }

    private static Status check(
            MetadataImage image,
            int sender,
            PartitionProposal proposal,
            PartitionId id,
            PartitionState state,
            ReplicaHealth health) {
        if (proposal.getLeaderEpoch() > state.leaderEpoch() || proposal.getPartitionEpoch() > state.partitionEpoch()) {
            return Statuses.error(
                    ErrorCode.NOT_CONTROLLER,
                    "The proposal knows a newer state than this controller: leader epoch " + proposal.getLeaderEpoch()
                            + " and partition epoch " + proposal.getPartitionEpoch() + ", here " + state.leaderEpoch()
                            + " and " + state.partitionEpoch() + ".");
        }
        if (proposal.getLeaderEpoch() < state.leaderEpoch()) {
            return Statuses.error(
                    ErrorCode.FENCED_LEADER_EPOCH,
                    "Leader epoch " + proposal.getLeaderEpoch() + " is past; it is " + state.leaderEpoch() + ".");
        }
        if (state.leader() != sender) {
            return Statuses.error(
                    ErrorCode.INVALID_REQUEST,
                    "Broker " + sender + " does not lead the partition; " + state.leader() + " does.");
        }
        if (proposal.getPartitionEpoch() < state.partitionEpoch()) {
            return Statuses.error(
                    ErrorCode.INVALID_UPDATE_VERSION,
                    "Partition epoch " + proposal.getPartitionEpoch() + " is past; it is " + state.partitionEpoch()
                            + ".");
        }
        Status members = checkMembers(image, sender, proposal, state);
        return Statuses.isOk(members) ? checkOnline(proposal, id, state, health) : members;
    }

    /** Only who joins must have reported to this controller; a member whose replica is known to be offline has left already. */
    private static Status checkOnline(
            PartitionProposal proposal, PartitionId id, PartitionState state, ReplicaHealth health) {
        for (IsrMember member : proposal.getIsrList()) {
            int broker = member.getBrokerId();
            if (state.isr().contains(broker)) continue;
            if (health.isFull(broker, id)) {
                return Statuses.error(
                        ErrorCode.INELIGIBLE_REPLICA, "The disk of the replica on broker " + broker + " is full.");
            }
            if (!health.isOnline(broker, id)) {
                return Statuses.error(
                        ErrorCode.INELIGIBLE_REPLICA,
                        "The replica on broker " + broker
                                + " is offline, or the broker has not yet told this controller.");
            }
        }
        return Statuses.OK;
    }

    private static Status checkMembers(
            MetadataImage image, int sender, PartitionProposal proposal, PartitionState state) {
        Set<Integer> members = new HashSet<>();
        for (IsrMember member : proposal.getIsrList()) {
            int id = member.getBrokerId();
            if (!members.add(id)) {
                return Statuses.error(ErrorCode.INVALID_REQUEST, "Broker " + id + " is twice in the proposed ISR.");
            }
            if (!state.replicas().contains(id)) {
                return Statuses.error(
                        ErrorCode.INVALID_REQUEST,
                        "Broker " + id + " holds no replica; the replicas are " + state.replicas() + ".");
            }
            Optional<BrokerRegistration> broker = image.broker(id);
            if (broker.isEmpty() || broker.get().fenced()) {
                return Statuses.error(ErrorCode.INELIGIBLE_REPLICA, "Broker " + id + " is fenced or not registered.");
            }
            // Only a member that stays may be named without its epoch: whoever joins must be known to be the life that
            // caught up.
            boolean stays = member.getBrokerEpoch() == -1 && state.isr().contains(id);
            if (!stays && member.getBrokerEpoch() != broker.get().epoch()) {
                return Statuses.error(
                        ErrorCode.INELIGIBLE_REPLICA,
                        "Broker " + id + " is registered with epoch "
                                + broker.get().epoch() + ", not " + member.getBrokerEpoch() + ".");
            }
        }
        if (!members.contains(sender)) {
            return Statuses.error(
                    ErrorCode.INVALID_REQUEST, "The proposed ISR " + members + " lacks its leader " + sender + ".");
        }
        return Statuses.OK;
    }

    private static PartitionVerdict verdict(ErrorCode code, String message) {
        return PartitionVerdict.newBuilder()
                .setStatus(Statuses.error(code, message))
                .setLeader(PartitionState.NO_LEADER)
                .setLeaderEpoch(-1)
                .setPartitionEpoch(-1)
                .build();
    }

    private static PartitionVerdict verdict(
            Status status, PartitionState state, CompleteReplicas complete, int partitionEpoch) {
        return PartitionVerdict.newBuilder()
                .setStatus(status)
                .setLeader(state.leader())
                .setLeaderEpoch(state.leaderEpoch())
                .setPartitionEpoch(partitionEpoch)
                .addAllIsr(complete.isr())
                .addAllEligibleLeaders(complete.eligible())
                .build();
    }
}
