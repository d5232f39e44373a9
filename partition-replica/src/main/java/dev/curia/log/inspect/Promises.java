package dev.curia.log.inspect;

import java.util.OptionalLong;

/**
 * What a log directory's checkpoints say of one partition: which of its records were certainly on disk. Immutable.
 *
 * @param known whether there are checkpoints; without, every record counts as flushed
 * @param clean whether the last stop was in order, which flushes everything
 * @param recoveryPoint what was flushed before; with an unclean stop, from its segment on the next start reads everything
 * @param logStartOffset of the first record that can be read; empty: none is stored
 * @param highWatermark empty: none is stored
 * @param compacted whether offsets may be missing, as far as the log directory knows
 */
record Promises(
        boolean known,
        boolean clean,
        long recoveryPoint,
        OptionalLong logStartOffset,
        OptionalLong highWatermark,
        boolean compacted) {
    static final Promises UNKNOWN = new Promises(false, true, 0, OptionalLong.empty(), OptionalLong.empty(), false);

    Promises ofCompacted() {
        return new Promises(known, clean, recoveryPoint, logStartOffset, highWatermark, true);
    }

    boolean flushed(long offset) {
        return clean || offset < recoveryPoint;
    }

    /** Whether the next start reads the whole segment, and makes its indexes anew. */
    boolean rescanned(long nextBase) {
        return !clean && nextBase > recoveryPoint;
    }
}
