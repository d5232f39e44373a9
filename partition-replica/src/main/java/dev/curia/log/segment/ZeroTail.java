package dev.curia.log.segment;

import dev.curia.log.io.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Space at a segment's end that was reserved, or that the file was extended by, but never written. */
public final class ZeroTail {
    private static final int CHUNK_BYTES = 256 << 10;

    private ZeroTail() {}

    /** Whether all bytes from {@code position} to the segment's end are zero. For the segment's writer. */
    public static boolean isFrom(int position, Segment segment) throws IOException {
        LogFile file = segment.file().acquire();
        try {
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
            for (long at = position; at < segment.size(); at += chunk.limit()) {
                chunk.clear().limit((int) Math.min(chunk.capacity(), segment.size() - at));
                if (file.read(chunk, at) < chunk.limit()) return false;
                for (int i = 0; i < chunk.limit(); i++) if (chunk.get(i) != 0) return false;
            }
            return true;
        } finally {
            segment.file().release();
        }
    }
}
