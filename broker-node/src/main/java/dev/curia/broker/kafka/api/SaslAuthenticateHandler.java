package dev.curia.broker.kafka.api;

import dev.curia.broker.security.SaslDialogue;
import dev.curia.broker.security.SaslDialogue.Outcome;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.SaslAuthenticateRequest;
import org.apache.kafka.common.requests.SaslAuthenticateResponse;

/** Takes one token of a login, and says how long the session is that it leads to (KIP-152, KIP-368). */
final class SaslAuthenticateHandler implements RequestHandler<SaslAuthenticateRequest> {
    @Override
    public ApiKeys api() {
        return ApiKeys.SASL_AUTHENTICATE;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    /** Without a connection that logs in: out of turn. */
    @Override
    public CompletionStage<SaslAuthenticateResponse> handle(RequestContext context, SaslAuthenticateRequest request) {
        return CompletableFuture.completedFuture(new SaslAuthenticateResponse(
                new SaslAuthenticateResponseData().setErrorCode(Errors.ILLEGAL_SASL_STATE.code())));
    }

    @Override
    public CompletionStage<SaslAuthenticateResponse> handle(
            RequestContext context, SaslAuthenticateRequest request, Exchange exchange) {
        Optional<SaslDialogue> sasl = exchange.sasl();
        if (sasl.isEmpty()) return handle(context, request);
        Outcome outcome = sasl.get().token(request.data().authBytes());
        SaslAuthenticateResponse answer = new SaslAuthenticateResponse(answer(outcome));
        return outcome instanceof Outcome.Refused
                ? RefusedLogins.later(exchange, sasl.get(), answer)
                : CompletableFuture.completedFuture(answer);
    }

    private static SaslAuthenticateResponseData answer(Outcome outcome) {
        SaslAuthenticateResponseData answer = new SaslAuthenticateResponseData();
        if (outcome instanceof Outcome.Refused refused) {
            return answer.setErrorCode(RefusedLogins.error(refused).code()).setErrorMessage(refused.message());
        }
        if (outcome instanceof Outcome.LoggedIn done) {
            return answer.setAuthBytes(done.token().toByteArray()).setSessionLifetimeMs(done.sessionMillis());
        }
        return answer.setAuthBytes(((Outcome.Challenge) outcome).token().toByteArray());
    }
}
