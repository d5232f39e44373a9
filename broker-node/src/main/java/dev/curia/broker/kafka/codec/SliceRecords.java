package dev.curia.broker.kafka.codec;

import dev.curia.log.LogSlice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordsSend;
import org.apache.kafka.common.requests.AbstractResponse;

/**
 * Records of a Fetch answer that lie in a segment file. Owns the slice: {@link #close} may be called by whoever sends the answer and by
 * whoever drops it; the slice is closed once. Thread-safe.
 */
public final class SliceRecords implements BaseRecords, AutoCloseable {
    private final LogSlice slice;
    private final AtomicBoolean open = new AtomicBoolean(true);

    public SliceRecords(LogSlice slice) {
        this.slice = slice;
    }

    public LogSlice slice() {
        return slice;
    }

    @Override
    public int sizeInBytes() {
        return slice.size();
    }

    /** By way of the heap; the listener sends the file's bytes itself. */
    @Override
    public RecordsSend<? extends BaseRecords> toSend() {
        try {
            return MemoryRecords.readableRecords(slice.toBuffer()).toSend();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (open.getAndSet(false)) slice.close();
    }

    /** Closes every slice that an answer holds: for answers that are not sent. */
    public static void release(AbstractResponse response) {
        if (!(response.data() instanceof FetchResponseData fetch)) return;
        fetch.responses()
                .forEach(topic -> topic.partitions().forEach(partition -> {
                    if (partition.records() instanceof SliceRecords records) records.close();
                }));
    }
}
