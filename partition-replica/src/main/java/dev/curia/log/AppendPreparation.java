package dev.curia.log;

import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.batch.BatchCheck;
import dev.curia.log.batch.BatchPolicy;
import dev.curia.log.batch.BatchValidator;
import dev.curia.log.batch.BatchView;
import dev.curia.log.batch.InvalidBatchException;
import dev.curia.log.batch.Recompressor;
import dev.curia.log.producer.ProducerStates;
import dev.curia.log.producer.SequenceCheck;
import dev.curia.proto.common.v1.ErrorCode;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Decides what becomes of the batches of an append, before anything is written. Owner thread of the log. */
final class AppendPreparation {
    private final BatchValidator validator = new BatchValidator();
    private final Recompressor recompressor = new Recompressor();
    private final BatchView batch = new BatchView();
    private final ProducerStates producers;

    AppendPreparation(ProducerStates producers) {
        this.producers = producers;
    }

    /** Either the bytes to write, or the answer to an append that is not written. */
    record Prepared(ByteBuffer stored, @Nullable AppendInfo answer) {
        static Prepared answered(AppendInfo answer) {
            return new Prepared(ByteBuffer.allocate(0), answer);
        }
    }

    /** Gives a client's or coordinator's batches their offsets, from {@code nextOffset} on, their epoch, and what the topic asks for. */
    Prepared forLeader(
            ByteBuffer batches,
            BatchPolicy policy,
            AppendOrigin origin,
            long nextOffset,
            int leaderEpoch,
            long nowMillis) {
        BatchCheck check = validator.checkForLeader(batches, policy, origin, nowMillis);
        if (!check.ok()) return Prepared.answered(AppendInfo.refused(check));
        AppendInfo verdict = checkProducer(batches, policy, origin);
        if (verdict != null) return Prepared.answered(verdict);
        ByteBuffer stored;
        try {
            stored = recompressor.convert(batches, policy, nowMillis);
        } catch (InvalidBatchException e) {
            return Prepared.answered(AppendInfo.refused(e.check()));
        }
        long next = nextOffset;
        for (int at = stored.position(); at < stored.limit(); at += batch.sizeInBytes()) {
            batch.at(stored, at).setBaseOffset(next);
            batch.setLeaderEpoch(leaderEpoch);
            if (policy.logAppendTime() && !batch.isControl()) batch.setLogAppendTime(nowMillis);
            next = batch.lastOffset() + 1;
        }
        return new Prepared(stored, null);
    }

    /** A leader's batches are written as they are. */
    Prepared forFollower(ByteBuffer batches, long nextOffset, int leaderEpoch) {
        if (!batches.hasRemaining()) {
            return Prepared.answered(AppendInfo.refused(ErrorCode.INVALID_RECORD, "The append brings no batch"));
        }
        BatchCheck check = validator.checkForFollower(batches, nextOffset, leaderEpoch);
        return check.ok() ? new Prepared(batches, null) : Prepared.answered(AppendInfo.refused(check));
    }

    /** Null: write it. */
    private @Nullable AppendInfo checkProducer(ByteBuffer batches, BatchPolicy policy, AppendOrigin origin) {
        batch.at(batches, batches.position());
        if (!batch.hasProducerId()) return null;
        if (batch.isControl()) {
            SequenceCheck.Refused refused = producers.checkMarker(batch, origin);
            return refused == null ? null : AppendInfo.refused(refused.error(), refused.message());
        }
        SequenceCheck check = producers.check(batch, origin);
        if (check instanceof SequenceCheck.Refused refused)
            return AppendInfo.refused(refused.error(), refused.message());
        if (check instanceof SequenceCheck.Duplicate old) {
            long appendTime = policy.logAppendTime() ? old.timestamp() : -1;
            return new AppendInfo(
                    ErrorCode.NONE,
                    "",
                    old.baseOffset(),
                    old.lastOffset(),
                    old.timestamp(),
                    appendTime,
                    AppendInfo.NOTHING,
                    true);
        }
        return null;
    }
}
