package dev.curia.broker.kafka.net;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/** A client that logs in by hand, well or badly. */
final class RawSasl implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    RawSasl(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
    }

    SaslHandshakeResponseData handshake(short version, String mechanism) throws IOException {
        return (SaslHandshakeResponseData) EveryVersionTest.call(
                        socket, ApiKeys.SASL_HANDSHAKE, version, new SaslHandshakeRequestData().setMechanism(mechanism))
                .data();
    }

    SaslAuthenticateResponseData authenticate(byte[] token) throws IOException {
        return (SaslAuthenticateResponseData) EveryVersionTest.call(
                        socket,
                        ApiKeys.SASL_AUTHENTICATE,
                        (short) 2,
                        new SaslAuthenticateRequestData().setAuthBytes(token))
                .data();
    }

    ApiVersionsResponseData versions() throws IOException {
        return (ApiVersionsResponseData)
                EveryVersionTest.call(socket, ApiKeys.API_VERSIONS, (short) 0, new ApiVersionsRequestData())
                        .data();
    }

    List<String> listsTopics() throws IOException {
        MetadataResponseData answer = (MetadataResponseData)
                EveryVersionTest.call(socket, ApiKeys.METADATA, (short) 1, new MetadataRequestData().setTopics(null))
                        .data();
        return answer.topics().stream().map(topic -> topic.name()).collect(Collectors.toList());
    }

    /** Sends a frame. */
    void send(byte[] frame) throws IOException {
        out.writeInt(frame.length);
        out.write(frame);
        out.flush();
    }

    byte[] rawToken(byte[] token) throws IOException {
        send(token);
        byte[] answer = new byte[in.readInt()];
        in.readFully(answer);
        return answer;
    }

    /** Waits until the broker closes, and reads nothing before. */
    boolean isClosed() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
