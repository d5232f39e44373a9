package dev.curia.replica;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.log.LogSlice;
import dev.curia.log.ReaderPlace;
import dev.curia.log.producer.ProducerDescription;
import dev.curia.proto.common.v1.ErrorCode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * One partition's replica on this broker. Thread-safe: changes are handed to the partition's owner thread, reads use published,
 * immutable views. Expected failures are answers with an {@link ErrorCode}, never exceptions; futures never fail.
 */
public interface Replica {
    PartitionId id();

    TopicPartition name();

    /** The newest published state. */
    View view();

    /** Leads, and knows that nobody else does by now: only then may clients be answered out of what is known here. */
    boolean isSurelyLeading();

    /**
     * Appends batches as a client sent them (format v2, one after another). The buffer is changed in place (offsets, leader epoch,
     * times) and must stay untouched until {@link AppendRequest#released} has run.
     *
     * @return completes when the acknowledgement asked for is reached, or with REQUEST_TIMED_OUT; among appends that ask for the
     *     same acknowledgement, in the order of the calls, but for those that wait for their {@link Verification}
     */
    CompletableFuture<AppendResult> append(AppendRequest request);

    /** Reads what is there now; never waits. May read from disk: not from an event loop for cold data. */
    ReadResult read(ReadRequest request);

    /**
     * Calls {@code wake} once, on the replica's thread, as soon as the end that {@code isolation} may read has passed {@code offset}, or
     * the replica no longer leads in the same epoch. At once if so already.
     *
     * @return cancels; harmless when it has run
     */
    Runnable onReadable(long offset, Isolation isolation, Runnable wake);

    /** The same for a reader that reads here whether this replica leads or follows: it is also woken when that changes. */
    default Runnable onReadableHere(long offset, Isolation isolation, Runnable wake) {
        return onReadable(offset, isolation, wake);
    }

    /**
     * The first record at or after a time, or a special position.
     *
     * @param timestampMs -1 latest, -2 earliest, -3 max timestamp, -4 earliest local, else milliseconds since 1970
     */
    OffsetResult offsetForTime(long timestampMs, Isolation isolation, OptionalInt currentLeaderEpoch);

    /**
     * Where a reader stands that reads {@code offset} next. May read from disk.
     *
     * @param nowMs the wall clock
     * @return empty: this replica does not lead, or cannot tell
     */
    default Optional<ReaderPlace> placeOf(long offset, long nowMs) {
        return Optional.empty();
    }

    /**
     * Deletes the records before {@code offset} for good: no reader gets them any more, and their files go with the next run of retention
     * as far as whole segments lie before it. Refused with OFFSET_OUT_OF_RANGE beyond the high watermark, and with POLICY_VIOLATION where
     * the topic only compacts.
     *
     * @param offset -1: the high watermark
     * @return completes when the log starts there on the disk of every in-sync replica, or with REQUEST_TIMED_OUT
     */
    CompletableFuture<DeleteResult> deleteRecords(long offset, Duration timeout);

    /** The largest epoch not above {@code leaderEpoch} and where it ends (KIP-101). */
    EpochResult endOffsetForEpoch(int leaderEpoch, OptionalInt currentLeaderEpoch);

    /** What this replica knows of the producers that wrote to the partition and are not forgotten, leading or not. */
    CompletableFuture<ProducersResult> producers();

    /** What a reader may see. */
    enum Isolation {
        /** Up to the log end offset: followers. */
        LOG_END,
        /** Up to the high watermark. */
        READ_UNCOMMITTED,
        /** Up to the last stable offset. */
        READ_COMMITTED
    }

    /** Who writes: clients may not write control batches; coordinators may. */
    enum Origin {
        CLIENT,
        COORDINATOR,
        /** A transaction coordinator whose markers each raise the producer's epoch (KIP-890): one that does not is late and refused. */
        BUMPING_COORDINATOR
    }

