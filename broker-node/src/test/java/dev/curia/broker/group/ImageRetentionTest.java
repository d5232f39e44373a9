package dev.curia.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.group.state.TopicRetention;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.TopicRecord;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageRetentionTest {
    private static final long DAY_MS = 86_400_000L;

    private MetadataImage image = MetadataImage.EMPTY;
    private final ImageRetention retention =
            new ImageRetention(Map.of("log.retention.ms", "1000", "log.roll.ms", "10"), () -> image);

    private void apply(MetadataRecord record) {
        image = image.apply(image.index() + 1, List.of(record)).image();
    }

    private void set(ConfigResource resource, String key, String value) {
        apply(ImageRecords.configRecord(resource, key, value));
    }

    @Test
    void theTopicsSettingsOrTheBrokersDefaults() {
        assertThat(retention.keptMs("t")).as("there is none").isZero();
        apply(MetadataRecord.newBuilder()
                .setTopic(TopicRecord.newBuilder()
                        .setTopicId(ImageRecords.bytes(new Uuid(1, 2)))
                        .setName("t"))
                .build());
        assertThat(retention.keptMs("t")).isEqualTo(1_010);
        set(ConfigResource.brokers(), "log.retention.ms", "2000");
        assertThat(retention.keptMs("t")).isEqualTo(2_010);
        set(ConfigResource.topic("t"), "retention.ms", Long.toString(30 * DAY_MS));
        set(ConfigResource.topic("t"), "segment.ms", Long.toString(DAY_MS));
        assertThat(retention.keptMs("t")).isEqualTo(31 * DAY_MS);
        set(ConfigResource.topic("t"), "retention.ms", "-1");
        assertThat(retention.keptMs("t")).isEqualTo(TopicRetention.FOR_EVER);
        set(ConfigResource.topic("t"), "retention.ms", Long.toString(Long.MAX_VALUE));
        assertThat(retention.keptMs("t")).isEqualTo(TopicRetention.FOR_EVER);
        set(ConfigResource.topic("t"), "retention.ms", "5");
        set(ConfigResource.topic("t"), "cleanup.policy", "compact");
        assertThat(retention.keptMs("t")).as("only compacted").isEqualTo(TopicRetention.FOR_EVER);
        set(ConfigResource.topic("t"), "cleanup.policy", "compact,delete");
        assertThat(retention.keptMs("t")).isEqualTo(5 + DAY_MS);
    }
}
