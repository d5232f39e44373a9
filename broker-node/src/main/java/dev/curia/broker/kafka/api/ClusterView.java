package dev.curia.broker.kafka.api;

import dev.curia.metadata.image.MetadataImage;

/** The cluster as this broker knows it now. Thread-safe. */
public interface ClusterView {
    /** The newest image whose changes this broker has applied to its parts. */
    MetadataImage image();

    /** The newest of all; its changes may still be on their way to the parts. */
    MetadataImage newest();

    /** This broker's own id. */
    int brokerId();
}
