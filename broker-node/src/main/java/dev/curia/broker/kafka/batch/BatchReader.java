package dev.curia.broker.kafka.batch;

import com.google.protobuf.ByteString;
import dev.curia.log.batch.BatchView;
import dev.curia.log.batch.InvalidBatchException;
import dev.curia.log.batch.RecordLister;
import dev.curia.log.batch.RecordReader;
import dev.curia.proto.data.v1.Header;
import dev.curia.proto.data.v1.Record;
import dev.curia.replica.Replica.AbortedTransaction;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks record batches piece by piece: what an application may see from a position on, without control records and without
 * what aborted transactions wrote. Decompresses as it goes, so a batch that unpacks to a huge one costs only what is taken, and
 * of that no more than {@link RecordReader} holds. Not thread-safe.
 */
public final class BatchReader implements AutoCloseable {
    /** More have no use, and take many times their bytes as objects. */
    static final int MOST_HEADERS = 100_000;

    private static final int MARKER_TYPE = 2;
    private static final short ABORT = 0;

    private final ByteBuffer batches;
    private final BatchView batch = new BatchView();
    private final RecordReader records = new RecordReader();
    private final PriorityQueue<AbortedTransaction> aborted =
            new PriorityQueue<>(Comparator.comparingLong(AbortedTransaction::firstOffset));
    private final Set<Long> abortedProducers = new HashSet<>();
    private final long endOffset;
    private int position;
    private boolean open;
    private long nextOffset;
    private @Nullable InvalidBatchException failure;

    /**
     * @param batches whole batches; the first may begin before {@code fromOffset}
     * @param endOffset exclusive; nothing from there on is returned
     * @param aborted transactions aborted in the range, for a reader of committed records; else empty
     */
    public BatchReader(ByteBuffer batches, long fromOffset, long endOffset, List<AbortedTransaction> aborted) {
        this.batches = batches.duplicate();
        this.position = batches.position();
        this.nextOffset = fromOffset;
        this.endOffset = endOffset;
        this.aborted.addAll(aborted);
    }

    /** Where the next read begins: behind everything that was returned or skipped. */
    public long nextOffset() {
        return nextOffset;
    }

    /**
     * The next records, about {@code maxBytes} of them and at least one; empty at the end.
     *
     * @throws InvalidBatchException when what follows is damaged or too large; each call from then on
     */
    public List<Record> next(int maxBytes) throws InvalidBatchException {
        List<Record> taken = new ArrayList<>();
        try {
            if (failure == null) take(maxBytes, taken);
        } catch (InvalidBatchException e) {
            failure = e;
        }
        if (failure != null && taken.isEmpty()) throw failure;
        return taken;
    }

    @Override
    public void close() {
        records.close();
        open = false;
    }

    private void take(int maxBytes, List<Record> taken) throws InvalidBatchException {
        int bytes = 0;
        while (bytes < maxBytes && nextOffset < endOffset) {
            if (!open) {
                if (!openBatch()) return;
            } else if (!records.next()) {
                close();
                // The last offsets of a compacted batch may hold no record.
                skipBatch();
            } else if (records.offset() >= endOffset) {
                nextOffset = endOffset;
            } else if (records.offset() >= nextOffset) {
                Record message = toMessage();
                bytes += message.getSerializedSize();
                taken.add(message);
                nextOffset = records.offset() + 1;
            }
        }
    }

    /** Moves to the next batch, which may turn out not to be for applications; false when there is none. */
    private boolean openBatch() throws InvalidBatchException {
        int left = batches.limit() - position;
        if (left < BatchView.HEADER_BYTES) return false;
        int size = batch.at(batches, position).sizeInBytes();
        if (size < BatchView.HEADER_BYTES) {
            throw InvalidBatchException.invalid("A batch claims " + size + " bytes, less than its header has");
        }
        if (size > left) return false;
        position += size;
        // Kafka's clients look at it themselves; ours is not told of it.
        if (!batch.crcMatches()) {
            throw InvalidBatchException.corrupt(
                    "The checksum of the batch from offset " + batch.baseOffset() + " does not match its bytes");
        }
        while (!aborted.isEmpty() && aborted.peek().firstOffset() <= batch.lastOffset()) {
            abortedProducers.add(aborted.poll().producerId());
        }
        if (batch.isControl()) {
            if (isAbortMarker()) abortedProducers.remove(batch.producerId());
            skipBatch();
        } else if (batch.lastOffset() < nextOffset
                || (batch.isTransactional() && abortedProducers.contains(batch.producerId()))) {
            skipBatch();
        } else {
            records.open(batch);
            open = true;
        }
        return true;
    }

    private void skipBatch() {
        nextOffset = Math.max(nextOffset, batch.lastOffset() + 1);
    }

    private boolean isAbortMarker() throws InvalidBatchException {
        records.open(batch);
        ByteBuffer key = records.next() ? records.key() : null;
        boolean abort = key != null
                && key.remaining() >= MARKER_TYPE + Short.BYTES
                && key.getShort(key.position() + MARKER_TYPE) == ABORT;
        records.close();
        return abort;
    }

    private Record toMessage() throws InvalidBatchException {
        Record.Builder message = Record.newBuilder().setOffset(records.offset()).setTimestampMs(records.timestamp());
        ByteBuffer key = records.key();
        if (key != null) message.setKey(ByteString.copyFrom(key.duplicate()));
        ByteBuffer value = records.value();
        if (value != null) message.setValue(ByteString.copyFrom(value.duplicate()));
        for (RecordLister.LoggedHeader header : RecordLister.headers(records.headers(), MOST_HEADERS)) {
            Header.Builder copy = Header.newBuilder().setKey(header.key());
            if (header.value() != null) copy.setValue(ByteString.copyFrom(header.value()));
            message.addHeaders(copy);
        }
        return message.build();
    }
}
