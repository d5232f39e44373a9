package dev.curia.broker.kafka.api;

import dev.curia.broker.security.SaslDialogue;
import dev.curia.broker.security.SaslDialogue.Outcome;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;

/** What clients are told that may not log in. */
final class RefusedLogins {
    private RefusedLogins() {}

    static Errors error(Outcome.Refused refused) {
        return switch (refused.reason()) {
            case MECHANISM_NOT_ENABLED -> Errors.UNSUPPORTED_SASL_MECHANISM;
            case OUT_OF_TURN -> Errors.ILLEGAL_SASL_STATE;
            case NOT_AUTHENTIC -> Errors.SASL_AUTHENTICATION_FAILED;
        };
    }

    /** The answer, but only after a while (KIP-306). */
    static <R> CompletableFuture<R> later(Exchange exchange, SaslDialogue dialogue, R answer) {
        CompletableFuture<R> told = new CompletableFuture<>();
        Runnable cancel = exchange.schedule(dialogue.failureDelay().toNanos(), () -> told.complete(answer));
        exchange.onClose(cancel);
        return told;
    }
}
