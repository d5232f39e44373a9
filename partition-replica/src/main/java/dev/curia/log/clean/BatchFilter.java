package dev.curia.log.clean;

import dev.curia.log.batch.BatchView;
import dev.curia.log.batch.BatchWriter;
import dev.curia.log.batch.Codec;
import dev.curia.log.batch.InvalidBatchException;
import dev.curia.log.batch.RecordReader;
import dev.curia.log.clean.CleaningRules.Fate;
import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * Applies the {@link CleaningRules} to batches. One of which all records stay is not touched; of the others a new one is made in the same
 * codec. One thread at a time.
 */
final class BatchFilter implements AutoCloseable {
    private static final int MAX_GROWTH = 4;
    private static final int SMALL_BYTES = 1 << 20;
    /** A control record's key: int16 version, int16 type. */
    private static final int TYPE_AT = 2;

    private static final int ABORT = 0;
    private static final int COMMIT = 1;

    private final CleaningRules rules;
    private final RecordReader records = new RecordReader();
    private final BitSet kept = new BitSet();
    private long undecodable;

    /** What is to stand in the place of a batch. */
    record Outcome(Kind kind, ByteBuffer batch) {
        private static final Outcome SAME = new Outcome(Kind.SAME, ByteBuffer.allocate(0));
        private static final Outcome NOTHING = new Outcome(Kind.NOTHING, ByteBuffer.allocate(0));
    }

    enum Kind {
        SAME,
        NOTHING,
        /** {@link Outcome#batch}, from position to limit. */
        CHANGED
    }

    BatchFilter(CleaningRules rules) {
        this.rules = rules;
    }

    /**
     * Passes the next batch, whose checksum is right.
     *
     * @param lastOfFile whether the file that is written ends with it
     * @param room how many bytes may take its place; at least as many as it has
     */
    Outcome pass(BatchView batch, boolean lastOfFile, int room) {
        boolean marker = isMarker(batch);
        Fate fate = marker ? rules.ofMarker(batch, lastOfFile) : rules.ofBatch(batch, lastOfFile);
        try {
            return switch (fate) {
                case KEEP -> Outcome.SAME;
                case DROP -> dropped(batch, !marker && rules.keepsHeader(batch, lastOfFile), room);
                case FILTER -> filtered(batch, lastOfFile, room);
                case SET_HORIZON -> {
                    kept.clear();
                    kept.set(0, batch.recordCount());
                    yield rewritten(batch, true, room);
                }
            };
        } catch (InvalidBatchException e) {
            // Readers cannot decode it either. To keep it loses nothing.
            undecodable++;
            rules.undecodable(batch);
            return Outcome.SAME;
        }
    }

    /** How many batches were kept because their records cannot be decoded, or came to too much when written again. */
    long undecodable() {
        return undecodable;
    }

    /** As {@link CleaningRules#takeDeletesRemovedTo}. */
    long takeDeletesRemovedTo() {
        return rules.takeDeletesRemovedTo();
    }

    @Override
    public void close() {
        records.close();
    }

    private Outcome filtered(BatchView batch, boolean lastOfFile, int room) throws InvalidBatchException {
        kept.clear();
        boolean deletes = false;
        int index = 0;
        records.open(batch);
        for (; records.next(); index++) {
            ByteBuffer key = records.key();
            boolean hasValue = records.hasValue();
            if (!rules.keeps(batch, records.offset(), key, hasValue)) continue;
            kept.set(index);
            deletes |= !hasValue;
        }
        int count = kept.cardinality();
        if (count == 0) return dropped(batch, rules.keepsHeader(batch, lastOfFile), room);
        boolean horizon = deletes && rules.marksDeletes(batch);
        return count == index && !horizon ? Outcome.SAME : rewritten(batch, horizon, room);
    }

    private Outcome dropped(BatchView batch, boolean header, int room) throws InvalidBatchException {
        if (!header) return Outcome.NOTHING;
        kept.clear();
        return rewritten(batch, false, room);
    }

    /** The batch with the records that are {@link #kept}. */
    private Outcome rewritten(BatchView batch, boolean horizon, int room) throws InvalidBatchException {
        Codec codec = Codec.of(batch.codec());
        int most = (int) Math.min(room, Math.max(SMALL_BYTES, (long) MAX_GROWTH * batch.sizeInBytes()));
        try (BatchWriter writer = horizon
                ? BatchWriter.withDeleteHorizon(batch, codec, most, rules.deleteHorizonMs())
                : new BatchWriter(batch, codec, most)) {
            if (!kept.isEmpty()) {
                records.open(batch);
                for (int index = 0; records.next(); index++) if (kept.get(index)) writer.append(records);
            }
            return new Outcome(Kind.CHANGED, writer.finish());
        }
    }

    private boolean isMarker(BatchView batch) {
        if (!batch.isControl() || !batch.hasProducerId()) return false;
        try {
            records.open(batch);
            if (!records.next()) return false;
            ByteBuffer key = records.key();
            if (key == null || key.remaining() < TYPE_AT + Short.BYTES) return false;
            short type = key.getShort(key.position() + TYPE_AT);
            return type == ABORT || type == COMMIT;
        } catch (InvalidBatchException e) {
            return false;
        }
    }
}
