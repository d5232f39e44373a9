package dev.curia.broker;

import dev.curia.broker.config.Settings;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.common.config.ConfigKey;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.MetadataImage;

/** This broker's settings as they are now: its own in the metadata, those of all brokers there, its file, the default. Thread-safe. */
final class DynamicSettings {
    private final Settings settings;
    private final ClusterView cluster;

    DynamicSettings(Settings settings, ClusterView cluster) {
        this.settings = settings;
        this.cluster = cluster;
    }

    <T> T get(ConfigKey<T> key) {
        MetadataImage image = cluster.image();
        String own = image.config(ConfigResource.broker(cluster.brokerId())).get(key.name());
        if (own != null) return key.parse(own);
        String ofAll = image.config(ConfigResource.brokers()).get(key.name());
        return ofAll != null ? key.parse(ofAll) : settings.get(key);
    }
}
