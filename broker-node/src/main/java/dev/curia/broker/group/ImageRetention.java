package dev.curia.broker.group;

import dev.curia.broker.group.state.TopicRetention;
import dev.curia.common.config.TopicConfigs;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.MetadataImage;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** By the settings of the topics, and the brokers' defaults for them. Thread-safe. */
final class ImageRetention implements TopicRetention {
    private final Map<String, String> defaults;
    private final Supplier<MetadataImage> metadata;

    /** @param config the node's settings */
    ImageRetention(Map<String, String> config, Supplier<MetadataImage> metadata) {
        this.defaults = Map.copyOf(TopicConfigs.defaultsIn(config));
        this.metadata = metadata;
    }

    @Override
    public long keptMs(String topic) {
        MetadataImage image = metadata.get();
        if (image.topic(topic).isEmpty()) return 0;
        Map<String, String> settings = new HashMap<>(defaults);
        settings.putAll(TopicConfigs.defaultsIn(image.config(ConfigResource.brokers())));
        settings.putAll(image.config(ConfigResource.topic(topic)));
        long retentionMs = TopicConfigs.RETENTION_MS.in(settings);
        boolean deletes = TopicConfigs.CLEANUP_POLICY.in(settings).contains("delete");
        if (!deletes || retentionMs < 0) return FOR_EVER;
        // A segment goes when its newest record is old enough, which may be written just before the next one begins.
        long segmentMs = TopicConfigs.SEGMENT_MS.in(settings);
        return retentionMs > FOR_EVER - segmentMs ? FOR_EVER : retentionMs + segmentMs;
    }
}
