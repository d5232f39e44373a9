package dev.curia.log.clean;

import dev.curia.log.batch.BatchView;
import dev.curia.log.io.LogFile;
import dev.curia.log.segment.BatchReader;
import dev.curia.log.segment.CorruptSegmentException;
import dev.curia.log.segment.Segment;
import java.io.IOException;

/** Walks the batches of a sealed segment, each whole and with the right checksum, at the pace allowed. One thread at a time. */
final class SegmentReader implements AutoCloseable {
    private final Segment segment;
    private final Pace pace;
    private final LogFile file;
    private final BatchReader batches;

    /** @param from a batch boundary, in bytes */
    SegmentReader(Segment segment, int from, int to, int chunkBytes, Pace pace) throws IOException {
        this.segment = segment;
        this.pace = pace;
        this.file = segment.file().acquire();
        this.batches = new BatchReader(file, from, to, chunkBytes);
    }

    /** Moves on to the next batch; false at the end. Throws {@link CorruptSegmentException} on damage, naming file and position. */
    boolean next() throws IOException, CleaningAbortedException {
        if (!batches.next(true)) {
            String defect = batches.defect();
            if (defect != null) throw damaged(defect);
            return false;
        }
        pace.read(batches.batch().sizeInBytes());
        if (!batches.batch().crcMatches()) {
            throw damaged("the checksum of the batch at base offset "
                    + batches.batch().baseOffset() + " is wrong");
        }
        return true;
    }

    /** Valid until the next call of {@link #next}. */
    BatchView batch() {
        return batches.batch();
    }

    /** Where the present batch begins. */
    int position() {
        return (int) batches.position();
    }

    @Override
    public void close() {
        segment.file().release();
    }

    private CorruptSegmentException damaged(String what) {
        return new CorruptSegmentException(segment.path(), batches.position(), what);
    }
}
