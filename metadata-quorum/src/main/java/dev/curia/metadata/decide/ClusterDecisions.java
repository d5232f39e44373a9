package dev.curia.metadata.decide;

import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.metadata.v1.ClusterRecord;
import dev.curia.proto.metadata.v1.FeatureLevelRecord;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.List;

/** What the first controller of a cluster writes. */
public final class ClusterDecisions {
    /** The feature that gates record kinds and their meaning. */
    public static final String METADATA_VERSION = "metadata.version";

    private static final int FIRST_LEVEL = 1;

    private ClusterDecisions() {}

    /**
     * Names an empty cluster and sets its feature levels; nothing in a named one.
     *
     * @throws IllegalStateException when the metadata belongs to another cluster
     */
    public static Decision<Boolean> bootstrap(MetadataImage image, String clusterId) {
        if (image.clusterId().equals(clusterId)) return Decision.answer(false);
        if (!image.clusterId().isEmpty()) {
            throw new IllegalStateException(
                    "this node is of cluster " + clusterId + ", but the metadata log is of cluster " + image.clusterId()
                            + "; check the node's data directory");
        }
        return Decision.of(
                List.of(
                        MetadataRecord.newBuilder()
                                .setCluster(ClusterRecord.newBuilder().setClusterId(clusterId))
                                .build(),
                        MetadataRecord.newBuilder()
                                .setFeatureLevel(FeatureLevelRecord.newBuilder()
                                        .setName(METADATA_VERSION)
                                        .setLevel(FIRST_LEVEL))
                                .build()),
                true);
    }
}
