package dev.curia.broker.bridge;

import com.google.protobuf.UnsafeByteOperations;
import dev.curia.metadata.client.QuorumClient;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.metadata.v1.AlterPartitionRequest;
import dev.curia.proto.metadata.v1.AlterPartitionResponse;
import dev.curia.proto.metadata.v1.IsrMember;
import dev.curia.proto.metadata.v1.PartitionProposal;
import dev.curia.proto.metadata.v1.PartitionVerdict;
import dev.curia.replica.port.IsrProposals;
import dev.curia.replica.port.LocalBroker;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Carries ISR proposals to the active controller. Thread-safe. */
public final class QuorumIsrProposals implements IsrProposals {
    private final QuorumClient quorum;
    private final LocalBroker self;

    public QuorumIsrProposals(QuorumClient quorum, LocalBroker self) {
        this.quorum = quorum;
        this.self = self;
    }

    @Override
    public CompletableFuture<Verdict> propose(Proposal proposal) {
        PartitionProposal.Builder partition = PartitionProposal.newBuilder()
                .setTopicId(UnsafeByteOperations.unsafeWrap(
                        proposal.partition().topicId().toBytes()))
                .setPartition(proposal.partition().partition())
                .setLeaderEpoch(proposal.leaderEpoch())
                .setPartitionEpoch(proposal.partitionEpoch())
                .setCause(proposal.why())
                .setCauseKind(proposal.cause());
        proposal.isr()
                .forEach(member -> partition.addIsr(
                        IsrMember.newBuilder().setBrokerId(member.brokerId()).setBrokerEpoch(member.brokerEpoch())));
        return quorum.alterPartition(AlterPartitionRequest.newBuilder()
                        .setBrokerId(self.id())
                        .setBrokerEpoch(self.brokerEpoch().getAsLong())
                        .addPartitions(partition)
                        .build())
                .handle(QuorumIsrProposals::verdict);
    }

    private static Verdict verdict(@Nullable AlterPartitionResponse response, @Nullable Throwable failure) {
        if (failure != null || response == null) return Verdict.failed(ErrorCode.NETWORK_EXCEPTION);
        if (response.getStatus().getCode() != ErrorCode.NONE)
            return Verdict.failed(response.getStatus().getCode());
        PartitionVerdict verdict = response.getPartitions(0);
        return new Verdict(
                verdict.getStatus().getCode(),
                verdict.getLeader(),
                verdict.getLeaderEpoch(),
                verdict.getPartitionEpoch(),
                verdict.getIsrList(),
                verdict.getEligibleLeadersList());
    }
}
