package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.metadata.image.Features;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.SupportedVersionRange;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InvalidUpdateVersionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the stock admin client sees of features, and how it finalizes them. */
class FeaturesTest {
    @TempDir
    Path directory;

    TestBroker broker;
    Admin admin;

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(directory);
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    }

    @AfterEach
    void stop() throws Exception {
        admin.close();
        broker.close();
    }

    private static <T> T get(KafkaFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private void update(String feature, int level, UpgradeType type) throws Exception {
        get(admin.updateFeatures(Map.of(feature, new FeatureUpdate((short) level, type)), new UpdateFeaturesOptions())
                .all());
    }

    @Test
    void supportedAndFinalizedLevelsAreDescribed() throws Exception {
        FeatureMetadata features = get(admin.describeFeatures().featureMetadata());
        assertThat(features.finalizedFeatures())
                .containsEntry(Features.METADATA_VERSION, new FinalizedVersionRange((short) 2, (short) 2));
        assertThat(features.finalizedFeaturesEpoch()).hasValue(broker.image().index());
        Features.SUPPORTED.forEach((name, levels) -> {
            if (levels.max() == 0) {
                assertThat(features.supportedFeatures()).doesNotContainKey(name);
            } else {
                assertThat(features.supportedFeatures())
                        .containsEntry(name, new SupportedVersionRange((short) levels.min(), (short) levels.max()));
            }
        });
    }

    @Test
    void aLevelIsFinalizedOrRefusedWithTheReason() throws Exception {
        update(Features.METADATA_VERSION, 2, UpgradeType.UPGRADE);
        assertThatThrownBy(() -> update(Features.METADATA_VERSION, 29, UpgradeType.UPGRADE))
                .hasCauseInstanceOf(InvalidUpdateVersionException.class)
                .hasMessageContaining("metadata.version");
        assertThatThrownBy(() -> update("no.such.feature", 1, UpgradeType.UPGRADE))
                .hasCauseInstanceOf(InvalidUpdateVersionException.class)
                .hasMessageContaining("no.such.feature");
        assertThatThrownBy(() -> update(Features.METADATA_VERSION, 0, UpgradeType.SAFE_DOWNGRADE))
                .hasCauseInstanceOf(InvalidUpdateVersionException.class)
                .hasMessageContaining("cannot be removed");
    }
}
