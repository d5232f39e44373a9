package dev.curia.replica.port;

import dev.curia.common.id.PartitionId;
import dev.curia.replica.port.ReplicaLinks.Refused;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;

/** The leader's side of a partition, as a follower's stream sees it. Thread-safe: work is handed to the partition's thread. */
public interface ReplicationSource {
    /**
     * Checks a follower's position and, when it agrees, registers it. Exactly one of {@link Subscriber#accepted} and
     * {@link Subscriber#ended} follows.
     */
    void subscribe(Position position, Subscriber subscriber);

    /**
     * Everything below {@code logEndOffset} is in the follower's log. Ignored for another epoch or a subscriber that has ended.
     *
     * @param logStartOffset as on the follower's disk; empty: no news
     */
    void acknowledge(Subscriber subscriber, int leaderEpoch, long logEndOffset, OptionalLong logStartOffset);

    /** As {@link #acknowledge}, never waiting. @return false: the partition's thread is overloaded, and nothing was done */
    boolean offerAcknowledgement(
            Subscriber subscriber, int leaderEpoch, long logEndOffset, OptionalLong logStartOffset);

    /** The stream ended, or the follower left; nothing is told to the subscriber any more. */
    void unsubscribe(Subscriber subscriber);

    /**
     * Batches from {@code offset} to the log's end: whole ones, as many as there is room for, but at least one. May read from disk.
     *
     * @param room an array-backed buffer; what it held is overwritten
     * @return {@code room}, or where the first batch does not fit one of its own; nothing in it when this replica does not lead in
     *     {@code leaderEpoch}, or the offset is not in the log any more
     */
    ByteBuffer read(int leaderEpoch, long offset, ByteBuffer room) throws IOException;

    /** Before this offset tombstones and transaction markers may be missing in what {@link #read} answered before. */
    long deletesRemovedTo();

    /** Finds the replicas of this broker. */
    @FunctionalInterface
    interface Directory {
        Optional<ReplicationSource> source(PartitionId partition);
    }

    /** Where a follower stands; as in {@link ReplicaLinks.Subscription}. */
    record Position(
            int leaderEpoch,
            int partitionEpoch,
            long logEndOffset,
            int lastEpoch,
            long logStartOffset,
            long acknowledgedOffset) {}

    /**
     * What a leader says of itself; {@code highWatermark <= logEndOffset}.
     *
     * @param replicatedOffset every assigned replica has what lies before it; 0: not known of all
     */
    record Ends(long logStartOffset, long highWatermark, long logEndOffset, long replicatedOffset) {
        public Ends withHighWatermark(long offset) {
            return new Ends(logStartOffset, offset, logEndOffset, replicatedOffset);
        }
    }

    /**
     * How much of the log a follower was sent.
     *
     * @param nextOffset everything before it was sent
     * @param outOfCredit whether more would have been, had the follower allowed it
     */
    record Sending(long nextOffset, boolean outOfCredit) {}

    /** One follower's subscription on a stream. The calls come on the partition's thread and must not block. */
    interface Subscriber {
        int brokerId();

        /** Of the follower's incarnation, as it said when it opened the stream. */
        long brokerEpoch();

        /** What is sent from now on stays within this. */
        void limited(SendBudget budget);

        /** How far it was sent the log; may be read at any time. */
        Sending sending();

        /** Batches may be sent from the position's log end offset on. */
        void accepted(Ends ends);

        /** There is more to send, or the watermark moved. */
        void changed(Ends ends);

        /** The last call: refused, or no longer the leader. */
        void ended(Refused why);
    }
}
