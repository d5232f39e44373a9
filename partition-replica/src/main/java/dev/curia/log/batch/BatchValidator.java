package dev.curia.log.batch;

import dev.curia.proto.common.v1.ErrorCode;
import java.nio.ByteBuffer;

/**
 * Decides whether bytes are batches that a log may take, by their headers and checksums alone (records are decoded only where
 * {@link BatchPolicy#keysRequired}). Total: every input has an answer. Not thread-safe.
 */
public final class BatchValidator {
    private static final byte MAGIC = 2;
    private static final int HIGHEST_CODEC = 4;
    /** Shorter than any record can be: length, attributes, two deltas, two null lengths and a header count. */
    private static final int MIN_RECORD_BYTES = 7;

    private final BatchView view = new BatchView();

    /** Checks the bytes between the buffer's position and limit as a producer or coordinator sent them. */
    public BatchCheck checkForLeader(ByteBuffer batches, BatchPolicy policy, AppendOrigin origin, long nowMillis) {
        if (batches.remaining() > policy.maxAppendBytes()) {
            return new BatchCheck(
                    ErrorCode.RECORD_LIST_TOO_LARGE,
                    "The append is " + batches.remaining() + " bytes, more than segment.bytes="
                            + policy.maxAppendBytes());
        }
        int count = 0;
        for (int at = batches.position(); at < batches.limit(); at += view.sizeInBytes(), count++) {
            BatchCheck check = checkStructure(batches, at);
            if (check.ok()) check = checkPolicy(policy, origin, nowMillis);
            if (!check.ok()) return check;
            if (count > 0 && view.hasProducerId()) {
                return BatchCheck.invalid(
                        "An idempotent producer sends one batch a partition, this append brings more");
            }
        }
        return count > 0 ? BatchCheck.OK : BatchCheck.invalid("The append brings no batch");
    }

    /** Checks bytes as the leader replicated them. Offsets must rise from {@code nextOffset} on; holes are what compaction leaves. */
    public BatchCheck checkForFollower(ByteBuffer batches, long nextOffset, int maxLeaderEpoch) {
        long expected = nextOffset;
        for (int at = batches.position(); at < batches.limit(); at += view.sizeInBytes()) {
            BatchCheck check = checkStructure(batches, at);
            if (!check.ok()) return check;
            if (view.baseOffset() < expected) {
                return new BatchCheck(
                        ErrorCode.OFFSET_OUT_OF_RANGE,
                        "The batch begins at offset " + view.baseOffset() + ", expected " + expected + " or later");
            }
            if (view.leaderEpoch() > maxLeaderEpoch) {
                return new BatchCheck(
                        ErrorCode.UNKNOWN_LEADER_EPOCH,
                        "The batch at offset " + view.baseOffset() + " is of leader epoch " + view.leaderEpoch()
                                + ", newer than the epoch followed, " + maxLeaderEpoch);
            }
            expected = view.lastOffset() + 1;
        }
        return BatchCheck.OK;
    }

    /** Whether a whole, undamaged batch of format v2 begins at {@code at} and ends before the buffer's limit. */
    public BatchCheck checkStructure(ByteBuffer batches, int at) {
        int left = batches.limit() - at;
        if (left < BatchView.OFFSETS_BYTES) return BatchCheck.corrupt(left + " bytes are left, too few for a batch");
        view.at(batches, at);
        if (view.magic() != MAGIC) {
            return BatchCheck.invalid("The batch has format version " + view.magic() + ", only version 2 is supported");
        }
        int size = view.sizeInBytes();
        if (size < BatchView.HEADER_BYTES || size > left) {
            return BatchCheck.corrupt(
                    "The batch claims " + size + " bytes, expected " + BatchView.HEADER_BYTES + " to " + left);
        }
        if (!view.crcMatches()) {
            return BatchCheck.corrupt("The checksum of the batch at base offset " + view.baseOffset() + " is wrong");
        }
        if (view.baseOffset() < 0 || view.lastOffsetDelta() < 0 || view.lastOffset() < 0) {
            return BatchCheck.invalid("The batch claims offsets " + view.baseOffset() + " to " + view.lastOffset());
        }
        return BatchCheck.OK;
    }

    private BatchCheck checkPolicy(BatchPolicy policy, AppendOrigin origin, long nowMillis) {
        if (view.sizeInBytes() > policy.maxBatchBytes()) {
            return new BatchCheck(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    "The batch is " + view.sizeInBytes() + " bytes, more than max.message.bytes="
                            + policy.maxBatchBytes());
        }
        if (view.baseOffset() != 0) {
            return BatchCheck.invalid("The batch has base offset " + view.baseOffset() + ", expected 0");
        }
        BatchCheck counts = checkCounts();
        if (!counts.ok()) return counts;
        if (view.codec() > HIGHEST_CODEC) return BatchCheck.invalid("The batch has the unknown codec " + view.codec());
        if (origin == AppendOrigin.CLIENT) {
            if (view.isControl()) return BatchCheck.invalid("Clients may not write control batches");
            if (view.hasProducerId() && view.baseSequence() < 0) {
                return BatchCheck.invalid("The batch of producer " + view.producerId() + " has no sequence");
            }
        }
        if (view.isTransactional() && !view.hasProducerId()) {
            return BatchCheck.invalid("A transactional batch needs a producer id");
        }
        BatchCheck time = checkTime(policy, nowMillis);
        if (!time.ok() || view.isControl() || !policy.keysRequired()) return time;
        return RecordDecoder.checkKeys(view.slice());
    }

    private BatchCheck checkCounts() {
        int count = view.recordCount();
        if (count <= 0 || count - 1 != view.lastOffsetDelta()) {
            return BatchCheck.invalid(
                    "The batch claims " + count + " records but offsets 0 to " + view.lastOffsetDelta());
        }
        int bytes = view.sizeInBytes() - BatchView.HEADER_BYTES;
        if (view.codec() == 0 && (long) count * MIN_RECORD_BYTES > bytes) {
            return BatchCheck.invalid("The batch claims " + count + " records in " + bytes + " bytes");
        }
        return BatchCheck.OK;
    }

    private BatchCheck checkTime(BatchPolicy policy, long nowMillis) {
        if (policy.logAppendTime()) return BatchCheck.OK;
        if (view.isLogAppendTime()) {
            return badTime("The batch is marked LogAppendTime; on a topic with CreateTime only CreateTime may be sent");
        }
        long time = view.maxTimestamp();
        if (time == BatchView.NONE) return BatchCheck.OK;
        if (time < 0) return badTime("The batch's newest timestamp is " + time);
        if (nowMillis - time > policy.timestampBeforeMaxMs()) {
            return badTime("The batch's newest timestamp " + time + " is more than message.timestamp.before.max.ms="
                    + policy.timestampBeforeMaxMs() + " behind the broker's clock, " + nowMillis);
        }
        if (time - nowMillis > policy.timestampAfterMaxMs()) {
            return badTime("The batch's newest timestamp " + time + " is more than message.timestamp.after.max.ms="
                    + policy.timestampAfterMaxMs() + " ahead of the broker's clock, " + nowMillis);
        }
        return BatchCheck.OK;
    }

    private static BatchCheck badTime(String message) {
        return new BatchCheck(ErrorCode.INVALID_TIMESTAMP, message);
    }
}
