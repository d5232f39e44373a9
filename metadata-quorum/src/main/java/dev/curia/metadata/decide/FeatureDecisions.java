package dev.curia.metadata.decide;

import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.LevelRange;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.admin.v1.FeatureUpdate;
import dev.curia.proto.admin.v1.FeatureUpdate.Direction;
import dev.curia.proto.admin.v1.UpdateFeaturesRequest;
import dev.curia.proto.admin.v1.UpdateFeaturesResponse;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finalizes levels of features (KIP-584): only those that this controller and every registered broker, alive or not, can work with. Level 0
 * goes back to working without the feature.
 */
public final class FeatureDecisions {
    private final Map<String, LevelRange> supported;

    /** @param supported by this controller */
    public FeatureDecisions(Map<String, LevelRange> supported) {
        this.supported = Map.copyOf(supported);
    }

    /** All updates, or none of them and the reason: INVALID_UPDATE_VERSION, or INVALID_REQUEST for a request that makes no sense. */
    public Decision<UpdateFeaturesResponse> update(MetadataImage image, UpdateFeaturesRequest request) {
        List<MetadataRecord> records = new ArrayList<>();
        Set<String> named = new HashSet<>();
        for (FeatureUpdate update : request.getUpdatesList()) {
            Optional<Status> refusal =
                    named.add(update.getFeature()) ? refusal(image, update) : Optional.of(twice(update));
            if (refusal.isPresent()) {
                return Decision.answer(UpdateFeaturesResponse.newBuilder()
                        .setStatus(refusal.get())
                        .setIndex(image.index())
                        .build());
            }
            if (update.getLevel() != image.featureLevel(update.getFeature())) {
                records.add(ImageRecords.featureRecord(update.getFeature(), update.getLevel()));
            }
        }
        return new Decision<>(
                request.getValidateOnly() ? List.of() : records,
                index -> UpdateFeaturesResponse.newBuilder().setIndex(index).build());
    }

    private Optional<Status> refusal(MetadataImage image, FeatureUpdate update) {
        String feature = update.getFeature();
        int level = update.getLevel();
        int current = image.featureLevel(feature);
        LevelRange range = supported.getOrDefault(feature, LevelRange.NONE);
        if (level < 0) {
            return Optional.of(Statuses.error(
                    ErrorCode.INVALID_REQUEST,
                    "Level " + level + " of feature " + feature + " is negative; expected 0 or more."));
        }
        if (range.max() == 0) return refused("The controller does not know feature " + feature + ".");
        if (feature.equals(Features.METADATA_VERSION) && level == 0) {
            return refused("Feature " + feature + " cannot be removed; expected a level of " + range + ".");
        }
        if (!range.contains(level)) {
            return refused("The controller does not support level " + level + " of feature " + feature + "; expected "
                    + range + ".");
        }
        if (level < current && update.getDirection() == Direction.UPGRADE) {
            return refused("Feature " + feature + " is at level " + current + ": to go down to " + level
                    + " ask for a safe or an unsafe downgrade.");
        }
        if (level > current && update.getDirection() != Direction.UPGRADE) {
            return refused("Feature " + feature + " is at level " + current + ": to go up to " + level
                    + " ask for an upgrade.");
        }
        if (feature.equals(Features.METADATA_VERSION) && level < Features.ACCESS_RECORDS) {
            List<String> kept = accessRecords(image);
            if (!kept.isEmpty()) {
                return refused("There are " + String.join(" and ", kept) + ", which need level "
                        + Features.ACCESS_RECORDS + " of feature " + feature + "; remove them first.");
            }
        }
        return image.brokers().stream()
                .filter(broker -> !broker.feature(feature).contains(level))
                .min(Comparator.comparingInt(BrokerRegistration::id))
                .flatMap(broker -> refused("Broker " + broker.id() + " does not support level " + level + " of feature "
                        + feature + ", only " + broker.feature(feature)
                        + "; upgrade it, or unregister it if it is gone for good."));
    }

    /** Of what there are records that an older node does not know. */
    private static List<String> accessRecords(MetadataImage image) {
        List<String> kept = new ArrayList<>();
        if (!image.scram().users().isEmpty()) kept.add("SCRAM credentials");
        if (image.acls().size() > 0) kept.add(image.acls().size() + " ACLs");
        if (!image.clientQuotas().isEmpty()) kept.add("client quotas");
        return kept;
    }

    private static Optional<Status> refused(String why) {
        return Optional.of(Statuses.error(ErrorCode.INVALID_UPDATE_VERSION, why));
    }

    private static Status twice(FeatureUpdate update) {
        return Statuses.error(
                ErrorCode.INVALID_REQUEST,
                "Feature " + update.getFeature() + " is named more than once; name it once.");
    }
}
