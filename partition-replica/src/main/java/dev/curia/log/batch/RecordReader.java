package dev.curia.log.batch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The records of one batch, one after the other, each part checked as it is passed: lengths, offsets that rise within the batch's, header
 * structure, and at the end that nothing is left. Safe on hostile bytes: whatever a batch claims or expands to, no more is held than a
 * chunk and the parts asked for, and no more is decompressed than {@link #maxDecompressedBytes}.
 *
 * <p>Within a record, parts are taken in the order key, value, headers; taking one passes over those before, and a part is taken once
 * passed no more. {@link #hasValue} takes the key. A part's buffer is valid, between position and limit, until the next call of
 * {@link #next}; copy what is kept. An uncompressed batch is read where it lies, without allocating.
 *
 * <p>One thread at a time; {@link #open} again for each batch, and {@link #close} in the end, which frees the decompressor. Source: KIP-98:
 *
 * <pre>
 * varint length of what follows, int8 attributes, varlong timestamp delta, varint offset delta,
 * varint key length (-1: none), key, varint value length (-1: none), value,
 * varint header count, each: varint name length, name, varint value length (-1: none), value
 * </pre>
 */
public final class RecordReader implements AutoCloseable {
    /** The longest key, value or run of headers that is held whole from a compressed batch: what a request may have by default. */
    public static final int MAX_HELD_BYTES = 100 * 1024 * 1024;

    /** Shorter than any record can be: attributes, two deltas, two null lengths and a header count. */
    static final int MIN_BODY_BYTES = 6;

    private static final int ALWAYS_DECOMPRESSED = 256 * 1024 * 1024;
    private static final int MAX_EXPANSION = 64;
    /** An empty name's length and a null value's. */
    private static final int MIN_HEADER_BYTES = 2;

    private enum Part {
        KEY,
        VALUE_LENGTH,
        VALUE,
        HEADERS,
        DONE
    }

    private final RecordInput input = new RecordInput();
    private final HeldBytes key = new HeldBytes();
    private final HeldBytes value = new HeldBytes();
    private final HeldBytes headers = new HeldBytes();
    private @Nullable InputStream decompressor;

    private long baseOffset;
    private long baseTimestamp;
    private long logAppendTime;
    private boolean stampedByBroker;
    private int lastOffsetDelta;
    private int count;

    private int begun;
    private Part part = Part.DONE;
    private boolean keyHeld;
    private boolean valueHeld;
    private long bodyEnd;
    private byte attributes;
    private long timestampDelta;
    private int offsetDelta;
    private int keyBytes;
    private int valueBytes;

    /**
     * How much a batch may expand to: more than any request has by default, and for larger batches more than data is compressed by that
     * people send. Beyond, the batch is refused with MESSAGE_TOO_LARGE, on which producers split it.
     */
    public static long maxDecompressedBytes(int batchBytes) {
        return Math.min(Integer.MAX_VALUE, Math.max(ALWAYS_DECOMPRESSED, (long) MAX_EXPANSION * batchBytes));
    }

    /**
     * Begins with the batch that {@code batch} looks at, which must lie wholly in its buffer; the view may move on afterwards, the bytes must
     * not change. Ends with what was open before.
     *
     * @throws InvalidBatchException when the codec is unknown or the data is not of it
     */
    public void open(BatchView batch) throws InvalidBatchException {
        close();
        baseOffset = batch.baseOffset();
        baseTimestamp = batch.baseTimestamp();
        logAppendTime = batch.maxTimestamp();
        stampedByBroker = batch.isLogAppendTime();
        lastOffsetDelta = batch.lastOffsetDelta();
        count = batch.recordCount();
        if (count < 0) throw InvalidBatchException.invalid("The batch claims " + count + " records");
        begun = 0;
        offsetDelta = -1;
        ByteBuffer bytes = batch.buffer();
        int from = batch.position() + BatchView.HEADER_BYTES;
        int to = batch.position() + batch.sizeInBytes();
        if (batch.codec() == 0 || count == 0) {
            input.open(bytes, from, to);
        } else {
            InputStream stream =
                    decompress(batch.codec(), bytes.duplicate().limit(to).position(from));
            decompressor = stream;
            input.open(stream, maxDecompressedBytes(batch.sizeInBytes()));
        }
    }

    /**
     * Moves on to the next record, having passed over what is left of the present one.
     *
     * @return false behind the last record, when the batch turned out to be whole and sound
     * @throws InvalidBatchException when it is not; nothing may be called then but {@link #open} and {@link #close}
     */
    public boolean next() throws InvalidBatchException {
        if (begun > 0) passTo(Part.DONE);
        if (begun >= count) {
            if (input.atEnd()) return false;
            throw InvalidBatchException.invalid(
                    "Bytes are left behind the " + count + " records that the batch claims");
        }
        input.atRecord(begun++);
        begin();
        return true;
    }

    public long offset() {
        return baseOffset + offsetDelta;
    }

    /** In milliseconds; -1: none. Of a batch that the broker stamped, that time. */
    public long timestamp() {
        return stampedByBroker ? logAppendTime : timestampAsSent();
    }

    public boolean hasKey() {
        return keyBytes >= 0;
    }

    /** -1: no key. */
    public int keyBytes() {
        return keyBytes;
    }

    /** Null: the record has none. */
    public @Nullable ByteBuffer key() throws InvalidBatchException {
        takeKey();
        return keyBytes < 0 ? null : key.bytes();
    }

    /** False: a tombstone, on a compacted topic. */
    public boolean hasValue() throws InvalidBatchException {
        return valueBytes() >= 0;
    }

    /** -1: no value. */
    public int valueBytes() throws InvalidBatchException {
        takeKey();
        passTo(Part.VALUE);
        return valueBytes;
    }

    /** Null: the record has none. */
    public @Nullable ByteBuffer value() throws InvalidBatchException {
        if (valueBytes() < 0) return null;
        if (!valueHeld) {
            require(Part.VALUE);
            value.take(input, valueBytes);
            valueHeld = true;
            part = Part.HEADERS;
        }
        return value.bytes();
    }

    /** The headers as they are encoded, from their count on. Comes last: {@link BatchWriter#append} cannot take the record any more. */
    public ByteBuffer headers() throws InvalidBatchException {
        takeKey();
        passTo(Part.HEADERS);
        require(Part.HEADERS);
        headers.take(input, (int) Math.max(0, bodyEnd - input.position()));
        part = Part.DONE;
        ByteBuffer bytes = headers.bytes();
        RecordInput held = new RecordInput();
        held.open(bytes, bytes.position(), bytes.limit());
        held.atRecord(begun - 1);
        passHeaders(held, bytes.remaining());
        return bytes;
    }

    /** Frees the decompressor. */
    @Override
    public void close() {
        part = Part.DONE;
        begun = 0;
        count = 0;
        input.close();
        key.forget();
        value.forget();
        headers.forget();
        InputStream stream = decompressor;
        decompressor = null;
        if (stream == null) return;
        try {
            stream.close();
        } catch (IOException | RuntimeException e) {
            // It reads from memory: there is nothing to lose.
        }
    }

    /** Whatever the broker stamped since. */
    long timestampAsSent() {
        return baseTimestamp + timestampDelta;
    }

    /** That of the record, counted from 0, that is at hand. */
    int index() {
        return begun - 1;
    }

    byte attributes() {
        return attributes;
    }

    /** How much {@link #copyRest} will write. */
    long restBytes() throws InvalidBatchException {
        if (part == Part.DONE) throw new IllegalStateException("the record was passed already");
        long bytes = (long) Varints.sizeOf(keyBytes) + Math.max(0, keyBytes);
        if (part == Part.KEY) return bytes + bodyEnd - input.position() - Math.max(0, keyBytes);
        if (part == Part.VALUE_LENGTH) return bytes + bodyEnd - input.position();
        bytes += Varints.sizeOf(valueBytes);
        if (valueHeld) bytes += valueBytes;
        return bytes + bodyEnd - input.position();
    }

    /** Writes the record from its key's length on, and passes over it. */
    void copyRest(RecordOutput output) throws InvalidBatchException {
        output.writeVarint(keyBytes);
        if (keyHeld) output.write(key.bytes());
        if (part != Part.KEY && part != Part.VALUE_LENGTH) {
            output.writeVarint(valueBytes);
            if (valueHeld) output.write(value.bytes());
        }
        input.beginCopy(output);
        passTo(Part.DONE);
        input.endCopy();
    }

    private InputStream decompress(int codec, ByteBuffer records) throws InvalidBatchException {
        try {
            return Codec.decompress(codec, records);
        } catch (RuntimeException e) {
            throw RecordInput.undecodable(e);
        }
    }

    private void begin() throws InvalidBatchException {
        int body = input.readVarint();
        // What is being decompressed may go on until it turns out to be too much.
        long left = input.isInMemory() ? input.limit() - input.position() : Integer.MAX_VALUE;
        if (body < MIN_BODY_BYTES || body > left) {
            throw input.wrong("it claims " + body + " bytes, expected " + MIN_BODY_BYTES + " to " + left);
        }
        bodyEnd = input.position() + body;
        attributes = input.readByte();
        timestampDelta = input.readVarlong();
        int delta = input.readVarint();
        if (delta <= offsetDelta || delta > lastOffsetDelta) {
            throw input.wrong("its offset is " + delta + " from the batch's, expected " + ((long) offsetDelta + 1)
                    + " to " + lastOffsetDelta);
        }
        offsetDelta = delta;
        keyBytes = length("key", -1, input, bodyEnd);
        valueBytes = -1;
        keyHeld = false;
        valueHeld = false;
        part = Part.KEY;
    }

    private void takeKey() throws InvalidBatchException {
        if (part != Part.KEY || keyBytes < 0) return;
        key.take(input, keyBytes);
        keyHeld = true;
        part = Part.VALUE_LENGTH;
    }

    /** Passes over what comes before {@code wanted}. */
    private void passTo(Part wanted) throws InvalidBatchException {
        if (part == Part.KEY && wanted.compareTo(Part.KEY) > 0) {
            input.skip(Math.max(0, keyBytes));
            part = Part.VALUE_LENGTH;
        }
        if (part == Part.VALUE_LENGTH && wanted.compareTo(Part.VALUE_LENGTH) > 0) {
            valueBytes = length("value", -1, input, bodyEnd);
            part = Part.VALUE;
        }
        if (part == Part.VALUE && wanted.compareTo(Part.VALUE) > 0) {
            input.skip(Math.max(0, valueBytes));
            part = Part.HEADERS;
        }
        if (part == Part.HEADERS && wanted.compareTo(Part.HEADERS) > 0) {
            passHeaders(input, bodyEnd);
            part = Part.DONE;
        }
    }

    private static void passHeaders(RecordInput from, long end) throws InvalidBatchException {
        int left = from.readVarint();
        if (left < 0 || left > (end - from.position()) / MIN_HEADER_BYTES) {
            throw from.wrong("it claims " + left + " headers in " + (end - from.position()) + " bytes");
        }
        for (; left > 0; left--) {
            from.skip(length("header name", 0, from, end));
            from.skip(Math.max(0, length("header value", -1, from, end)));
        }
        if (from.position() != end) {
            throw from.wrong("it ends " + (end - from.position()) + " bytes before the end that it claims");
        }
    }

    /** A part's length, which must end within the record. */
    private static int length(String what, int min, RecordInput from, long end) throws InvalidBatchException {
        int bytes = from.readVarint();
        long left = end - from.position();
        if (bytes < min || Math.max(0, bytes) > left) {
            throw from.wrong("its " + what + " claims " + bytes + " bytes, expected " + min + " to " + left);
        }
        return bytes;
    }

    private void require(Part wanted) {
        if (part != wanted) throw new IllegalStateException("the " + wanted + " of the record was passed already");
    }
}
