package dev.curia.log.batch;

import dev.curia.proto.common.v1.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Brings the batches of an append into the codec that their topic asks for. Not thread-safe. */
public final class Recompressor {
    private final BatchView view = new BatchView();

    /**
     * The same records and headers, in the topic's codec; {@code batches} itself when they are that already. The batches have passed {@link
     * BatchValidator#checkForLeader}, which left the records of those that are decoded here to be judged here, on the same pass.
     *
     * @throws InvalidBatchException INVALID_RECORD or INVALID_TIMESTAMP for their records, MESSAGE_TOO_LARGE or RECORD_LIST_TOO_LARGE for
     *     what they come to in the topic's codec
     */
    public ByteBuffer convert(ByteBuffer batches, BatchPolicy policy, long nowMillis) throws InvalidBatchException {
        if (!changesAny(batches, policy)) return batches;
        List<ByteBuffer> parts = new ArrayList<>();
        long bytes = 0;
        for (int at = batches.position(); at < batches.limit(); at += view.sizeInBytes()) {
            view.at(batches, at);
            ByteBuffer part = policy.recompresses(view) ? rewritten(policy, nowMillis) : view.slice();
            parts.add(part);
            bytes += part.remaining();
            if (bytes > policy.maxAppendBytes()) {
                throw new InvalidBatchException(
                        ErrorCode.RECORD_LIST_TOO_LARGE,
                        "The append comes to more than segment.bytes=" + policy.maxAppendBytes()
                                + " in the topic's codec");
            }
        }
        if (parts.size() == 1) return parts.get(0);
        ByteBuffer all = ByteBuffer.allocate((int) bytes);
        parts.forEach(all::put);
        return all.flip();
    }

    private boolean changesAny(ByteBuffer batches, BatchPolicy policy) {
        if (policy.codec().isEmpty()) return false;
        for (int at = batches.position(); at < batches.limit(); at += view.sizeInBytes()) {
            if (policy.recompresses(view.at(batches, at))) return true;
        }
        return false;
    }

    private ByteBuffer rewritten(BatchPolicy policy, long nowMillis) throws InvalidBatchException {
        Codec codec = policy.codec().orElseThrow();
        try (RecordReader records = new RecordReader();
                BatchWriter target = new BatchWriter(view, codec, policy.maxBatchBytes())) {
            records.open(view);
            while (records.next()) {
                RecordRules.check(records, policy, nowMillis);
                target.append(records);
            }
            return target.finish();
        }
    }
}
