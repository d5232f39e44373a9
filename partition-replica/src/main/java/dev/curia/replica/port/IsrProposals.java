package dev.curia.replica.port;

import dev.curia.common.id.PartitionId;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.events.v1.CauseKind;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Carries a leader's wish to change its in-sync set to the controller (AlterPartition, KIP-497). Thread-safe. */
public interface IsrProposals {
    /**
     * Sends once; the leader decides on repeats. Must not block.
     *
     * @return the controller's verdict; any transport failure is a verdict with NETWORK_EXCEPTION or REQUEST_TIMED_OUT, whose outcome is
     *     unknown. Never fails. May complete on any thread
     */
    CompletableFuture<Verdict> propose(Proposal proposal);

    /**
     * A compare-and-set on {@code leaderEpoch} and {@code partitionEpoch}.
     *
     * @param isr the new set, with the leader
     * @param why for people
     */
    record Proposal(
            PartitionId partition, int leaderEpoch, int partitionEpoch, List<Member> isr, CauseKind cause, String why) {
        public Proposal {
            isr = List.copyOf(isr);
        }
    }

    /** @param brokerEpoch of the incarnation the leader has seen in sync (KIP-903); -1: the leader's last ISR names it, not checked */
    record Member(int brokerId, long brokerEpoch) {}

    /** With any error but NONE, only {@code error} counts. */
    record Verdict(
            ErrorCode error,
            int leader,
            int leaderEpoch,
            int partitionEpoch,
            List<Integer> isr,
            List<Integer> eligibleLeaders) {
        public Verdict {
            isr = List.copyOf(isr);
            eligibleLeaders = List.copyOf(eligibleLeaders);
        }

        public static Verdict failed(ErrorCode error) {
            return new Verdict(error, -1, -1, -1, List.of(), List.of());
        }
    }
}