    /**
     * Immutable. {@code 0 <= logStartOffset <= lastStableOffset <= highWatermark <= logEndOffset}.
     *
     * @param leader broker id, -1: none known
     */
    record View(
            boolean leading,
            int leader,
            int leaderEpoch,
            long logStartOffset,
            long lastStableOffset,
            long highWatermark,
            long logEndOffset,
            List<Integer> isr) {}

    /**
     * @param acks 0 and 1: answer when written here; -1: when all in-sync replicas have it
     * @param currentLeaderEpoch fails with FENCED_LEADER_EPOCH or UNKNOWN_LEADER_EPOCH when given and not the leader's
     * @param released run once when the buffer is no longer needed, whatever the outcome
     * @param verification of a batch that must not begin a transaction by itself
     */
    record AppendRequest(
            ByteBuffer records,
            short acks,
            Duration timeout,
            Origin origin,
            OptionalInt currentLeaderEpoch,
            Runnable released,
            Optional<Verification> verification) {
        /** What needs no verification. */
        public AppendRequest(
                ByteBuffer records,
                short acks,
                Duration timeout,
                Origin origin,
                OptionalInt currentLeaderEpoch,
                Runnable released) {
            this(records, acks, timeout, origin, currentLeaderEpoch, released, Optional.empty());
        }
    }

    /**
     * A transactional batch that is taken where its producer has a transaction open, and else only when the transaction's coordinator knows of
     * one: a batch that was late would begin a transaction that nobody ends (KIP-890). Batches of one producer stay in order.
     *
     * @param ask whether the coordinator counts this partition to the producer's open transaction: NONE, or what the producer is told; called
     *     on the partition's thread, must not block
     */
    record Verification(long producerId, short producerEpoch, Supplier<CompletableFuture<ErrorCode>> ask) {}

    /** @param logAppendTimeMs -1 unless the topic uses LogAppendTime */
    record AppendResult(ErrorCode error, String message, long baseOffset, long logAppendTimeMs, long logStartOffset) {}

    /**
     * @param maxBytes at least the first batch is returned, even if larger, when {@code minOneBatch}
     * @param lastFetchedEpoch of the reader, for truncation detection (KIP-320)
     * @param alsoFollower whether it is answered also where this replica follows (KIP-392), up to the high watermark that it knows of
     */
    record ReadRequest(
            long offset,
            int maxBytes,
            boolean minOneBatch,
            Isolation isolation,
            OptionalInt currentLeaderEpoch,
            OptionalInt lastFetchedEpoch,
            boolean alsoFollower) {
        /** Only from the leader. */
        public ReadRequest(
                long offset,
                int maxBytes,
                boolean minOneBatch,
                Isolation isolation,
                OptionalInt currentLeaderEpoch,
                OptionalInt lastFetchedEpoch) {
            this(offset, maxBytes, minOneBatch, isolation, currentLeaderEpoch, lastFetchedEpoch, false);
        }
    }

    /**
     * The caller closes {@code records}.
     *
     * @param aborted transactions aborted within the returned range; READ_COMMITTED only
     * @param diverging set when the reader's log has parted from this one
     */
    record ReadResult(
            ErrorCode error,
            LogSlice records,
            View view,
            List<AbortedTransaction> aborted,
            Optional<EpochResult> diverging) {}

    /** An aborted transaction and where it begins. */
    record AbortedTransaction(long producerId, long firstOffset) {}

    /** @param lowWatermark no in-sync replica has anything before it; -1 with any error */
    record DeleteResult(ErrorCode error, String message, long lowWatermark) {}

    /** @param producers in no order; none with an error */
    record ProducersResult(ErrorCode error, List<ProducerDescription> producers) {}

    /** @param offset -1: no record at or after that time */
    record OffsetResult(ErrorCode error, long offset, long timestampMs, int leaderEpoch) {}

    /** @param leaderEpoch and {@code endOffset} are -1 when unknown */
    record EpochResult(ErrorCode error, int leaderEpoch, long endOffset) {}
}
