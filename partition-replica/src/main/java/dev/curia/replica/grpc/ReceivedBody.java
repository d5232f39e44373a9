package dev.curia.replica.grpc;

import io.grpc.HasByteBuffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Record bytes in the network's own buffers, detached from the call: pooled memory, which leaks unless closed. */
final class ReceivedBody implements RecordBody {
    private final InputStream detached;
    private final int size;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private @Nullable List<ByteBuffer> parts;

    /** @param detached positioned at the first of {@code size} bytes, which are its last */
    ReceivedBody(InputStream detached, int size) {
        this.detached = detached;
        this.size = size;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public List<ByteBuffer> parts() {
        try {
            if (parts == null) parts = collect();
            List<ByteBuffer> duplicates = new ArrayList<>(parts.size());
            for (ByteBuffer part : parts) duplicates.add(part.duplicate());
            return duplicates;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + size + " received bytes", e);
        }
    }

    private List<ByteBuffer> collect() throws IOException {
        detached.mark(size); // otherwise skipping frees the part just passed
        List<ByteBuffer> collected = new ArrayList<>();
        int left = size;
        while (left > 0) {
            ByteBuffer part = nextPart();
            if (part == null) {
                byte[] copy = detached.readNBytes(Math.min(left, 1024));
                if (copy.length == 0) throw new IOException("body ends " + left + " bytes early");
                collected.add(ByteBuffer.wrap(copy));
                left -= copy.length;
            } else {
                int n = Math.min(left, part.remaining());
                collected.add(part.limit(part.position() + n).slice());
                if (detached.skip(n) != n) throw new IOException("body ends " + left + " bytes early");
                left -= n;
            }
        }
        return collected;
    }

    /** Null: the next bytes are in a small heap fragment, which gRPC does not hand out. */
    private @Nullable ByteBuffer nextPart() {
        if (!(detached instanceof HasByteBuffer buffers) || !buffers.byteBufferSupported()) return null;
        try {
            return buffers.getByteBuffer();
        } catch (UnsupportedOperationException e) {
            return null;
        }
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        for (ByteBuffer part : parts()) {
            byte[] copy = new byte[part.remaining()];
            part.get(copy);
            out.write(copy);
        }
    }

    @Override
    public void close() {
        if (!open.getAndSet(false)) return;
        try {
            detached.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot free " + size + " received bytes", e);
        }
    }
}
