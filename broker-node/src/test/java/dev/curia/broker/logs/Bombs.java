package dev.curia.broker.logs;

import com.sun.management.ThreadMXBean;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;
import org.apache.kafka.common.utils.internals.ByteUtils;

/** Small batches with right checksums that expand to much. */
public final class Bombs {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int HEADER_BYTES = 61;
    private static final byte ZSTD = 4;
    private static final long TIME = 1_700_000_000_000L;

    private Bombs() {}

    /** Writes a batch's records. */
    private interface Content {
        void write(DataOutputStream records) throws IOException;
    }

    /** One record with a value of so many zeros. */
    public static ByteBuffer value(int bytes) {
        return batch(1, out -> {
            ByteUtils.writeVarint(1 + 1 + 1 + 1 + ByteUtils.sizeOfVarint(bytes) + bytes + 1, out);
            out.write(new byte[] {0, 0, 0, 1}); // attributes, deltas, no key
            ByteUtils.writeVarint(bytes, out);
            byte[] zeros = new byte[1 << 20];
            for (int left = bytes; left > 0; left -= zeros.length) out.write(zeros, 0, Math.min(left, zeros.length));
            out.write(0); // no headers
        });
    }

    /** One record with so many empty headers. */
    public static ByteBuffer headers(int count) {
        return batch(1, out -> {
            ByteUtils.writeVarint(1 + 1 + 1 + 1 + 1 + ByteUtils.sizeOfVarint(count) + 2 * count, out);
            out.write(new byte[] {0, 0, 0, 1, 1}); // attributes, deltas, no key, no value
            ByteUtils.writeVarint(count, out);
            for (int i = 0; i < count; i++) out.write(new byte[] {0, 1}); // no name, no value
        });
    }

    /** So many records with a key and no value. */
    public static ByteBuffer tombstones(int count, byte[] key) {
        return batch(count, out -> {
            for (int i = 0; i < count; i++) {
                int body = 1 + 1 + ByteUtils.sizeOfVarint(i) + ByteUtils.sizeOfVarint(key.length) + key.length + 1 + 1;
                ByteUtils.writeVarint(body, out);
                out.write(new byte[] {0, 0});
                ByteUtils.writeVarint(i, out);
                ByteUtils.writeVarint(key.length, out);
                out.write(key);
                out.write(new byte[] {1, 0});
            }
        });
    }

    /** What the present thread allocated on the heap, in bytes. */
    public static long allocated() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    private static ByteBuffer batch(int count, Content content) {
        ByteBufferOutputStream bytes = new ByteBufferOutputStream(1 << 20);
        bytes.position(HEADER_BYTES);
        try (DataOutputStream records =
                new DataOutputStream(Compression.zstd().build().wrapForOutput(bytes, (byte) 2))) {
            content.write(records);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ByteBuffer batch = bytes.buffer().flip();
        batch.putLong(0, 0).putInt(8, batch.limit() - 12).putInt(12, 0).put(16, (byte) 2);
        batch.putShort(21, ZSTD).putInt(23, count - 1).putLong(27, TIME).putLong(35, TIME);
        batch.putLong(43, -1).putShort(51, (short) -1).putInt(53, -1).putInt(57, count);
        CRC32C crc = new CRC32C();
        crc.update(batch.duplicate().position(21));
        return batch.putInt(17, (int) crc.getValue());
    }
}
