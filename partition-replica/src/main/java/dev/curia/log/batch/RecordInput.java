package dev.curia.log.batch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a batch's records, one after the other: the batch's own, or what a decompressor yields, chunk by chunk. Never holds more
 * than a chunk, never takes more than its limit. Every method that moves on fails with {@link InvalidBatchException} when the bytes end.
 * One thread at a time; opened again and again.
 */
final class RecordInput {
    private static final int CHUNK_BYTES = 16 * 1024;
    private static final byte[] NO_BYTES = {};
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int VARINT_BYTES = 5;
    private static final int VARLONG_BYTES = 10;

    private ByteBuffer window = NOTHING;
    private int at;
    private int end;
    /** The input's position where the window's index 0 lies. */
    private long windowStart;
    /** The input's position that is not passed. */
    private long limit;

    private @Nullable InputStream stream;
    private byte[] chunk = NO_BYTES;

    private @Nullable RecordOutput copy;
    private int copiedTo;
    private int record;

    /** The buffer's bytes between two indexes. */
    void open(ByteBuffer bytes, int from, int to) {
        reset(bytes, from, to, null);
        windowStart = -from;
        limit = (long) to - from;
    }

    /** What a decompressor yields, but no more than {@code maxBytes}. The caller closes it. */
    void open(InputStream decompressed, long maxBytes) {
        chunk = new byte[CHUNK_BYTES];
        reset(ByteBuffer.wrap(chunk), 0, 0, decompressed);
        windowStart = 0;
        limit = maxBytes;
    }

    /** Keeps nothing. */
    void close() {
        chunk = NO_BYTES;
        reset(NOTHING, 0, 0, null);
    }

    /** Says which record comes next, for messages. */
    void atRecord(int index) {
        record = index;
    }

    /** @param what is wrong with the record at hand */
    InvalidBatchException wrong(String what) {
        return InvalidBatchException.invalid("Record " + record + " of the batch is wrong: " + what);
    }

    /** How many bytes were taken. */
    long position() {
        return windowStart + at;
    }

    /** The position that cannot be passed, whatever the bytes claim. */
    long limit() {
        return limit;
    }

    /** Whether all bytes are in memory, so that {@link #view} serves any part. */
    boolean isInMemory() {
        return stream == null;
    }

    boolean atEnd() throws InvalidBatchException {
        return at >= end && !refill();
    }

    byte readByte() throws InvalidBatchException {
        if (at >= end && !refill()) throw endsEarly();
        return window.get(at++);
    }

    int readVarint() throws InvalidBatchException {
        byte next = readByte();
        long value = next & 0x7F;
        for (int i = 1, shift = 7; next < 0; i++, shift += 7) {
            if (i >= VARINT_BYTES) throw tooLong(VARINT_BYTES);
            next = readByte();
            value |= (long) (next & 0x7F) << shift;
        }
        if (value >>> 32 != 0) throw tooLong(VARINT_BYTES);
        return (int) (value >>> 1) ^ -(int) (value & 1);
    }

    long readVarlong() throws InvalidBatchException {
        byte next = readByte();
        long value = next & 0x7F;
        for (int i = 1, shift = 7; next < 0; i++, shift += 7) {
            if (i >= VARLONG_BYTES) throw tooLong(VARLONG_BYTES);
            next = readByte();
            if (shift == 63 && next > 1) throw tooLong(VARLONG_BYTES);
            value |= (long) (next & 0x7F) << shift;
        }
        return (value >>> 1) ^ -(value & 1);
    }

    void skip(long bytes) throws InvalidBatchException {
        long left = bytes;
        while (left > end - at) {
            left -= end - at;
            at = end;
            if (!refill()) throw endsEarly();
        }
        at += (int) left;
    }

    /** Points {@code view} at the next bytes and moves behind them. Only {@link #isInMemory}. */
    void view(ByteBuffer view, int bytes) throws InvalidBatchException {
        int from = at;
        skip(bytes);
        view.limit(at).position(from);
    }

    /** The buffer of which views are made. Only {@link #isInMemory}. */
    ByteBuffer memory() {
        return window;
    }

    /** Takes the next bytes into {@code target}. */
    void read(byte[] target, int offset, int bytes) throws InvalidBatchException {
        int to = offset;
        int left = bytes;
        while (left > 0) {
            if (at >= end && !refill()) throw endsEarly();
            int part = Math.min(left, end - at);
            window.get(at, target, to, part);
            at += part;
            to += part;
            left -= part;
        }
    }

    /** From here on what is taken is also written to {@code output}, until {@link #endCopy}. */
    void beginCopy(RecordOutput output) {
        copy = output;
        copiedTo = at;
    }

    void endCopy() throws InvalidBatchException {
        flushCopy();
        copy = null;
    }

    private void flushCopy() throws InvalidBatchException {
        if (copy != null) copy.write(window, copiedTo, at - copiedTo);
        copiedTo = at;
    }

    /** Whether there are further bytes, which then are in the window. */
    private boolean refill() throws InvalidBatchException {
        InputStream from = stream;
        if (from == null) return false;
        flushCopy();
        windowStart += at;
        at = 0;
        end = 0;
        copiedTo = 0;
        try {
            end = fill(from);
        } catch (IOException | RuntimeException e) {
            throw undecodable(e);
        }
        if (windowStart + end > limit) {
            throw InvalidBatchException.tooLarge("The batch decompresses to more than " + limit + " bytes");
        }
        return end > 0;
    }

    private int fill(InputStream from) throws IOException {
        int read = from.read(chunk, 0, CHUNK_BYTES);
        if (read != 0) return Math.max(read, 0);
        // A decompressor that met an empty block: a single byte cannot be read as nothing.
        int next = from.read();
        if (next < 0) return 0;
        chunk[0] = (byte) next;
        return 1;
    }

    private void reset(ByteBuffer bytes, int from, int to, @Nullable InputStream decompressed) {
        window = bytes;
        at = from;
        end = to;
        stream = decompressed;
        copy = null;
        copiedTo = from;
        record = 0;
    }

    static InvalidBatchException undecodable(Exception cause) {
        return InvalidBatchException.invalid("The batch cannot be decompressed: " + cause);
    }

    private InvalidBatchException endsEarly() {
        return wrong("the bytes end too early");
    }

    private InvalidBatchException tooLong(int bytes) {
        return wrong("a number has more than the " + bytes + " bytes it may have");
    }
}
