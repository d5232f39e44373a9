package dev.curia.replica.grpc;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/** The record bytes of a frame. */
interface RecordBody extends AutoCloseable {
    RecordBody EMPTY = new HeapBody(ByteBuffer.allocate(0));

    int size();

    /** In order, cut anywhere; valid until closed. */
    List<ByteBuffer> parts();

    void writeTo(OutputStream out) throws IOException;

    /** Exactly once: frees what it holds. */
    @Override
    void close();

    /** Bytes of an array-backed buffer, which must not change until the frame has been written. */
    record HeapBody(ByteBuffer bytes) implements RecordBody {
        @Override
        public int size() {
            return bytes.remaining();
        }

        @Override
        public List<ByteBuffer> parts() {
            return bytes.hasRemaining() ? List.of(bytes.duplicate()) : List.of();
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        }

        @Override
        public void close() {}
    }
}
