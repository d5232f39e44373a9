package dev.curia.replica.node;

import dev.curia.log.LogRead;
import dev.curia.log.LogSlice;
import dev.curia.log.PartitionLog;
import dev.curia.log.ReaderPlace;
import dev.curia.log.StorageException;
import dev.curia.log.TimestampOffset;
import dev.curia.log.epoch.EpochHistory.EpochEnd;
import dev.curia.log.producer.AbortedTxn;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica.AbortedTransaction;
import dev.curia.replica.Replica.EpochResult;
import dev.curia.replica.Replica.Isolation;
import dev.curia.replica.Replica.OffsetResult;
import dev.curia.replica.Replica.ReadRequest;
import dev.curia.replica.Replica.ReadResult;
import dev.curia.replica.audit.RangeDigest;
import dev.curia.replica.port.LeaderLease;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** What clients look up in a partition, in a led one or, where they say so, in a followed one. Thread-safe: works on one published snapshot a call. */
final class ReplicaReads {
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;
    private static final long MAX_TIMESTAMP = -3;
    private static final long EARLIEST_LOCAL = -4;

    private final PartitionLog log;
    private final LeaderLease lease;
    private final Supplier<Snapshot> snapshot;

    ReplicaReads(PartitionLog log, LeaderLease lease, Supplier<Snapshot> snapshot) {
        this.log = log;
        this.lease = lease;
        this.snapshot = snapshot;
    }

    ReadResult read(ReadRequest request) {
        Snapshot now = snapshot.get();
        // One that believes to lead is no follower: it must know.
        ErrorCode refused = request.alsoFollower() && !now.view().leading()
                ? now.checkReplica(request.currentLeaderEpoch())
                : now.checkLeader(request.currentLeaderEpoch(), lease);
        if (refused != ErrorCode.NONE) return failed(refused, now);
        if (request.lastFetchedEpoch().isPresent()) {
            int readersEpoch = request.lastFetchedEpoch().getAsInt();
            EpochEnd mine = log.endOffsetForEpoch(readersEpoch);
            if (mine.epoch() < 0) return failed(ErrorCode.OFFSET_OUT_OF_RANGE, now);
            if (mine.epoch() < readersEpoch || mine.endOffset() < request.offset()) {
                EpochResult diverging = new EpochResult(ErrorCode.NONE, mine.epoch(), mine.endOffset());
                return new ReadResult(ErrorCode.NONE, nothing(), now.view(), List.of(), Optional.of(diverging));
            }
        }
        long end = now.endFor(request.isolation());
        LogRead found = request.isolation() == Isolation.READ_COMMITTED
                ? log.readCommitted(request.offset(), request.maxBytes(), request.minOneBatch(), end)
                : log.read(request.offset(), request.maxBytes(), request.minOneBatch(), end);
        if (found.error() != ErrorCode.NONE) {
            found.slice().close();
            return failed(found.error(), now);
        }
        List<AbortedTransaction> aborted = new ArrayList<>();
        for (AbortedTxn txn : found.aborted()) {
            aborted.add(new AbortedTransaction(txn.producerId(), txn.firstOffset()));
        }
        return new ReadResult(ErrorCode.NONE, found.slice(), now.view(), aborted, Optional.empty());
    }

    Optional<ReaderPlace> placeOf(long offset, long nowMs) {
        Snapshot now = snapshot.get();
        if (now.checkLeader(OptionalInt.empty(), lease) != ErrorCode.NONE) return Optional.empty();
        try {
            return Optional.of(log.placeOf(offset, now.view().highWatermark(), nowMs));
        } catch (StorageException e) {
            return Optional.empty(); // the log has said so
        }
    }

    OffsetResult offsetForTime(long timestampMs, Isolation isolation, OptionalInt currentLeaderEpoch) {
        Snapshot now = snapshot.get();
        ErrorCode refused = now.checkLeader(currentLeaderEpoch, lease);
        if (refused != ErrorCode.NONE) return failedOffset(refused);
        int epoch = now.view().leaderEpoch();
        if (timestampMs == EARLIEST || timestampMs == EARLIEST_LOCAL) {
            long start = now.view().logStartOffset();
            return new OffsetResult(
                    ErrorCode.NONE, start, -1, log.epochAt(start).orElse(epoch));
        }
        // A new leader may not know yet how far its predecessor's high watermark was: an end offset must not go back
        // (KIP-207).
        boolean bounded = isolation != Isolation.LOG_END;
        if (bounded && now.view().highWatermark() < now.epochStartOffset()) {
            return failedOffset(ErrorCode.OFFSET_NOT_AVAILABLE);
        }
        long end = now.endFor(isolation);
        if (timestampMs == LATEST) return new OffsetResult(ErrorCode.NONE, end, -1, epoch);
        try {
            Optional<TimestampOffset> found = timestampMs == MAX_TIMESTAMP
                    ? log.offsetOfMaxTimestamp(end)
                    : log.offsetForTimestamp(timestampMs, end);
            return found.map(t -> new OffsetResult(ErrorCode.NONE, t.offset(), t.timestamp(), t.leaderEpoch()))
                    .orElseGet(() -> new OffsetResult(ErrorCode.NONE, -1, -1, -1));
        } catch (StorageException offline) {
            return failedOffset(ErrorCode.KAFKA_STORAGE_ERROR); // the directory's listener knows why
        }
    }

    EpochResult endOffsetForEpoch(int leaderEpoch, OptionalInt currentLeaderEpoch) {
        ErrorCode refused = snapshot.get().checkLeader(currentLeaderEpoch, lease);
        if (refused != ErrorCode.NONE) return new EpochResult(refused, -1, -1);
        EpochEnd end = log.endOffsetForEpoch(leaderEpoch);
        return new EpochResult(ErrorCode.NONE, end.epoch(), end.endOffset());
    }

    /** See {@link PartitionReplica#digest}. */
    Optional<RangeDigest> digest(long from, long to, int maxBytes, int readBytes) throws IOException {
        RangeDigest.Builder digest = new RangeDigest.Builder(from);
        while (digest.next() < to && digest.bytes() < maxBytes) {
            LogRead found = log.read(digest.next(), readBytes, true, to);
            try (LogSlice slice = found.slice()) {
                if (found.error() != ErrorCode.NONE) return Optional.empty();
                if (slice.size() == 0 || !digest.add(slice.toBuffer())) break;
            }
        }
        return Optional.of(digest.build());
    }

    private ReadResult failed(ErrorCode error, Snapshot now) {
        return new ReadResult(error, nothing(), now.view(), List.of(), Optional.empty());
    }

    private static OffsetResult failedOffset(ErrorCode error) {
        return new OffsetResult(error, -1, -1, -1);
    }

    private static LogSlice nothing() {
        return LogSlice.empty();
    }
}
