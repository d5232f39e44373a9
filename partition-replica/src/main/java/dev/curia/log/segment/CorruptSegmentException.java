package dev.curia.log.segment;

import java.io.IOException;
import java.nio.file.Path;

/** Bytes that were once written and forced are no longer batches. The replica must be rebuilt from its leader. */
public final class CorruptSegmentException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param position in bytes, of the first batch that is damaged */
    public CorruptSegmentException(Path file, long position, String what) {
        super(
                file + " is damaged at position " + position + ": " + what
                        + ". Nothing was cut; the replica is offline, and is rebuilt from its leader once another replica leads.");
    }
}
