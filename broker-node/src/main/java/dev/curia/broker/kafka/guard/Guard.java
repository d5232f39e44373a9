package dev.curia.broker.kafka.guard;

import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.metadata.acl.Access;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;

/** Stands before the handler of one kind of request. Stateless. */
interface Guard<Q extends AbstractRequest, R extends AbstractResponse> {
    /** Has nothing to say about anybody. */
    Guard<AbstractRequest, AbstractResponse> OPEN = (access, request, context) -> Verdict.allowed();

    /**
     * What becomes of a request, from which it takes what is refused.
     *
     * @throws ApiException when all of it is refused, and the answer is the error
     */
    Verdict<R> check(Access access, Q request, RequestContext context);

    /** What becomes of a request. */
    sealed interface Verdict<R> {
        /** The handler answers what is left of the request, and what was refused is added to it. */
        record Handle<R>(UnaryOperator<R> complete) implements Verdict<R> {}

        /** The handler hears nothing of it. */
        record Answer<R>(R response) implements Verdict<R> {}

        static <R> Verdict<R> allowed() {
            return new Handle<>(UnaryOperator.identity());
        }

        static <R> Verdict<R> allowed(UnaryOperator<R> complete) {
            return new Handle<>(complete);
        }
    }
}
