package dev.curia.broker.fuzz;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Reads answers up to the one to a certain request, also in several attempts. Not thread-safe. */
final class Answers {
    private static final int HEAD_BYTES = 8;
    private static final int CHUNK_BYTES = 8_192;

    private final InputStream in;
    private final int last;
    private final ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private long restBytes;
    private boolean heard;

    /** @param last correlation id of the answer to wait for */
    Answers(InputStream in, int last) {
        this.in = in;
        this.last = last;
    }

    /** What a timeout interrupts goes on with the next call. */
    void awaitLast() throws IOException {
        while (true) {
            while (restBytes > 0) restBytes -= read(chunk, 0, (int) Math.min(restBytes, chunk.length));
            if (!head.hasRemaining()) {
                int correlationId = head.getInt(4);
                head.clear();
                if (correlationId == last) return;
                heard = true;
            }
            while (head.hasRemaining())
                head.position(head.position() + read(head.array(), head.position(), head.remaining()));
            restBytes = head.getInt(0) - 4L;
        }
    }

    /** Whether there was an answer to another request before. */
    boolean heard() {
        return heard;
    }

    private int read(byte[] to, int at, int most) throws IOException {
        int count = in.read(to, at, most);
        if (count < 0) throw new EOFException();
        return count;
    }
}
