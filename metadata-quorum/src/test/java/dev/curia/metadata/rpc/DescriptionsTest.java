package dev.curia.metadata.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.Fixtures;
import dev.curia.metadata.decide.EffectiveSettings;
import dev.curia.metadata.decide.TopicDefaults;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.admin.v1.ConfiguredResource;
import dev.curia.proto.admin.v1.TopicRef;
import dev.curia.proto.admin.v1.TopicSummary;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DescriptionsTest {
    private static final EffectiveSettings MIN_TWO =
            new EffectiveSettings(new TopicDefaults(1, 1, Map.of("min.insync.replicas", "2")));

    private final MetadataImage image = Fixtures.withTopic(
            Fixtures.withTopic(Fixtures.cluster(3), "three", List.of(List.of(1, 2, 3), List.of(1, 2))),
            "one",
            List.of(List.of(1)));

    private static TopicSummary summary(MetadataImage image, String topic) {
        return Descriptions.topics(image, MIN_TWO, false).getTopicsList().stream()
                .filter(summary -> summary.getName().equals(topic))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void partitionsAreMeasuredAgainstWhatIsInForce() {
        assertThat(summary(image, "three").getAtMinIsr()).isEqualTo(1);
        assertThat(summary(image, "three").getUnderMinIsr()).isZero();
        assertThat(summary(image, "one").getUnderMinIsr())
                .as("more than there are is not wanted")
                .isZero();
        assertThat(summary(image, "one").getAtMinIsr()).isEqualTo(1);

        MetadataImage strict = image.apply(
                        9,
                        List.of(ImageRecords.configRecord(ConfigResource.topic("three"), "min.insync.replicas", "3")))
                .image();
        assertThat(summary(strict, "three").getAtMinIsr())
                .as("of two replicas two")
                .isEqualTo(2);
        assertThat(summary(strict, "three").getOverrides()).isEqualTo(1);
        List<TopicRef> refs = List.of(TopicRef.newBuilder().setName("three").build());
        assertThat(Descriptions.topics(strict, MIN_TWO, refs).getTopics(0).getMinInsyncReplicas())
                .isEqualTo(3);
    }

    @Test
    void whatHasSettingsIsListedWithoutTheirValues() {
        MetadataImage set = image.apply(
                        9,
                        List.of(
                                ImageRecords.configRecord(ConfigResource.topic("three"), "retention.ms", "3"),
                                ImageRecords.configRecord(ConfigResource.topic("three"), "flush.ms", "3"),
                                ImageRecords.configRecord(ConfigResource.brokers(), "log.retention.ms", "3"),
                                ImageRecords.configRecord(
                                        ConfigResource.group("g"), "consumer.session.timeout.ms", "9")))
                .image();
        assertThat(Descriptions.configs(set).getResourcesList())
                .containsExactly(
                        ConfiguredResource.newBuilder()
                                .setTopic("three")
                                .addKeys("flush.ms")
                                .addKeys("retention.ms")
                                .build(),
                        ConfiguredResource.newBuilder()
                                .setBroker("")
                                .addKeys("log.retention.ms")
                                .build(),
                        ConfiguredResource.newBuilder()
                                .setGroup("g")
                                .addKeys("consumer.session.timeout.ms")
                                .build());
    }
}
