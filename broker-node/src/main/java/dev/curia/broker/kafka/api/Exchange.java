package dev.curia.broker.kafka.api;

import dev.curia.broker.security.SaslDialogue;
import dev.curia.common.time.Timers;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * What the listener offers a handler beside the request: its connection's event loop, as an executor and for timers, and the received
 * bytes. Tasks run one at a time on that loop and must not block; they still run when the connection has closed meanwhile.
 */
public interface Exchange extends Executor, Timers {
    /**
     * Keeps the request's bytes, which a parsed Produce request points into, beyond the handler's call. Only within that call.
     *
     * @return lets go of them; run once, from any thread
     */
    Runnable hold();

    /** What the client may use. Only within the handler's call. */
    default RequestQuota quota() {
        return RequestQuota.NONE;
    }

    /** How the connection's client logs in; empty where nobody is asked to. */
    default Optional<SaslDialogue> sasl() {
        return Optional.empty();
    }

    /** Runs {@code task} on the loop if the connection closes before the answer: nobody waits any more. Only within the handler's call. */
    void onClose(Runnable task);
}
