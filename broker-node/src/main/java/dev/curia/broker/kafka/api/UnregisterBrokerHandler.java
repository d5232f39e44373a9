package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.Codes;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.UnregisterBrokerRequest;
import org.apache.kafka.common.requests.UnregisterBrokerResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the cluster forget a broker that is stopped for good and holds no replicas any more (KIP-631). */
public final class UnregisterBrokerHandler implements RequestHandler<UnregisterBrokerRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(UnregisterBrokerHandler.class);

    /** The request carries no time of its own; a client waits 30 s by default. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final ClusterAdmin admin;

    UnregisterBrokerHandler(ClusterAdmin admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.UNREGISTER_BROKER;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 0;
    }

    @Override
    public CompletionStage<UnregisterBrokerResponse> handle(RequestContext context, UnregisterBrokerRequest request) {
        int id = request.data().brokerId();
        return admin.unregister(id, TIMEOUT).handle((answer, failure) -> {
            if (failure == null) {
                return response(
                        Codes.errors(answer.getStatus().getCode()),
                        answer.getStatus().getMessage());
            }
            LOG.warn("no answer from the controller to a request to unregister broker {}: {}", id, failure.toString());
            return response(Errors.REQUEST_TIMED_OUT, "The controller did not answer in time.");
        });
    }

    private static UnregisterBrokerResponse response(Errors error, String message) {
        return new UnregisterBrokerResponse(new UnregisterBrokerResponseData()
                .setErrorCode(error.code())
                .setErrorMessage(error == Errors.NONE ? null : message));
    }
}
