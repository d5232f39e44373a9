package dev.curia.replica.node;

import dev.curia.replica.port.ReplicaLinks.Chunk;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Joins a chunk's parts into one run of bytes, which validation and a single file write need. The buffer is off heap, so that the write does
 * not copy it again, and used again for the next chunk. Confined to one thread.
 */
final class ChunkBuffer {
    /** A leader's usual frame; larger ones, single large batches, get a buffer that is not kept. */
    private static final int KEPT_BYTES = 256 * 1024;

    private ByteBuffer kept = ByteBuffer.allocate(0);

    /** Valid until the next call or the chunk's close. */
    ByteBuffer gather(Chunk chunk) {
        List<ByteBuffer> parts = chunk.parts();
        if (parts.size() == 1) return parts.get(0);
        ByteBuffer all = buffer(chunk.sizeInBytes());
        parts.forEach(all::put);
        return all.flip();
    }

    private ByteBuffer buffer(int size) {
        if (size > KEPT_BYTES) return ByteBuffer.allocateDirect(size);
        if (kept.capacity() == 0) kept = ByteBuffer.allocateDirect(KEPT_BYTES);
        return kept.clear().limit(size);
    }
}
