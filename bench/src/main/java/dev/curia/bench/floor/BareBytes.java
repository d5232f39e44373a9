package dev.curia.bench.floor;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.zip.CRC32C;

/** Receives bytes over the loopback, and adds them up. Stateless. */
final class BareBytes {
    private static final int PIECE_BYTES = 128 << 10;

    private BareBytes() {}

    /** @return seconds of a processor for 10^9 bytes, of the one who receives */
    static double receiving(double gigabytes) throws IOException {
        long bytes = (long) (gigabytes * 1e9);
        try (BarePair pair = BarePair.open()) {
            Thread sender = new Thread(() -> send(pair.one(), bytes), "sender");
            sender.setDaemon(true);
            sender.start();
            ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
            long before = ThreadTime.ownNanos();
            for (long left = bytes; left > 0; ) {
                int read = pair.other().read(piece.clear());
                if (read < 0) throw new EOFException("the sender failed");
                left -= read;
            }
            return (ThreadTime.ownNanos() - before) / 1e9 / gigabytes;
        }
    }

    private static void send(SocketChannel to, long bytes) {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
        try {
            for (long left = bytes; left > 0; ) {
                piece.clear().limit((int) Math.min(left, PIECE_BYTES));
                left -= to.write(piece);
            }
        } catch (IOException closed) {
            // The receiver tells of it.
        }
    }

    /** @return seconds of a processor for 10^9 bytes */
    static double checksums(double gigabytes) {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
        CRC32C sum = new CRC32C();
        long pieces = (long) (gigabytes * 1e9 / PIECE_BYTES);
        long before = ThreadTime.ownNanos();
        for (long i = 0; i < pieces; i++) sum.update(piece.clear());
        long nanos = ThreadTime.ownNanos() - before;
        if (sum.getValue() == 0) throw new IllegalStateException("the checksum of " + pieces + " pieces is 0");
        return nanos / 1e9 / (pieces * (double) PIECE_BYTES / 1e9);
    }
}
