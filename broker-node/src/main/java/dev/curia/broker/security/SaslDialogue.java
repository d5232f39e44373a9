package dev.curia.broker.security;

import com.google.protobuf.ByteString;
import dev.curia.common.security.Principal;
import dev.curia.common.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.jspecify.annotations.Nullable;

/**
 * How one connection's client logs in, and logs in again before its session ends (KIP-43, KIP-152, KIP-368): a handshake names the
 * mechanism, tokens go to and fro until the mechanism is content. A step that is refused ends the dialogue for ever: the connection
 * must be closed. Does no I/O but what a mechanism's own keys need, which are in memory. Loop-confined.
 */
public final class SaslDialogue {
    private static final String EXPIRY = "CREDENTIAL.LIFETIME.MS"; // what OAUTHBEARER calls the end of its token

    /** What a step came to. */
    public sealed interface Outcome {
        /** Go on: the client has to answer this. */
        record Challenge(ByteString token) implements Outcome {}

        /**
         * Logged in.
         *
         * @param token the mechanism's last word
         * @param sessionMillis after which the client must log in again; 0: never
         */
        record LoggedIn(ByteString token, long sessionMillis) implements Outcome {}

        /** @param message for the client; tells nothing that it does not know */
        record Refused(Reason reason, String message) implements Outcome {}
    }

    /** Why a step is refused. */
    public enum Reason {
        MECHANISM_NOT_ENABLED("its mechanism is not enabled"),
        OUT_OF_TURN("it spoke out of turn"),
        NOT_AUTHENTIC("its credentials are not valid");

        private final String words;

        Reason(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /** Hears how logins end. */
    interface Watch {
        /** @param again whether it was logged in before */
        void loggedIn(String mechanism, Principal principal, boolean again);

        /** @param mechanism empty when none was agreed on */
        void refused(String mechanism, Reason reason, String message);
    }

    private enum Turn {
        HANDSHAKE,
        TOKEN,
        RAW_TOKEN,
        OVER
    }

    private final SaslMechanisms mechanisms;
    private final Clock clock;
    private final Duration failureDelay;
    private final Watch watch;

    private Turn turn = Turn.HANDSHAKE;
    private String mechanism = "";
    private @Nullable SaslServer server; // while tokens are exchanged
    private @Nullable Principal principal; // once logged in
    private long endsNanos; // of the session, when it ends
    private boolean ends;

    SaslDialogue(SaslMechanisms mechanisms, Clock clock, Duration failureDelay, Watch watch) {
        this.mechanisms = mechanisms;
        this.clock = clock;
        this.failureDelay = failureDelay;
        this.watch = watch;
    }

    /** Those that may be asked for. */
    public List<String> mechanisms() {
        return mechanisms.names();
    }

    /**
     * The client wants to log in by this mechanism.
     *
     * @param raw whether its tokens come without Kafka's headers (KIP-43)
     * @return why not
     */
    public Optional<Outcome.Refused> handshake(String wanted, boolean raw) {
        boolean again = principal != null;
        if (turn != Turn.HANDSHAKE || (again && (raw || !ends))) {
            return Optional.of(refused(Reason.OUT_OF_TURN, "A handshake was not expected now."));
        }
        Optional<SaslMechanisms.Mechanism> found = mechanisms.find(wanted);
        if (found.isEmpty()) {
            return Optional.of(refused(
                    Reason.MECHANISM_NOT_ENABLED,
                    "The mechanism is not enabled here; expected one of " + mechanisms.names() + "."));
        }
        if (again && !wanted.equals(mechanism)) {
            return Optional.of(refused(
                    Reason.NOT_AUTHENTIC, "Who logs in again must do so by " + mechanism + ", as the first time."));
        }
        mechanism = wanted;
        server = found.get().server().get();
        turn = raw ? Turn.RAW_TOKEN : Turn.TOKEN;
        return Optional.empty();
    }

    /** The client's next token. */
    public Outcome token(byte[] token) {
        SaslServer now = server;
        if (now == null) return refused(Reason.OUT_OF_TURN, "A handshake was expected before any token.");
        try {
            byte[] answer = now.evaluateResponse(token);
            ByteString sent = answer == null ? ByteString.EMPTY : ByteString.copyFrom(answer);
            return now.isComplete() ? complete(now, sent) : new Outcome.Challenge(sent);
        } catch (SaslAuthenticationException e) {
            // The mechanism says this to the client.
            return refused(Reason.NOT_AUTHENTIC, String.valueOf(e.getMessage()));
        } catch (SaslException | RuntimeException e) {
            // What it says may tell too much, or be about anything that the client sent.
            return refused(
                    Reason.NOT_AUTHENTIC,
                    "Authentication failed: the credentials are not valid for " + mechanism + ".");
        }
    }

    /** Whether the next frame is a bare token, without a request's header. */
    public boolean expectsRawToken() {
        return turn == Turn.RAW_TOKEN;
    }

    /** How long a client that was refused is kept waiting until it is told. */
    public Duration failureDelay() {
        return failureDelay;
    }

    /** Whether the connection must be closed. */
    public boolean isOver() {
        return turn == Turn.OVER;
    }

    /** Who has logged in, whether or not the session has ended since. */
    public Optional<Principal> principal() {
        return Optional.ofNullable(principal);
    }

    /** Whether the client should have logged in again by now. */
    public boolean hasExpired() {
        return ends && clock.monotonicNanos() - endsNanos >= 0;
    }

    private Outcome complete(SaslServer done, ByteString token) throws SaslException {
        Principal now = Principal.user(done.getAuthorizationID());
        Principal before = principal;
        if (before != null && !before.equals(now)) {
            return refused(Reason.NOT_AUTHENTIC, "Who logs in again must be the same as the first time.");
        }
        long sessionMillis = sessionMillis(done);
        ends = sessionMillis > 0 || done.getNegotiatedProperty(EXPIRY) != null;
        endsNanos = clock.monotonicNanos() + TimeUnit.MILLISECONDS.toNanos(sessionMillis);
        principal = now;
        dispose();
        turn = Turn.HANDSHAKE;
        watch.loggedIn(mechanism, now, before != null);
        return new Outcome.LoggedIn(token, sessionMillis);
    }

    /** The rest of the token's life, but at most as configured; 0: no limit. */
    private long sessionMillis(SaslServer done) {
        long most = mechanisms
                .find(mechanism)
                .map(SaslMechanisms.Mechanism::maxSessionMillis)
                .orElse(0L);
        Object expiry = done.getNegotiatedProperty(EXPIRY);
        if (!(expiry instanceof Long expiryMillis)) return most;
        long rest = Math.max(0, expiryMillis - clock.wallMillis());
        return most == 0 ? rest : Math.min(most, rest);
    }

    private Outcome.Refused refused(Reason reason, String message) {
        turn = Turn.OVER;
        dispose();
        watch.refused(mechanism, reason, message);
        return new Outcome.Refused(reason, message);
    }

    /** The login has ended, one way or the other. */
    private void dispose() {
        SaslServer now = server;
        server = null;
        if (now == null) return;
        try {
            now.dispose();
        } catch (SaslException e) {
            throw new IllegalStateException("the mechanisms hold nothing that could fail", e);
        }
    }
}
