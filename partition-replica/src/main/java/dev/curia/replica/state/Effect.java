package dev.curia.replica.state;

import dev.curia.replica.port.StreamKind;
import java.util.List;

/** What the shell must do, in the order given. */
public sealed interface Effect {
    /** What a leader asks for. */
    sealed interface OfLeader extends Effect {
        void perform(LeaderShell shell);
    }

    /** What a follower asks for. */
    sealed interface OfFollower extends Effect {
        void perform(FollowerShell shell);
    }

    /** Performs a leader's effects. */
    interface LeaderShell {
        void advanceHighWatermark(long highWatermark);

        void proposeIsr(ProposeIsr proposal);
    }

    /** Performs a follower's effects. */
    interface FollowerShell {
        void subscribe(StreamKind kind);

        void endSubscription();

        void append();

        void flush();

        void acknowledge(long logEndOffset);

        void advanceHighWatermark(long highWatermark);

        void advanceLogStart(long logStartOffset);

        void truncate(int epoch, long endOffset);

        void startOver(long logStartOffset);

        void retryLater();
    }

    /** Publish it, tell followers and waiting producers and consumers. */
    record AdvanceHighWatermark(long highWatermark) implements OfLeader, OfFollower {
        @Override
        public void perform(LeaderShell shell) {
            shell.advanceHighWatermark(highWatermark);
        }

        @Override
        public void perform(FollowerShell shell) {
            shell.advanceHighWatermark(highWatermark);
        }
    }

    /**
     * Ask the controller; the verdict comes back as an event with the same {@code partitionEpoch}.
     *
     * @param isr the leader among them, its broker epoch left -1
     * @param leaving who is in sync as the controller has it, and not in {@code isr}
     */
    record ProposeIsr(int partitionEpoch, List<IsrMember> isr, List<Laggard> leaving) implements OfLeader {
        @Override
        public void perform(LeaderShell shell) {
            shell.proposeIsr(this);
        }
    }

    /** @param brokerEpoch of the incarnation seen in sync, -1: not known in this leader epoch */
    record IsrMember(int brokerId, long brokerEpoch) {}

    /** Subscribe from the log's end on a stream of this kind. */
    record Subscribe(StreamKind kind) implements OfFollower {
        @Override
        public void perform(FollowerShell shell) {
            shell.subscribe(kind);
        }
    }

    /** Close the feed; whatever it still delivers is ignored. */
    record EndSubscription() implements OfFollower {
        @Override
        public void perform(FollowerShell shell) {
            shell.endSubscription();
        }
    }

    /** Append the chunk at hand; {@link FollowerState#appended} or {@link FollowerState#failed} follows. */
    record Append() implements OfFollower {
        @Override
        public void perform(FollowerShell shell) {
            shell.append();
        }
    }

    /** Put the log on disk; {@link FollowerState#flushed} follows. */
    record Flush() implements OfFollower {
        @Override
        public void perform(FollowerShell shell) {
            shell.flush();
        }
    }

    /**
     * Only after the append, or the flush where that is what counts: everything below is in the log. Says along where the log starts on disk.
     */
    record Acknowledge(long logEndOffset) implements OfFollower {
        @Override
        public void perform(FollowerShell shell) {
            shell.acknowledge(logEndOffset);
        }
    }

    /** The leader dropped what is below; {@link FollowerState#startStored} follows when that is on disk. */
    record AdvanceLogStart(long logStartOffset) implements OfFollower {
        @Override
        public void perform(FollowerShell shell) {
            shell.advanceLogStart(logStartOffset);
        }
    }

    /** Cut the log where it parts from the leader's, whose {@code epoch} ends there; {@link FollowerState#truncated} follows. */
    record Truncate(int epoch, long endOffset) implements OfFollower {
        @Override
        public void perform(FollowerShell shell) {
            shell.truncate(epoch, endOffset);
        }
    }

    /** Drop the whole log and begin a new one there; {@link FollowerState#truncated} follows. */
    record StartOver(long logStartOffset) implements OfFollower {
        @Override
        public void perform(FollowerShell shell) {
            shell.startOver(logStartOffset);
        }
    }

    /** Call {@link FollowerState#retry} after a while. */
    record RetryLater() implements OfFollower {
        @Override
        public void perform(FollowerShell shell) {
            shell.retryLater();
        }
    }
}
