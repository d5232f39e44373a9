package dev.curia.log;

import dev.curia.log.batch.BatchView;
import dev.curia.log.segment.Segment;

/** When an append must go to a new segment. Pure. */
final class RollPolicy {
    private RollPolicy() {}

    /**
     * @param bytes of the append
     * @param lastOffset of the append
     * @param maxTimestamp of the append; -1: none
     */
    static boolean mustRoll(
            LogView view, LogConfig config, int bytes, long lastOffset, long maxTimestamp, long nowMillis) {
        Segment active = view.active();
        if (!active.canHold(lastOffset)) return true;
        if (view.activeSize() == 0) return false;
        if ((long) view.activeSize() + bytes > config.segmentBytes()) return true;
        if (active.indexesFull(config.maxIndexBytes())) return true;
        long first = active.firstTimestamp();
        long newest = maxTimestamp == BatchView.NONE ? nowMillis : maxTimestamp;
        return first >= 0 && newest - first > config.segmentMs() - jitter(active.baseOffset(), config);
    }

    /** The same for a segment at each look, different between segments. */
    private static long jitter(long baseOffset, LogConfig config) {
        long most = Math.min(config.segmentJitterMs(), config.segmentMs());
        if (most <= 0) return 0;
        long mixed = (baseOffset + 1) * 0x9E3779B97F4A7C15L;
        return Math.floorMod(mixed ^ (mixed >>> 32), most);
    }
}
