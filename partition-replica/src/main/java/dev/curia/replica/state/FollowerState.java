package dev.curia.replica.state;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.port.StreamKind;
import java.util.ArrayList;
import java.util.List;

/**
 * A partition's follower in one leader epoch. Immutable; every event gives the next state and effects. Total: what is stale, late or
 * unexpected changes nothing or leads to a fresh subscription.
 *
 * <p>A follower that has everything committed belongs on the TAIL stream. One that is still below the high watermark after
 * {@link #MOVE_AFTER_BYTES} on it moves to CATCH_UP, and back when it has reached the watermark.
 *
 * @param leader broker id, -1: none known, nothing to do
 * @param subscribed whether a feed is open
 * @param fsynced whether only what is on disk is acknowledged
 * @param flushedOffset everything before it is on disk
 * @param behindBytes received on TAIL since the follower last had everything committed
 */
public record FollowerState(
        int leader,
        int leaderEpoch,
        boolean subscribed,
        StreamKind kind,
        long logEndOffset,
        long highWatermark,
        long logStartOffset,
        boolean fsynced,
        long flushedOffset,
        long behindBytes) {
    public static final long MOVE_AFTER_BYTES = 1 << 20;

    /** The next state, and what to do. */
    public record Step(FollowerState next, List<Effect.OfFollower> effects) {}

    /** @param baseOffset where the run continues the log; {@code sizeInBytes} 0: news only */
    public record Received(
            int leaderEpoch, long baseOffset, int sizeInBytes, long highWatermark, long logStartOffset) {}

    /** Follows {@code leader} from the end of its own log, once told to {@link #retry}. */
    public static FollowerState start(
            int leader, int leaderEpoch, long logStartOffset, long logEndOffset, long highWatermark, long flushed) {
        return new FollowerState(
                leader,
                leaderEpoch,
                false,
                StreamKind.TAIL,
                logEndOffset,
                highWatermark,
                logStartOffset,
                false,
                flushed,
                0);
    }

    /** Whether from now on only what is on disk is acknowledged. */
    public Step configured(boolean onlyFsynced) {
        if (onlyFsynced == fsynced) return unchanged();
        FollowerState next = copy(subscribed, kind, onlyFsynced, flushedOffset);
        if (onlyFsynced) return new Step(next, List.of(new Effect.Flush()));
        return new Step(next, subscribed ? List.of(new Effect.Acknowledge(logEndOffset)) : List.of());
    }

    /** Everything before {@code offset} is on disk. */
    public Step flushed(long offset) {
        FollowerState next = copy(subscribed, kind, fsynced, Math.max(flushedOffset, Math.min(offset, logEndOffset)));
        boolean news = fsynced && subscribed && next.flushedOffset > flushedOffset;
        return new Step(next, news ? List.of(new Effect.Acknowledge(next.flushedOffset)) : List.of());
    }

    /** Where the log starts is on disk now. */
    public Step startStored() {
        return new Step(this, subscribed ? List.of(new Effect.Acknowledge(acknowledgedOffset())) : List.of());
    }

    /** What of its log this follower vouches for. */
    public long acknowledgedOffset() {
        return fsynced ? Math.min(flushedOffset, logEndOffset) : logEndOffset;
    }

    /** Subscribes unless a feed is open. */
    public Step retry() {
        if (subscribed || leader < 0) return unchanged();
        List<Effect.OfFollower> effects = new ArrayList<>();
        effects.add(new Effect.Subscribe(kind));
        if (acknowledgedOffset() < logEndOffset) effects.add(new Effect.Flush());
        return new Step(withSubscription(true, kind), effects);
    }

    /** The feed delivered something. */
    public Step received(Received message) {
        if (!subscribed || message.leaderEpoch() != leaderEpoch) return unchanged();
        if (message.sizeInBytes() == 0) return progressed(logEndOffset, message, new ArrayList<>());
        if (message.baseOffset() != logEndOffset) return failed();
        return new Step(this, List.of(new Effect.Append()));
    }

    /** The chunk of {@code message} is in the log, which now ends at {@code endOffset}. */
    public Step appended(Received message, long endOffset) {
        List<Effect.OfFollower> effects = new ArrayList<>();
        effects.add(fsynced ? new Effect.Flush() : new Effect.Acknowledge(endOffset));
        return progressed(endOffset, message, effects);
    }

    /** A chunk could not be taken: drop the feed and ask again after a while. */
    public Step failed() {
        return new Step(withSubscription(false, kind), List.of(new Effect.EndSubscription(), new Effect.RetryLater()));
    }

    /** Nothing can be taken for now: drop the feed until told to {@link #retry}. */
    public Step paused() {
        return new Step(withSubscription(false, kind), List.of(new Effect.EndSubscription()));
    }

    /** The stream broke. It reopens with backoff, so a new subscription may be made at once. */
    public Step broken() {
        return withSubscription(false, kind).retry();
    }

    /** The leader ended the feed. */
    public Step refused(ErrorCode code, boolean diverging, int epoch, long endOffset, long leaderLogStart) {
        if (!subscribed) return unchanged();
        FollowerState ended = withSubscription(false, kind);
        if (diverging) return new Step(ended, List.of(new Effect.Truncate(epoch, endOffset)));
        if (code == ErrorCode.OFFSET_OUT_OF_RANGE)
            return new Step(ended, List.of(new Effect.StartOver(leaderLogStart)));
        return new Step(ended, List.of(new Effect.RetryLater()));
    }

    /** The log was cut, or begun anew, and ends at {@code endOffset}. */
    public Step truncated(long newLogStart, long endOffset) {
        return new FollowerState(
                        leader,
                        leaderEpoch,
                        subscribed,
                        kind,
                        endOffset,
                        Math.min(highWatermark, endOffset),
                        newLogStart,
                        fsynced,
                        Math.min(flushedOffset, endOffset),
                        behindBytes)
                .retry();
    }

    private Step progressed(long endOffset, Received message, List<Effect.OfFollower> effects) {
        long watermark = Math.max(highWatermark, Math.min(endOffset, message.highWatermark()));
        if (watermark > highWatermark) effects.add(new Effect.AdvanceHighWatermark(watermark));
        long start = Math.max(logStartOffset, Math.min(message.logStartOffset(), watermark));
        if (start > logStartOffset) effects.add(new Effect.AdvanceLogStart(start));
        boolean upToDate = endOffset >= message.highWatermark();
        long behind = upToDate ? 0 : behindBytes + message.sizeInBytes();
        StreamKind fitting = kind;
        if (upToDate) fitting = StreamKind.TAIL;
        else if (behind > MOVE_AFTER_BYTES) fitting = StreamKind.CATCH_UP;
        if (fitting != kind) {
            effects.add(new Effect.EndSubscription());
            effects.add(new Effect.Subscribe(fitting));
            behind = 0;
        }
        return new Step(
                new FollowerState(
                        leader,
                        leaderEpoch,
                        true,
                        fitting,
                        endOffset,
                        watermark,
                        start,
                        fsynced,
                        flushedOffset,
                        behind),
                effects);
    }

    private FollowerState withSubscription(boolean open, StreamKind newKind) {
        return copy(open, newKind, fsynced, flushedOffset);
    }

    private FollowerState copy(boolean open, StreamKind newKind, boolean onlyFsynced, long flushed) {
        return new FollowerState(
                leader,
                leaderEpoch,
                open,
                newKind,
                logEndOffset,
                highWatermark,
                logStartOffset,
                onlyFsynced,
                flushed,
                behindBytes);
    }

    private Step unchanged() {
        return new Step(this, List.of());
    }
}
