package dev.curia.broker.fuzz;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;

/** Sends frames, and finds out what became of each: behind it goes a request that is always answered. Not thread-safe. */
final class FuzzClient implements AutoCloseable {
    /** What became of a frame. */
    enum Fate {
        ANSWERED,
        CLOSED,
        /** Neither within a short time: it is a good request that waits for something, or the node is busy. Given up. */
        WAITING,
        /** Left by the client before it was whole. */
        LEFT
    }

    private static final int PATIENCE_MILLIS = 60;
    private static final int MARK = 0x5eed_c0de;

    private final InetSocketAddress node;
    private final byte[] mark = frame(ApiKeys.API_VERSIONS, 0, MARK, ByteBuffer.allocate(0));
    private @Nullable Socket socket;

    FuzzClient(InetSocketAddress node) {
        this.node = node;
    }

    static byte[] frame(ApiKeys api, int version, int correlationId, ByteBuffer body) {
        RequestHeader header = new RequestHeader(api, (short) version, "fuzz", correlationId);
        ByteBuffer head = MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion())
                .buffer();
        return ByteBuffer.allocate(4 + head.remaining() + body.remaining())
                .putInt(head.remaining() + body.remaining())
                .put(head)
                .put(body.duplicate())
                .array();
    }

    Fate send(byte[] frame) throws IOException {
        try {
            Socket open = connected();
            byte[] both = ByteBuffer.allocate(frame.length + mark.length)
                    .put(frame)
                    .put(mark)
                    .array();
            open.getOutputStream().write(both);
            awaitMark(new DataInputStream(open.getInputStream()));
            return Fate.ANSWERED;
        } catch (SocketTimeoutException e) {
            close();
            return Fate.WAITING;
        } catch (EOFException | SocketException e) {
            close();
            return Fate.CLOSED;
        }
    }

    /** Sends the bytes and goes away. */
    Fate leave(byte[] bytes) throws IOException {
        try {
            connected().getOutputStream().write(bytes);
        } catch (SocketException closedAlready) {
            close();
            return Fate.CLOSED;
        }
        close();
        return Fate.LEFT;
    }

    private static void awaitMark(DataInputStream in) throws IOException {
        while (true) {
            int length = in.readInt();
            int correlationId = in.readInt();
            in.skipNBytes(length - 4L);
            if (correlationId == MARK) return;
        }
    }

    private Socket connected() throws IOException {
        Socket now = socket;
        if (now != null) return now;
        Socket opened = new Socket();
        opened.setTcpNoDelay(true);
        opened.setSoTimeout(PATIENCE_MILLIS);
        opened.connect(node);
        socket = opened;
        return opened;
    }

    @Override
    public void close() throws IOException {
        if (socket != null) socket.close();
        socket = null;
    }
}
