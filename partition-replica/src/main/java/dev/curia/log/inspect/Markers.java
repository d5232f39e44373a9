package dev.curia.log.inspect;

import dev.curia.log.batch.RecordLister.LoggedRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Reads control records. Stateless. Source: KIP-98: key int16 version | int16 type, value int16 version | int32 coordinatorEpoch. */
public final class Markers {
    private static final int TYPE_AT = Short.BYTES;
    private static final int KEY_BYTES = 2 * Short.BYTES;
    private static final int MARKER_BYTES = Short.BYTES + Integer.BYTES;
    private static final short ABORT = 0;
    private static final short COMMIT = 1;

    private Markers() {}

    /** Whether the control batch that the scan is at says that its producer's transaction was aborted. */
    static boolean isAbort(SegmentScan scan) throws IOException {
        AtomicReference<@Nullable Short> type = new AtomicReference<>();
        if (scan.loadRecords()) scan.listRecords(record -> type.compareAndSet(null, type(record)));
        Short found = type.get();
        return found != null && found == ABORT;
    }

    /** A control record in words. */
    public static String text(LoggedRecord record) {
        Short type = type(record);
        if (type == null) return "unknown";
        if (type != ABORT && type != COMMIT) return "type " + type;
        ByteBuffer value = record.value();
        String epoch = value == null || value.remaining() < MARKER_BYTES
                ? ""
                : " coordinatorEpoch " + value.getInt(value.position() + TYPE_AT);
        return (type == ABORT ? "abort" : "commit") + epoch;
    }

    private static @Nullable Short type(LoggedRecord record) {
        ByteBuffer key = record.key();
        return key == null || key.remaining() < KEY_BYTES ? null : key.getShort(key.position() + TYPE_AT);
    }
}
