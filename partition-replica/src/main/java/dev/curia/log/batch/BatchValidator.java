package dev.curia.log.batch;

import dev.curia.proto.common.v1.ErrorCode;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether bytes are batches that a log may take. Headers and checksums are always looked at, and what a leader takes is also walked
 * record by record, except in compressed batches: they are decompressed only where a setting asks for what the header does not tell,
 * see {@link BatchPolicy#judgesRecords}. Total: every input has an answer, in bounded memory. Not thread-safe.
 */
public final class BatchValidator {
    private static final byte MAGIC = 2;

    private final BatchView view = new BatchView();
    /** Made when first needed: most logs of a broker take no appends at the time. */
    private @Nullable RecordReader records;

    /**
     * Checks the bytes between the buffer's position and limit as a producer or coordinator sent them. A header whose newest timestamp is
     * not that of its records is corrected in place, where the records were looked at and their times count.
     */
    public BatchCheck checkForLeader(ByteBuffer batches, BatchPolicy policy, AppendOrigin origin, long nowMillis) {
        if (batches.remaining() > policy.maxAppendBytes()) {
            return new BatchCheck(
                    ErrorCode.RECORD_LIST_TOO_LARGE,
                    "The append is " + batches.remaining() + " bytes, more than segment.bytes="
                            + policy.maxAppendBytes());
        }
        int count = 0;
        boolean lone = false;
        for (int at = batches.position(); at < batches.limit(); at += view.sizeInBytes(), count++) {
            BatchCheck check = checkStructure(batches, at);
            if (check.ok()) check = checkPolicy(policy, origin, nowMillis);
            if (!check.ok()) return check;
            lone |= view.hasProducerId();
            if (count > 0 && lone) {
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
        if (view.baseOffset() < 0 || view.lastOffsetDelta() < 0 || view.lastOffset() + 1 <= 0) {
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
        if (view.recordCount() <= 0 || view.recordCount() - 1 != view.lastOffsetDelta()) {
            return BatchCheck.invalid(
                    "The batch claims " + view.recordCount() + " records but offsets 0 to " + view.lastOffsetDelta());
        }
        if (view.codec() > Codec.HIGHEST_ID) {
            return new BatchCheck(
                    ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, "The batch has the unknown codec " + view.codec());
        }
        if (view.isLogAppendTime()) {
            return new BatchCheck(
                    ErrorCode.INVALID_TIMESTAMP, "The batch is marked LogAppendTime; only the broker marks batches so");
        }
        if (view.isTransactional() && !view.hasProducerId()) {
            return BatchCheck.invalid("A transactional batch needs a producer id");
        }
        BatchCheck client = origin == AppendOrigin.CLIENT ? checkClient() : BatchCheck.OK;
        return client.ok() ? checkRecords(policy, nowMillis) : client;
    }

    /** What only coordinators and brokers may put into a header. */
    private BatchCheck checkClient() {
        if (view.isControl()) return BatchCheck.invalid("Clients may not write control batches");
        if (view.hasDeleteHorizon()) return BatchCheck.invalid("Clients may not set the delete horizon of batches");
        if (!view.hasProducerId()) return BatchCheck.OK;
        if (view.producerId() < 0 || view.producerEpoch() < 0) {
            return BatchCheck.invalid("The batch names producer " + view.producerId() + " in epoch "
                    + view.producerEpoch() + ", expected both to be at least 0");
        }
        if (view.baseSequence() < 0) {
            return BatchCheck.invalid("The batch of producer " + view.producerId() + " has no sequence");
        }
        return BatchCheck.OK;
    }

    private BatchCheck checkRecords(BatchPolicy policy, long nowMillis) {
        boolean compressed = view.codec() != 0;
        // Then its records are judged while they are decompressed for that.
        if (compressed && policy.recompresses(view)) return BatchCheck.OK;
        if (compressed && (view.isControl() || !policy.judgesRecords())) return checkNewest(policy, nowMillis);
        long newest = BatchView.NONE;
        RecordReader reader = records == null ? new RecordReader() : records;
        records = reader;
        try {
            reader.open(view);
            while (reader.next()) {
                if (!view.isControl()) RecordRules.check(reader, policy, nowMillis);
                newest = Math.max(newest, reader.timestamp());
            }
        } catch (InvalidBatchException e) {
            return e.check();
        } finally {
            reader.close();
        }
        if (!policy.logAppendTime() && newest != view.maxTimestamp()) view.setMaxTimestamp(newest);
        return BatchCheck.OK;
    }

    private BatchCheck checkNewest(BatchPolicy policy, long nowMillis) {
        if (policy.logAppendTime()) return BatchCheck.OK;
        String problem = RecordRules.timeProblem(view.maxTimestamp(), policy, nowMillis);
        if (problem == null) return BatchCheck.OK;
        return new BatchCheck(ErrorCode.INVALID_TIMESTAMP, "The batch's newest timestamp is " + problem);
    }
}
