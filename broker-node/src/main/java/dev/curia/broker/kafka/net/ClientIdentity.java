package dev.curia.broker.kafka.net;

import com.google.protobuf.ByteString;
import dev.curia.broker.kafka.api.ApiTable;
import dev.curia.broker.kafka.codec.MalformedRequestException;
import dev.curia.broker.security.SaslDialogue;
import dev.curia.broker.security.SaslDialogue.Outcome;
import dev.curia.common.security.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiKeys;

/** Who the client of one connection is, and what it may ask before that is known. Loop-confined. */
final class ClientIdentity {
    private static final int LENGTH_BYTES = 4;

    private final Optional<SaslDialogue> sasl;
    private Principal certified = Principal.ANONYMOUS;

    /** @param sasl how the client logs in; empty: it need not */
    ClientIdentity(Optional<SaslDialogue> sasl) {
        this.sasl = sasl;
    }

    Optional<SaslDialogue> sasl() {
        return sasl;
    }

    /** TLS says who the owner of the client's certificate is; where clients log in, that counts instead. */
    void certified(Principal owner) {
        certified = owner;
    }

    Principal principal() {
        return sasl.isPresent() ? sasl.get().principal().orElse(Principal.ANONYMOUS) : certified;
    }

    /** Whether the client has logged in, or need not. */
    boolean isKnown() {
        return sasl.isEmpty() || sasl.get().principal().isPresent();
    }

    /** Whether the client was refused: the connection must be closed. */
    boolean isRefused() {
        return sasl.isPresent() && sasl.get().isOver();
    }

    /** @throws MalformedRequestException when the client may not ask this, here or now */
    void check(ApiKeys api) throws MalformedRequestException {
        if (sasl.isEmpty()) {
            if (!ApiTable.isLogin(api)) return;
            throw new MalformedRequestException(
                    "a request of kind " + api + ", which is not served where nobody logs in");
        }
        if (ApiTable.isLogin(api) || api == ApiKeys.API_VERSIONS) return;
        if (!isKnown()) throw new MalformedRequestException("a request of kind " + api + " before it logged in");
        if (sasl.get().hasExpired()) {
            throw new MalformedRequestException("a request of kind " + api + " after its session ended");
        }
    }

    /** Whether the next frame is a token without a header (KIP-43). */
    boolean expectsRawToken() {
        return sasl.isPresent() && sasl.get().expectsRawToken();
    }

    /** Takes such a token; the answer with its length before it, empty when the client is refused. */
    Optional<ByteBuf> rawToken(ByteBuffer frame, ByteBufAllocator allocator) {
        byte[] token = new byte[frame.remaining()];
        frame.get(token);
        Outcome outcome = sasl.orElseThrow().token(token);
        if (outcome instanceof Outcome.Challenge challenge) return Optional.of(framed(challenge.token(), allocator));
        if (outcome instanceof Outcome.LoggedIn done) return Optional.of(framed(done.token(), allocator));
        return Optional.empty();
    }

    private static ByteBuf framed(ByteString token, ByteBufAllocator allocator) {
        return allocator
                .buffer(LENGTH_BYTES + token.size())
                .writeInt(token.size())
                .writeBytes(token.asReadOnlyByteBuffer());
    }
}
