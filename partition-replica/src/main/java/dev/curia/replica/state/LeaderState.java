package dev.curia.replica.state;

import dev.curia.proto.common.v1.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A partition's leader in one leader epoch: its followers' progress, the in-sync set and the high watermark. Immutable; every event gives
 * the next state and effects.
 *
 * <p>The high watermark is the smallest log end offset over the maximal in-sync set. It moves only while the committed set has at least
 * min.insync.replicas members (KIP-966), and never back. Times are monotonic nanoseconds.
 *
 * @param epochStartOffset where this leader epoch begins: one who has not reached it may hold other records
 * @param replicas assigned brokers with the leader itself; in-sync sets keep this order
 * @param followers one for each replica but the leader
 * @param flushedOffset everything before it is on the leader's disk; counts where only that is acknowledged
 * @param highWatermark {@code <= logEndOffset}
 */
public record LeaderState(
        int self,
        int leaderEpoch,
        long epochStartOffset,
        List<Integer> replicas,
        List<FollowerProgress> followers,
        IsrTracker isr,
        long logEndOffset,
        long flushedOffset,
        long highWatermark,
        Settings settings) {

    /**
     * @param minInsync min.insync.replicas; more than there are replicas means all of them
     * @param lagMaxNanos replica.lag.time.max.ms
     * @param retryNanos between proposals after one failed
     * @param fsynced whether a record counts on a replica only when it is on disk there
     * @param fenced replicas that the controller would not let into the ISR now, as far as this broker has heard
     */
    public record Settings(int minInsync, long lagMaxNanos, long retryNanos, boolean fsynced, List<Integer> fenced) {
        public Settings {
            fenced = List.copyOf(fenced);
        }
    }

    private static final int NO_EPOCH = -1;

    /** The next state, and what to do. */
    public record Step(LeaderState next, List<Effect.OfLeader> effects) {}

    /** A leader of {@code leaderEpoch} whose log ends at {@code logEndOffset}; it knows nothing of its followers yet. */
    public static Step start(
            int self,
            int leaderEpoch,
            Membership members,
            LogEnd log,
            long highWatermark,
            Settings settings,
            long now) {
        long logEndOffset = log.offset();
        List<FollowerProgress> followers = members.replicas().stream()
                .filter(id -> id != self)
                .map(id -> FollowerProgress.unknown(id, members.since(id), logEndOffset, now))
                .toList();
        LeaderState state = new LeaderState(
                self,
                leaderEpoch,
                logEndOffset,
                members.replicas(),
                followers,
                IsrTracker.committed(members, now),
                logEndOffset,
                log.flushed(),
                Math.min(highWatermark, logEndOffset),
                settings);
        return state.advance(new ArrayList<>());
    }

    /** Where the leader's own log ends, and up to where it is on disk. */
    public record LogEnd(long offset, long flushed) {}

    /**
     * What the controller says of a partition at one partition epoch.
     *
     * @param othersEligible whether replicas outside of the ISR may be elected: they would lack what was committed now
     */
    public record Membership(int partitionEpoch, List<Integer> replicas, List<Integer> isr, boolean othersEligible) {
        public Membership {
            replicas = List.copyOf(replicas);
            isr = List.copyOf(isr);
        }

        /**
         * The partition epoch from which on a follower is known to be a replica: it may have been removed and added just before, and what it has
         * gone, unless it is in sync, which only its leader can bring about.
         */
        int since(int follower) {
            return isr.contains(follower) ? NO_EPOCH : partitionEpoch;
        }

        List<Integer> orderedIsr() {
            return replicas.stream().filter(isr::contains).toList();
        }
    }

    /** Whether nothing can be committed. The controller may know of a larger min.insync.replicas than this broker does, or not yet of a smaller. */
    public boolean underMinIsr() {
        return isr.othersEligible() || isr.committed().size() < Math.min(settings.minInsync(), replicas.size());
    }

    /** All others that the controller may elect while this leader hears nothing. */
    public List<Integer> electable() {
        List<Integer> all = isr.othersEligible() ? replicas : isr.maximal();
        List<Integer> others = new ArrayList<>(all);
        others.remove(Integer.valueOf(self));
        return List.copyOf(others);
    }

    /** The log now ends at {@code newEndOffset}. */
    public Step appended(long newEndOffset, long now) {
        LeaderState next = withFollowers(f -> f.beforeAppend(logEndOffset, now)).withLogEnd(newEndOffset);
        return next.advance(new ArrayList<>());
    }

    /** Everything before {@code offset} is on this leader's disk. */
    public Step flushed(long offset) {
        return offset <= flushedOffset
                ? new Step(this, List.of())
                : copy(followers, isr, logEndOffset, offset, highWatermark).advance(new ArrayList<>());
    }

    /** What of its own log the leader may count. */
    public long ownOffset() {
        return settings.fsynced() ? Math.min(flushedOffset, logEndOffset) : logEndOffset;
    }

    /** A follower subscribed, which agrees with this log; {@code position} is what it acknowledges, {@code empty} whether it has nothing yet. */
    public Step attached(int brokerId, long brokerEpoch, long position, boolean empty, long now) {
        return withFollower(brokerId, f -> f.attached(brokerEpoch, position, empty, logEndOffset, now))
                .advanceAndPropose(now);
    }

    public Step detached(int brokerId) {
        return new Step(withFollower(brokerId, FollowerProgress::detached), List.of());
    }

    /** Everything below {@code offset} is in the follower's log. Beyond this log's end it means nothing and is ignored. */
    public Step acknowledged(int brokerId, long offset, long now) {
        if (offset > logEndOffset) return new Step(this, List.of());
        return withFollower(brokerId, f -> f.acknowledged(offset, logEndOffset, now))
                .advanceAndPropose(now);
    }

    /** Time passed. */
    public Step tick(long now) {
        return propose(new ArrayList<>(), now);
    }

    /** News from the metadata for the same leader epoch. An older partition epoch changes nothing. */
    public Step assigned(Membership members, Settings newSettings, long now) {
        boolean newer = members.partitionEpoch() > isr.partitionEpoch();
        List<FollowerProgress> kept = !newer
                ? followers
                : members.replicas().stream()
                        .filter(id -> id != self)
                        .map(id -> known(id, members)
                                .orElseGet(() -> FollowerProgress.unknown(id, members.since(id), logEndOffset, now)))
                        .toList();
        LeaderState next = new LeaderState(
                self,
                leaderEpoch,
                epochStartOffset,
                newer ? members.replicas() : replicas,
                kept,
                newer ? IsrTracker.committed(members, now) : isr,
                logEndOffset,
                flushedOffset,
                highWatermark,
                newSettings);
        return next.advanceAndPropose(now);
    }

    /**
     * The verdict on the proposal made at {@code proposedAt}; one for another epoch is late and ignored.
     *
     * @param decided counts only with NONE
     */
    public Step decided(int proposedAt, ErrorCode error, Membership decided, long now) {
        if (proposedAt != isr.partitionEpoch() || isr.inFlight().isEmpty()) return new Step(this, List.of());
        long retryAt = now + settings.retryNanos();
        if (error == ErrorCode.NONE && decided.partitionEpoch() >= isr.partitionEpoch()) {
            return withIsr(IsrTracker.committed(decided, now)).advanceAndPropose(now);
        }
        if (IsrTracker.isDefiniteRefusal(error))
            return withIsr(isr.rejected(retryAt)).advance(new ArrayList<>());
        return new Step(withIsr(isr.unknown(retryAt)), List.of());
    }

    /** Everything before it is in the log of every assigned replica, in sync or not; 0 while one of them has not said in this epoch. */
    public long replicatedOffset() {
        long smallest = logEndOffset;
        for (FollowerProgress f : followers) smallest = Math.min(smallest, Math.max(0, f.logEndOffset()));
        return smallest;
    }

    /**
     * Whether a follower that goes on at {@code position} could miss a tombstone or marker for what it has. Not if the leader still has them
     * all from there on, nor if it has seen the follower copy everything: {@link #replicatedOffset} has kept them.
     *
     * @param deletesRemovedTo before it some may be missing in the leader's log
     */
    public boolean couldMissDeletes(int brokerId, long position, boolean empty, long deletesRemovedTo) {
        boolean known =
                follower(brokerId).filter(f -> f.continuesCopy(position)).isPresent();
        return !empty && position < deletesRemovedTo && !known;
    }

    /** How far the slowest in-sync or attached follower is behind, in records. */
    public long maxLag() {
        long most = 0;
        for (FollowerProgress f : followers) {
            if (f.logEndOffset() != FollowerProgress.UNKNOWN) most = Math.max(most, logEndOffset - f.logEndOffset());
        }
        return most;
    }

    private Step advanceAndPropose(long now) {
        Step advanced = advance(new ArrayList<>());
        return advanced.next().propose(new ArrayList<>(advanced.effects()), now);
    }

    private Step advance(List<Effect.OfLeader> effects) {
        if (underMinIsr()) return new Step(this, effects);
        long smallest = ownOffset();
        for (FollowerProgress f : followers) {
            if (isr.maximal().contains(f.brokerId())) smallest = Math.min(smallest, f.logEndOffset());
        }
        if (smallest <= highWatermark) return new Step(this, effects);
        effects.add(new Effect.AdvanceHighWatermark(smallest));
        return new Step(withHighWatermark(smallest), effects);
    }

    private Step propose(List<Effect.OfLeader> effects, long now) {
        if (!isr.mayPropose(now) || (!isr.unresolved() && isAsItShouldBe(now))) return new Step(this, effects);
        List<Integer> wanted = replicas.stream().filter(id -> belongs(id, now)).toList();
        List<Effect.IsrMember> members = wanted.stream()
                .map(id -> new Effect.IsrMember(
                        id,
                        follower(id)
                                .filter(FollowerProgress::attached)
                                .map(FollowerProgress::brokerEpoch)
                                .orElse(-1L)))
                .toList();
        List<Laggard> leaving = followers.stream()
                .filter(f -> isr.committed().contains(f.brokerId()) && !wanted.contains(f.brokerId()))
                .map(f -> f.laggard(logEndOffset, now))
                .toList();
        effects.add(new Effect.ProposeIsr(isr.partitionEpoch(), members, leaving));
        return new Step(withIsr(isr.propose(wanted)), effects);
    }

    private boolean isAsItShouldBe(long now) {
        for (int id : replicas) {
            if (belongs(id, now) != isr.committed().contains(id)) return false;
        }
        return true;
    }

    private boolean belongs(int id, long now) {
        if (id == self) return true;
        FollowerProgress f = follower(id).orElseThrow();
        if (f.lags(logEndOffset, settings.lagMaxNanos(), now)) return false;
        if (isr.committed().contains(id)) return true;
        // One that is stopping goes on copying; asking for it in vain would hold the watermark while it ends.
        if (settings.fenced().contains(id)) return false;
        return f.attached() && f.logEndOffset() >= Math.max(highWatermark, epochStartOffset);
    }

    /**
     * What is known of a follower still holds at this partition epoch. Where epochs were skipped it may have been removed and added again, and
     * have nothing any more: with what it had it must not come into the ISR.
     */
    private Optional<FollowerProgress> known(int id, Membership members) {
        boolean skipped = members.partitionEpoch() > isr.partitionEpoch() + 1;
        return skipped && !members.isr().contains(id) ? Optional.empty() : follower(id);
    }

    /** Whether a follower has a subscription that counts. */
    public boolean isAttached(int brokerId) {
        return follower(brokerId).filter(FollowerProgress::attached).isPresent();
    }

    /** A follower that has not acted on the metadata up to this partition epoch may still drop what it has. */
    public int assignedSince(int brokerId) {
        return follower(brokerId).map(FollowerProgress::assignedSince).orElse(NO_EPOCH);
    }

    private Optional<FollowerProgress> follower(int id) {
        for (FollowerProgress f : followers) {
            if (f.brokerId() == id) return Optional.of(f);
        }
        return Optional.empty();
    }

    private LeaderState withFollower(int id, UnaryOperator<FollowerProgress> change) {
        return withFollowers(f -> f.brokerId() == id ? change.apply(f) : f);
    }

    private LeaderState withFollowers(UnaryOperator<FollowerProgress> change) {
        FollowerProgress[] changed = followers.toArray(new FollowerProgress[0]);
        for (int i = 0; i < changed.length; i++) changed[i] = change.apply(changed[i]);
        return copy(List.of(changed), isr, logEndOffset, flushedOffset, highWatermark);
    }

    private LeaderState withIsr(IsrTracker newIsr) {
        return copy(followers, newIsr, logEndOffset, flushedOffset, highWatermark);
    }

    private LeaderState withLogEnd(long end) {
        return copy(followers, isr, end, flushedOffset, highWatermark);
    }

    private LeaderState withHighWatermark(long watermark) {
        return copy(followers, isr, logEndOffset, flushedOffset, watermark);
    }

    private LeaderState copy(
            List<FollowerProgress> newFollowers, IsrTracker newIsr, long end, long flushed, long watermark) {
        return new LeaderState(
                self, leaderEpoch, epochStartOffset, replicas, newFollowers, newIsr, end, flushed, watermark, settings);
    }
}
