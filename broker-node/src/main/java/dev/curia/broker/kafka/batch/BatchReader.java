package dev.curia.broker.kafka.batch;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.curia.proto.data.v1.Header;
import dev.curia.proto.data.v1.Record;
import dev.curia.replica.Replica.AbortedTransaction;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.CloseableIterator;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks record batches piece by piece: what an application may see from a position on, without control records and without
 * what aborted transactions wrote. Decompresses as it goes, so a small batch that unpacks to a huge one costs only what is
 * taken. Not thread-safe; throws kafka-clients' unchecked exceptions on corrupt batches.
 */
public final class BatchReader implements AutoCloseable {
    private final Iterator<MutableRecordBatch> batches;
    private final PriorityQueue<AbortedTransaction> aborted =
            new PriorityQueue<>(Comparator.comparingLong(AbortedTransaction::firstOffset));
    private final Set<Long> abortedProducers = new HashSet<>();
    private final long endOffset;
    private @Nullable MutableRecordBatch batch;
    private @Nullable CloseableIterator<org.apache.kafka.common.record.internal.Record> records;
    private long nextOffset;

    /**
     * @param batches whole batches; the first may begin before {@code fromOffset}
     * @param endOffset exclusive; nothing from there on is returned
     * @param aborted transactions aborted in the range, for a reader of committed records; else empty
     */
    public BatchReader(ByteBuffer batches, long fromOffset, long endOffset, List<AbortedTransaction> aborted) {
        this.batches = MemoryRecords.readableRecords(batches).batches().iterator();
        this.nextOffset = fromOffset;
        this.endOffset = endOffset;
        this.aborted.addAll(aborted);
    }

    /** Where the next read begins: behind everything that was returned or skipped. */
    public long nextOffset() {
        return nextOffset;
    }

    /** The next records, about {@code maxBytes} of them and at least one; empty at the end. */
    public List<Record> next(int maxBytes) {
        List<Record> taken = new ArrayList<>();
        int bytes = 0;
        while (bytes < maxBytes && nextOffset < endOffset) {
            if (records == null && !openBatch()) break;
            if (records == null) continue;
            if (!records.hasNext()) {
                closeBatch();
                continue;
            }
            org.apache.kafka.common.record.internal.Record record = records.next();
            if (record.offset() < nextOffset) continue;
            if (record.offset() >= endOffset) {
                nextOffset = endOffset;
                break;
            }
            Record message = toMessage(record);
            bytes += message.getSerializedSize();
            taken.add(message);
            nextOffset = record.offset() + 1;
        }
        return taken;
    }

    @Override
    public void close() {
        if (records != null) records.close();
        records = null;
    }

    /** Moves to the next batch, which may turn out not to be for applications; false when there is none. */
    private boolean openBatch() {
        if (!batches.hasNext()) return false;
        MutableRecordBatch next = batches.next();
        batch = next;
        while (!aborted.isEmpty() && aborted.peek().firstOffset() <= next.lastOffset()) {
            abortedProducers.add(aborted.poll().producerId());
        }
        if (next.isControlBatch()) {
            if (isAbortMarker(next)) abortedProducers.remove(next.producerId());
            skip(next);
        } else if (next.isTransactional() && abortedProducers.contains(next.producerId())) {
            skip(next);
        } else {
            records = next.streamingIterator(BufferSupplier.NO_CACHING);
        }
        return true;
    }

    private void skip(MutableRecordBatch whole) {
        nextOffset = Math.max(nextOffset, whole.nextOffset());
    }

    private void closeBatch() {
        close();
        // The last offsets of a compacted batch may hold no record.
        if (batch != null) skip(batch);
    }

    private static boolean isAbortMarker(MutableRecordBatch control) {
        Iterator<org.apache.kafka.common.record.internal.Record> marker = control.iterator();
        return marker.hasNext() && ControlRecordType.parse(marker.next().key()) == ControlRecordType.ABORT;
    }

    private static Record toMessage(org.apache.kafka.common.record.internal.Record record) {
        Record.Builder message = Record.newBuilder().setOffset(record.offset()).setTimestampMs(record.timestamp());
        if (record.hasKey()) message.setKey(bytes(record.key()));
        if (record.hasValue()) message.setValue(bytes(record.value()));
        for (org.apache.kafka.common.header.Header header : record.headers()) {
            Header.Builder copy = Header.newBuilder().setKey(header.key());
            if (header.value() != null) copy.setValue(UnsafeByteOperations.unsafeWrap(header.value()));
            message.addHeaders(copy);
        }
        return message.build();
    }

    private static ByteString bytes(ByteBuffer buffer) {
        return ByteString.copyFrom(buffer);
    }
}
