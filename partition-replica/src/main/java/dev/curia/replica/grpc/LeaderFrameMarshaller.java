package dev.curia.replica.grpc;

import dev.curia.proto.replication.v1.Refusal;
import io.grpc.Detachable;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads {@link LeaderFrame}s byte for byte as protobuf would, with one copy into gRPC's buffer when sending and none when
 * receiving. Thread-safe.
 *
 * <p>Unlike a protobuf parser it wants {@code records} last, as every protobuf writer puts it.
 */
final class LeaderFrameMarshaller implements MethodDescriptor.Marshaller<LeaderFrame> {
    private static final int HANDLE = 1;
    private static final int LEADER_EPOCH = 2;
    private static final int BASE_OFFSET = 3;
    private static final int HIGH_WATERMARK = 4;
    private static final int LOG_START_OFFSET = 5;
    private static final int REFUSAL = 6;
    private static final int SUBSCRIBED = 7;
    private static final int REPLICATED_OFFSET = 8;
    private static final int DELETES_REMOVED_TO = 9;
    private static final int RECORDS = 15;

    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;

    /** A refusal is a few numbers. */
    private static final int MAX_REFUSAL_BYTES = 1024;

    @Override
    public InputStream stream(LeaderFrame frame) {
        ByteBuffer header = header(frame);
        return new Outgoing(header, frame.records());
    }

    @Override
    public LeaderFrame parse(InputStream in) {
        try {
            return read(in);
        } catch (IOException e) {
            throw Status.INTERNAL
                    .withDescription("malformed LeaderMessage: " + e.getMessage())
                    .withCause(e)
                    .asRuntimeException();
        }
    }

    private static ByteBuffer header(LeaderFrame frame) {
        byte[] refusal = frame.refusal() == null ? new byte[0] : frame.refusal().toByteArray();
        ByteBuffer out = ByteBuffer.allocate(102 + refusal.length);
        putNumber(out, HANDLE, frame.handle());
        putNumber(out, LEADER_EPOCH, frame.leaderEpoch());
        putNumber(out, BASE_OFFSET, frame.baseOffset());
        putNumber(out, HIGH_WATERMARK, frame.highWatermark());
        putNumber(out, LOG_START_OFFSET, frame.logStartOffset());
        if (frame.refusal() != null) {
            putVarint(out, (REFUSAL << 3) | LENGTH_DELIMITED);
            putVarint(out, refusal.length);
            out.put(refusal);
        }
        putNumber(out, SUBSCRIBED, frame.subscribed() ? 1 : 0);
        putNumber(out, REPLICATED_OFFSET, frame.replicatedOffset());
        putNumber(out, DELETES_REMOVED_TO, frame.deletesRemovedTo());
        if (frame.records().size() > 0) {
            putVarint(out, (RECORDS << 3) | LENGTH_DELIMITED);
            putVarint(out, frame.records().size());
        }
        return out.flip();
    }

    /** Proto3 leaves zero out. Negative 32-bit numbers are sign-extended to 64 bits. */
    private static void putNumber(ByteBuffer out, int field, long value) {
        if (value == 0) return;
        putVarint(out, (field << 3) | VARINT);
        putVarint(out, value);
    }

    private static void putVarint(ByteBuffer out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.put((byte) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    private static LeaderFrame read(InputStream in) throws IOException {
        long[] numbers = new long[DELETES_REMOVED_TO + 1];
        Refusal refusal = null;
        RecordBody records = RecordBody.EMPTY;
        while (in.available() > 0) {
            long tag = getVarint(in);
            int field = (int) (tag >>> 3);
            int type = (int) (tag & 7);
            if (field == RECORDS && type == LENGTH_DELIMITED) {
                int size = getLength(in);
                if (size != in.available()) throw new IOException("records are not its last field");
                if (size > 0) records = body(in, size);
                break;
            } else if (field == REFUSAL && type == LENGTH_DELIMITED) {
                int size = getLength(in);
                if (size > MAX_REFUSAL_BYTES) throw new IOException("a refusal of " + size + " bytes");
                refusal = Refusal.parseFrom(in.readNBytes(size));
            } else if (type == VARINT) {
                long value = getVarint(in);
                if (field >= HANDLE && field <= DELETES_REMOVED_TO) numbers[field] = value;
            } else {
                skip(in, type);
            }
        }
        return frame(numbers, refusal, records);
    }

    private static LeaderFrame frame(long[] numbers, @Nullable Refusal refusal, RecordBody records) {
        return new LeaderFrame(
                (int) numbers[HANDLE],
                (int) numbers[LEADER_EPOCH],
                numbers[BASE_OFFSET],
                numbers[HIGH_WATERMARK],
                numbers[LOG_START_OFFSET],
                refusal,
                numbers[SUBSCRIBED] != 0,
                numbers[REPLICATED_OFFSET],
                numbers[DELETES_REMOVED_TO],
                records);
    }

    private static RecordBody body(InputStream in, int size) throws IOException {
        if (in instanceof Detachable network) return new ReceivedBody(network.detach(), size);
        return new ReceivedBody(new ByteArrayInputStream(in.readNBytes(size)), size);
    }

    /** Fields of a newer version. */
    private static void skip(InputStream in, int type) throws IOException {
        switch (type) {
            case 1 -> in.skipNBytes(8);
            case LENGTH_DELIMITED -> in.skipNBytes(getLength(in));
            case 5 -> in.skipNBytes(4);
            default -> throw new IOException("wire type " + type);
        }
    }

    private static int getLength(InputStream in) throws IOException {
        long length = getVarint(in);
        if (length < 0 || length > in.available()) throw new IOException("a field of " + length + " bytes");
        return (int) length;
    }

    private static long getVarint(InputStream in) throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = in.read();
            if (b < 0) throw new IOException("ends inside a number");
            value |= (long) (b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
        throw new IOException("a number of more than ten bytes");
    }

    /** Knows its length, so that gRPC allocates once, and writes itself there, so that nothing is buffered between. */
    private static final class Outgoing extends InputStream implements Drainable, KnownLength {
        private final ByteBuffer header;
        private final RecordBody records;
        private @Nullable InputStream rest;
        private int left;

        Outgoing(ByteBuffer header, RecordBody records) {
            this.header = header;
            this.records = records;
            this.left = header.remaining() + records.size();
        }

        @Override
        public int available() {
            return left;
        }

        @Override
        public int drainTo(OutputStream out) throws IOException {
            int total = left;
            out.write(header.array(), header.arrayOffset() + header.position(), header.remaining());
            records.writeTo(out);
            left = 0;
            return total;
        }

        /** For transports that don't drain: in process. */
        @Override
        public int read() throws IOException {
            int b = materialized().read();
            if (b >= 0) left--;
            return b;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int n = materialized().read(target, offset, length);
            if (n > 0) left -= n;
            return n;
        }

        private InputStream materialized() throws IOException {
            if (rest == null) {
                ByteArrayOutputStream whole = new ByteArrayOutputStream(left);
                left = drainTo(whole);
                rest = new ByteArrayInputStream(whole.toByteArray());
            }
            return rest;
        }
    }
}
