package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.Codes;
import dev.curia.proto.admin.v1.FeatureUpdate.Direction;
import dev.curia.proto.admin.v1.UpdateFeaturesResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData.UpdatableFeatureResult;
import org.apache.kafka.common.message.UpdateFeaturesResponseData.UpdatableFeatureResultCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.UpdateFeaturesRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finalizes levels of features (KIP-584, KIP-778): all that are named, or none. */
final class UpdateFeaturesHandler implements RequestHandler<UpdateFeaturesRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(UpdateFeaturesHandler.class);

    private final ClusterAdmin cluster;

    UpdateFeaturesHandler(ClusterAdmin cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.UPDATE_FEATURES;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<org.apache.kafka.common.requests.UpdateFeaturesResponse> handle(
            RequestContext context, UpdateFeaturesRequest request) {
        dev.curia.proto.admin.v1.UpdateFeaturesRequest.Builder wanted =
                dev.curia.proto.admin.v1.UpdateFeaturesRequest.newBuilder()
                        .setValidateOnly(request.data().validateOnly());
        for (FeatureUpdateKey update : request.data().featureUpdates()) {
            Optional<Direction> direction = direction(update, context.version());
            if (direction.isEmpty()) {
                return CompletableFuture.completedFuture(response(
                        context,
                        request,
                        Errors.INVALID_REQUEST,
                        "Upgrade type " + update.upgradeType() + " of feature " + update.feature()
                                + " is not known; expected 1 (upgrade), 2 (safe downgrade) or 3 (unsafe downgrade)."));
            }
            wanted.addUpdates(dev.curia.proto.admin.v1.FeatureUpdate.newBuilder()
                    .setFeature(update.feature())
                    .setLevel(update.maxVersionLevel())
                    .setDirection(direction.get()));
        }
        Duration timeout = Duration.ofMillis(Math.max(1, request.data().timeoutMs()));
        return cluster.updateFeatures(wanted.build(), timeout)
                .handle((answer, failure) -> answered(context, request, answer, failure));
    }

    private static org.apache.kafka.common.requests.UpdateFeaturesResponse answered(
            RequestContext context,
            UpdateFeaturesRequest request,
            @Nullable UpdateFeaturesResponse answer,
            @Nullable Throwable failure) {
        if (answer == null) {
            LOG.warn("no answer from the controller to a request to update features: {}", String.valueOf(failure));
            return response(context, request, Errors.REQUEST_TIMED_OUT, "The controller did not answer in time.");
        }
        Errors error = Codes.errors(answer.getStatus().getCode());
        return response(
                context,
                request,
                error,
                error == Errors.NONE ? null : answer.getStatus().getMessage());
    }

    private static Optional<Direction> direction(FeatureUpdateKey update, short version) {
        // Version 0 only tells whether a downgrade is allowed, and then means the safe one.
        if (version == 0) return Optional.of(update.allowDowngrade() ? Direction.SAFE_DOWNGRADE : Direction.UPGRADE);
        return switch (UpgradeType.fromCode(update.upgradeType())) {
            case UPGRADE -> Optional.of(Direction.UPGRADE);
            case SAFE_DOWNGRADE -> Optional.of(Direction.SAFE_DOWNGRADE);
            case UNSAFE_DOWNGRADE -> Optional.of(Direction.UNSAFE_DOWNGRADE);
            case UNKNOWN -> Optional.empty();
        };
    }

    /** Up to version 1 each feature has a result of its own: what happened to all. */
    private static org.apache.kafka.common.requests.UpdateFeaturesResponse response(
            RequestContext context, UpdateFeaturesRequest request, Errors error, @Nullable String message) {
        UpdateFeaturesResponseData data =
                new UpdateFeaturesResponseData().setErrorCode(error.code()).setErrorMessage(message);
        if (context.version() < 2) {
            UpdatableFeatureResultCollection results = new UpdatableFeatureResultCollection();
            request.data()
                    .featureUpdates()
                    .forEach(update -> results.add(new UpdatableFeatureResult()
                            .setFeature(update.feature())
                            .setErrorCode(error.code())
                            .setErrorMessage(message)));
            data.setResults(results);
        }
        return new org.apache.kafka.common.requests.UpdateFeaturesResponse(data);
    }
}
