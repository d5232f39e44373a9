package dev.curia.replica.port;

import dev.curia.common.id.PartitionId;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.replication.v1.DivergingEpoch;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A follower's streams to its leaders: one a leader broker and {@link StreamKind}, opened by the first subscription, opened again with
 * backoff when it breaks, closed with the last. Thread-safe.
 */
public interface ReplicaLinks extends AutoCloseable {
    /**
     * Asks {@code leader} for a partition's batches; sent as soon as the stream is up. The events go to {@code events} until the feed has
     * ended, by {@link Feed#close}, a refusal or a broken stream.
     */
    Feed subscribe(Subscription subscription, FeedEvents events);

    /** Ends all streams. Feeds get no more events. */
    @Override
    void close();

    /**
     * What a follower asks for.
     *
     * @param leader broker id
     * @param leaderEpoch that the follower follows
     * @param partitionEpoch up to which the follower has acted on the metadata
     * @param lastEpoch of the last batch in the follower's log, -1: empty
     * @param logStartOffset as on the follower's disk
     * @param acknowledgedOffset what of its log the follower vouches for: all, or what is on disk
     */
    record Subscription(
            PartitionId partition,
            int leader,
            StreamKind kind,
            int leaderEpoch,
            int partitionEpoch,
            long logEndOffset,
            int lastEpoch,
            long logStartOffset,
            long acknowledgedOffset) {}

    /** One running subscription. Thread-safe. */
    interface Feed {
        /**
         * Everything below {@code logEndOffset} is in this follower's log. Cumulative. Goes out when a chunk is closed, or with {@link #flush}.
         *
         * @param logStartOffset as on the follower's disk
         */
        void acknowledge(long logEndOffset, long logStartOffset);

        /** Sends what was acknowledged; closing a chunk does so, too. */
        void flush();

        /** No events come after this, except those another thread is delivering right now. */
        void close();
    }

    /**
     * What comes over a feed, in order, from a network thread: must not block.
     */
    interface FeedEvents {
        /**
         * Batches, or news about the partition. The receiver closes it exactly once, after use: its memory is the stream's credit.
         */
        void received(Chunk chunk);

        /** The leader ended the subscription. */
        void refused(Refused refusal);

        /** The stream broke, or could not be opened: subscribe again. */
        void broken();
    }

    /**
     * One partition's run of whole batches as they came, and news. Owns the network's buffers until closed.
     */
    interface Chunk extends AutoCloseable {
        int leaderEpoch();

        /** Where the run continues the log; the first batch may begin later, where compaction left a gap. */
        long baseOffset();

        /** The leader's. */
        long highWatermark();

        /** The leader's. */
        long logStartOffset();

        /** Every assigned replica has what lies before it, as far as the leader knows. */
        long replicatedOffset();

        /** Before this offset tombstones and transaction markers may be missing in the batches. */
        long deletesRemovedTo();

        /** 0: news only. */
        int sizeInBytes();

        /** The batches in parts, in order, cut anywhere; valid until closed; read-only use of their content. */
        List<ByteBuffer> parts();

        /** Exactly once, from any thread: frees the buffers and gives the leader new credit. */
        @Override
        void close();
    }

    /**
     * Why the leader ended a subscription.
     *
     * @param leaderEpoch the leader's, -1: unknown
     * @param diverging where the logs may part: truncate, subscribe again
     * @param logStartOffset with OFFSET_OUT_OF_RANGE: start over from here
     */
    record Refused(ErrorCode code, int leaderEpoch, Optional<DivergingEpoch> diverging, long logStartOffset) {}
}
