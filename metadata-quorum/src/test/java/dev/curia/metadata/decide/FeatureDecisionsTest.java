package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.Fixtures;
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
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.Register;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class FeatureDecisionsTest {
    private static final FeatureDecisions DECISIONS = new FeatureDecisions(
            Map.of("metadata.version", new LevelRange(1, 3), "a", new LevelRange(0, 2), "off", LevelRange.NONE));

    private MetadataImage image = cluster(Map.of("metadata.version", new LevelRange(1, 2), "a", new LevelRange(0, 2)));

    /** Brokers 1 and 2, the second of them with these ranges and fenced. */
    private static MetadataImage cluster(Map<String, LevelRange> second) {
        MetadataImage cluster = Fixtures.cluster(1);
        BrokerRegistration one = cluster.broker(1).orElseThrow();
        return cluster.apply(
                        cluster.index() + 1,
                        List.of(
                                ImageRecords.featureRecord("metadata.version", 1),
                                registration(
                                        one,
                                        1,
                                        Map.of("metadata.version", new LevelRange(1, 3), "a", new LevelRange(0, 9))),
                                registration(one, 2, second)))
                .image();
    }

    private static MetadataRecord registration(BrokerRegistration like, int id, Map<String, LevelRange> features) {
        return ImageRecords.brokerRecord(new BrokerRegistration(
                id,
                200 + id,
                like.incarnationId(),
                like.listeners(),
                like.rpc(),
                like.rack(),
                like.logDirIds(),
                id == 2,
                like.standing(),
                features));
    }

    private static FeatureUpdate to(String feature, int level, Direction direction) {
        return FeatureUpdate.newBuilder()
                .setFeature(feature)
                .setLevel(level)
                .setDirection(direction)
                .build();
    }

    private UpdateFeaturesResponse update(boolean validateOnly, FeatureUpdate... updates) {
        Decision<UpdateFeaturesResponse> decision = DECISIONS.update(
                image,
                UpdateFeaturesRequest.newBuilder()
                        .addAllUpdates(List.of(updates))
                        .setValidateOnly(validateOnly)
                        .build());
        image = Fixtures.after(image, decision);
        return decision.reply().apply(image.index());
    }

    private ErrorCode update(String feature, int level, Direction direction) {
        return update(false, to(feature, level, direction)).getStatus().getCode();
    }

    @Test
    void aLevelThatAllSupportIsFinalizedAndGivenUpAgain() {
        assertThat(update("a", 2, Direction.UPGRADE)).isEqualTo(ErrorCode.NONE);
        assertThat(image.featureLevel("a")).isEqualTo(2);
        assertThat(update("a", 1, Direction.UPGRADE)).as("not by accident").isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
        assertThat(update("a", 1, Direction.SAFE_DOWNGRADE)).isEqualTo(ErrorCode.NONE);
        assertThat(update("a", 2, Direction.SAFE_DOWNGRADE)).isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
        assertThat(update("a", 0, Direction.UNSAFE_DOWNGRADE)).isEqualTo(ErrorCode.NONE);
        assertThat(image.features()).containsOnlyKeys("metadata.version");
        assertThat(MetadataImage.EMPTY.apply(image.index(), image.toRecords()).image())
                .as("from a snapshot")
                .isEqualTo(image);
    }

    @Test
    void aBrokerThatCannotWorkWithALevelKeepsItFromBeingFinalizedEvenWhileItIsAway() {
        UpdateFeaturesResponse response = update(false, to("metadata.version", 3, Direction.UPGRADE));
        assertThat(response.getStatus().getCode()).isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
        assertThat(response.getStatus().getMessage()).contains("Broker 2", "metadata.version", "1 to 2");
        assertThat(update("metadata.version", 2, Direction.UPGRADE)).isEqualTo(ErrorCode.NONE);

        image = cluster(Map.of());
        assertThat(update("a", 1, Direction.UPGRADE))
                .as("never heard of it")
                .isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThat(update("a", -1, Direction.SAFE_DOWNGRADE)).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(update("a", 3, Direction.UPGRADE)).isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
        assertThat(update("b", 1, Direction.UPGRADE)).isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
        assertThat(update("off", 0, Direction.UPGRADE)).isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
        assertThat(update("metadata.version", 0, Direction.UNSAFE_DOWNGRADE))
                .isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
        assertThat(update(false, to("a", 1, Direction.UPGRADE), to("a", 2, Direction.UPGRADE))
                        .getStatus()
                        .getCode())
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(image.featureLevel("a")).isZero();
    }

    @Test
    void allAreFinalizedOrNoneAndValidationChangesNothing() {
        assertThat(update(false, to("a", 1, Direction.UPGRADE), to("b", 1, Direction.UPGRADE))
                        .getStatus()
                        .getCode())
                .isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
        assertThat(image.featureLevel("a")).isZero();
        assertThat(update(true, to("a", 1, Direction.UPGRADE)).getStatus().getCode())
                .isEqualTo(ErrorCode.NONE);
        assertThat(image.featureLevel("a")).isZero();
        assertThat(update(false, to("a", 1, Direction.UPGRADE), to("metadata.version", 2, Direction.UPGRADE))
                        .getStatus()
                        .getCode())
                .isEqualTo(ErrorCode.NONE);
        assertThat(image.features()).isEqualTo(Map.of("a", 1, "metadata.version", 2));
    }

    @Test
    void aNewClusterHasTheNewestLevelsAndKeepsOutBrokersThatCannotWorkWithThem() {
        MetadataImage fresh = Fixtures.after(
                MetadataImage.EMPTY, ClusterDecisions.bootstrap(MetadataImage.EMPTY, Fixtures.CLUSTER, List.of()));
        Features.SUPPORTED.forEach(
                (name, levels) -> assertThat(fresh.featureLevel(name)).isEqualTo(levels.max()));

        Register able = Fixtures.register(1, 1);
        Register old = able.toBuilder().clearFeatures().build();
        assertThat(register(fresh, able).status().getCode()).isEqualTo(ErrorCode.NONE);
        BrokerDecisions.Registration refused = register(fresh, old);
        assertThat(refused.status().getCode()).isEqualTo(ErrorCode.UNSUPPORTED_VERSION);
        assertThat(refused.status().getMessage()).contains("Broker 1", "group.version", "level 1");
    }

    private static BrokerDecisions.Registration register(MetadataImage image, Register request) {
        Decision<BrokerDecisions.Registration> decision =
                Fixtures.BROKERS.register(image, request, false, Fixtures.ALL_ONLINE);
        return decision.reply().apply(0);
    }
}
