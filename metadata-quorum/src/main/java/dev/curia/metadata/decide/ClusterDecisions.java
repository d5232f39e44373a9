package dev.curia.metadata.decide;

import dev.curia.metadata.image.ClusterIdentity;
import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the first controller of a cluster writes. */
public final class ClusterDecisions {
    private ClusterDecisions() {}

    /**
     * Names an empty cluster and finalizes the newest level of each feature; nothing in a named one.
     *
     * @param first what else the cluster begins with
     * @throws IllegalStateException when the metadata belongs to another cluster
     */
    public static Decision<Boolean> bootstrap(MetadataImage image, String clusterId, List<MetadataRecord> first) {
        if (image.clusterId().equals(clusterId)) return Decision.answer(false);
        if (!image.clusterId().isEmpty()) {
            throw new IllegalStateException(
                    "this node is of cluster " + clusterId + ", but the metadata log is of cluster " + image.clusterId()
                            + "; check the node's data directory");
        }
        List<MetadataRecord> records = new ArrayList<>();
        records.add(ImageRecords.clusterRecord(ClusterIdentity.first(clusterId)));
        Features.SUPPORTED.entrySet().stream()
                .filter(feature -> feature.getValue().max() > 0)
                .sorted(Map.Entry.comparingByKey())
                .forEach(feature -> records.add(ImageRecords.featureRecord(
                        feature.getKey(), feature.getValue().max())));
        records.addAll(first);
        return Decision.of(records, true);
    }
}
