package dev.curia.log.segment;

import java.io.IOException;
import java.nio.file.Path;

/** An index contradicts the records. Nothing is lost: it is made anew from them, see {@link Segment#reindex}. */
public final class CorruptIndexException extends IOException {
    private static final long serialVersionUID = 1L;

    // Not part of what is serialized: an exception of this process alone.
    private final transient Segment segment;
    private final boolean ofTransactions;

    CorruptIndexException(Segment segment, Path index, String what) {
        super(index + " is damaged: " + what);
        this.segment = segment;
        this.ofTransactions = index.toString().endsWith(SegmentFiles.TXN_INDEX);
    }

    /** Whether it is the index of aborted transactions, which is made anew with the help of what producers wrote before the segment. */
    public boolean isOfTransactions() {
        return ofTransactions;
    }

    public Segment segment() {
        return segment;
    }
}
