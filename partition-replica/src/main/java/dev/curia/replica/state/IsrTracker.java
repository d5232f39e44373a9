package dev.curia.replica.state;

import dev.curia.proto.common.v1.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The in-sync set as the controller has it, and as it may become. Immutable.
 *
 * <p>A proposal whose outcome is not known may still be committed, so the high watermark must wait for everyone it names: the
 * <em>maximal</em> set is the committed one together with every undecided proposal made at this partition epoch. A newer partition epoch
 * settles them all, since proposals are compare-and-set on it. Source: KIP-497.
 *
 * @param othersEligible whether replicas outside of the committed set may be elected (KIP-966)
 * @param maximal contains {@code committed}
 * @param undecided committed ones and those of earlier proposals without a known outcome; within {@code maximal}
 * @param inFlight the proposal that waits for its verdict
 * @param retryAtNanos no proposal before; monotonic
 */
public record IsrTracker(
        int partitionEpoch,
        List<Integer> committed,
        boolean othersEligible,
        List<Integer> maximal,
        List<Integer> undecided,
        Optional<List<Integer>> inFlight,
        long retryAtNanos) {

    static IsrTracker committed(LeaderState.Membership members, long nowNanos) {
        List<Integer> isr = members.orderedIsr();
        return new IsrTracker(
                members.partitionEpoch(), isr, members.othersEligible(), isr, isr, Optional.empty(), nowNanos);
    }

    /** Whether an earlier proposal may still be committed, though none is in flight. */
    boolean unresolved() {
        return inFlight.isEmpty() && !maximal.equals(committed);
    }

    boolean mayPropose(long nowNanos) {
        return inFlight.isEmpty() && nowNanos - retryAtNanos >= 0;
    }

    IsrTracker propose(List<Integer> isr) {
        List<Integer> union =
                Stream.concat(maximal.stream(), isr.stream()).distinct().toList();
        return new IsrTracker(
                partitionEpoch, committed, othersEligible, union, maximal, Optional.of(isr), retryAtNanos);
    }

    /** The controller refused and will never commit it. What was undecided before stays so. */
    IsrTracker rejected(long retryAtNanos) {
        return new IsrTracker(
                partitionEpoch, committed, othersEligible, undecided, undecided, Optional.empty(), retryAtNanos);
    }

    /** No answer, or one that doesn't tell: it may be, or become, committed. */
    IsrTracker unknown(long retryAtNanos) {
        return new IsrTracker(
                partitionEpoch, committed, othersEligible, maximal, maximal, Optional.empty(), retryAtNanos);
    }

    /** Whether this verdict says for certain that the proposal was not and will not be applied. */
    static boolean isDefiniteRefusal(ErrorCode error) {
        return error == ErrorCode.INELIGIBLE_REPLICA || error == ErrorCode.INVALID_REQUEST;
    }
}
