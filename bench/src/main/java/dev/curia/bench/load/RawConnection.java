package dev.curia.bench.load;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** A connection that costs this process next to nothing: one request at a time. One thread. */
public final class RawConnection implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket = new Socket();
    private final DataInputStream in;

    /** Connects. */
    public RawConnection(InetSocketAddress address) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(address, PATIENCE_MILLIS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    /** A whole request as it is sent, which may be sent again and again. Immutable. */
    public static final class Request {
        private final RequestHeader header;
        private final byte[] frame;

        private Request(RequestHeader header, byte[] frame) {
            this.header = header;
            this.frame = frame;
        }

        /** @param version of the request */
        public static Request of(ApiKeys api, int version, ApiMessage body) {
            RequestHeader header = new RequestHeader(api, (short) version, "bench", 0);
            ByteBuffer head = MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion())
                    .buffer();
            ByteBuffer rest =
                    MessageUtil.toByteBufferAccessor(body, (short) version).buffer();
            ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + head.remaining() + rest.remaining());
            frame.putInt(head.remaining() + rest.remaining()).put(head).put(rest);
            return new Request(header, frame.array());
        }
    }

    /** Waits for the answer. */
    public AbstractResponse call(ApiKeys api, int version, ApiMessage body) throws IOException {
        return call(Request.of(api, version, body));
    }

    /** Waits for the answer. */
    public AbstractResponse call(Request request) throws IOException {
        socket.getOutputStream().write(request.frame);
        byte[] answer = new byte[in.readInt()];
        in.readFully(answer);
        return AbstractResponse.parseResponse(ByteBuffer.wrap(answer), request.header);
    }

    /** What waits for an answer fails. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
