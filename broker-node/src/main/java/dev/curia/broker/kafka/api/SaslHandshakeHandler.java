package dev.curia.broker.kafka.api;

import dev.curia.broker.security.SaslDialogue;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.SaslHandshakeRequest;
import org.apache.kafka.common.requests.SaslHandshakeResponse;

/** Begins a login, or a new one before the session ends (KIP-43, KIP-368). After version 0 the tokens come without headers. */
final class SaslHandshakeHandler implements RequestHandler<SaslHandshakeRequest> {
    @Override
    public ApiKeys api() {
        return ApiKeys.SASL_HANDSHAKE;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 1;
    }

    /** Without a connection that logs in: out of turn. */
    @Override
    public CompletionStage<SaslHandshakeResponse> handle(RequestContext context, SaslHandshakeRequest request) {
        return CompletableFuture.completedFuture(answer(Errors.ILLEGAL_SASL_STATE, List.of()));
    }

    @Override
    public CompletionStage<SaslHandshakeResponse> handle(
            RequestContext context, SaslHandshakeRequest request, Exchange exchange) {
        Optional<SaslDialogue> sasl = exchange.sasl();
        if (sasl.isEmpty()) return handle(context, request);
        SaslDialogue dialogue = sasl.get();
        return dialogue.handshake(request.data().mechanism(), context.version() == 0)
                .<CompletionStage<SaslHandshakeResponse>>map(refused -> RefusedLogins.later(
                        exchange, dialogue, answer(RefusedLogins.error(refused), dialogue.mechanisms())))
                .orElseGet(() -> CompletableFuture.completedFuture(answer(Errors.NONE, dialogue.mechanisms())));
    }

    private static SaslHandshakeResponse answer(Errors error, List<String> mechanisms) {
        return new SaslHandshakeResponse(
                new SaslHandshakeResponseData().setErrorCode(error.code()).setMechanisms(mechanisms));
    }
}
