package dev.curia.broker.fuzz;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;

/**
 * A listener, and who may come in there. Immutable.
 *
 * @param users each with a password that is its name; none: nobody is asked
 */
record Door(InetSocketAddress address, List<String> users) {
    private static final short HANDSHAKE = 1;
    private static final short AUTHENTICATE = 2;

    static byte[] handshake() {
        return frame(ApiKeys.SASL_HANDSHAKE, HANDSHAKE, 0, new SaslHandshakeRequestData().setMechanism("PLAIN"));
    }

    static byte[] token(String user) {
        return ("\0" + user + "\0" + user).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * What one of the users sends first, whoever it is this time; empty where nobody is asked.
     *
     * @param last correlation id of its last request
     */
    byte[] login(RandomGenerator random, int last) {
        if (users.isEmpty()) return new byte[0];
        byte[] handshake = handshake();
        byte[] token = frame(
                ApiKeys.SASL_AUTHENTICATE,
                AUTHENTICATE,
                last,
                new SaslAuthenticateRequestData().setAuthBytes(token(users.get(random.nextInt(users.size())))));
        return ByteBuffer.allocate(handshake.length + token.length)
                .put(handshake)
                .put(token)
                .array();
    }

    private static byte[] frame(ApiKeys api, short version, int correlationId, ApiMessage body) {
        return FuzzClient.frame(
                api,
                version,
                correlationId,
                MessageUtil.toByteBufferAccessor(body, version).buffer());
    }
}
