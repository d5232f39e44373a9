package dev.curia.system;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A TCP connection to the Kafka port on which a test sends bytes as it likes. */
final class RawConnection implements AutoCloseable {
    private static final int PATIENCE_MS = 20_000;

    private final Socket socket;

    private RawConnection(Socket socket) {
        this.socket = socket;
    }

    static RawConnection to(String hostAndPort) throws IOException {
        int colon = hostAndPort.lastIndexOf(':');
        Socket socket = new Socket(hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
        socket.setSoTimeout(PATIENCE_MS);
        return new RawConnection(socket);
    }

    /** A request with the header that all versions begin with, in a frame: size, key, version, correlation id, client id. */
    static byte[] request(int apiKey, int version, int correlationId, byte[] body) {
        byte[] clientId = Text.bytes("raw");
        ByteBuffer frame = ByteBuffer.allocate(4 + 2 + 2 + 4 + 2 + clientId.length + body.length);
        frame.putInt(frame.capacity() - 4);
        frame.putShort((short) apiKey).putShort((short) version).putInt(correlationId);
        frame.putShort((short) clientId.length).put(clientId).put(body);
        return frame.array();
    }

    /** The other side may close the connection while this writes: that is an answer, too. */
    void send(byte[] bytes) throws IOException {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (SocketException e) {
            return;
        }
    }

    /** The next frame without its size; empty when the connection is closed instead. */
    Optional<ByteBuffer> receive() throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        try {
            byte[] frame = new byte[in.readInt()];
            in.readFully(frame);
            return Optional.of(ByteBuffer.wrap(frame));
        } catch (EOFException | SocketException e) {
            return Optional.empty();
        }
    }

    /** Reads whatever still comes; true when the other side then closes. */
    boolean isClosedByServer() throws IOException {
        try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
