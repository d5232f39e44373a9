package dev.curia.admin.command;

import dev.curia.proto.admin.v1.DescribeClusterResponse;
import dev.curia.proto.admin.v1.FeatureUpdate;
import dev.curia.proto.admin.v1.UpdateFeaturesRequest;
import dev.curia.proto.admin.v1.UpdateFeaturesResponse;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.FeatureRange;
import dev.curia.proto.common.v1.Status;
import java.util.Map;
import java.util.TreeMap;

/** One feature, of which the cluster has level 1, the quorum and broker 0 can level 3, and the other brokers level 2. */
final class FakeFeatures {
    static final String NAME = "metadata.version";
    private static final int OF_ALL = 2;
    private static final int NEWEST = 3;

    final Map<String, Integer> levels = new TreeMap<>(Map.of(NAME, 1));

    synchronized DescribeClusterResponse.Builder describe(DescribeClusterResponse.Builder cluster) {
        cluster.putAllFeatures(levels).addSupportedFeatures(range(NEWEST));
        cluster.getBrokersBuilderList()
                .forEach(broker -> broker.addFeatures(range(broker.getBrokerId() == 0 ? NEWEST : OF_ALL)));
        return cluster;
    }

    synchronized UpdateFeaturesResponse update(UpdateFeaturesRequest request) {
        for (FeatureUpdate update : request.getUpdatesList()) {
            boolean up = update.getLevel() >= levels.getOrDefault(update.getFeature(), 0);
            if (update.getLevel() > OF_ALL || up != (update.getDirection() == FeatureUpdate.Direction.UPGRADE)) {
                return UpdateFeaturesResponse.newBuilder()
                        .setStatus(Status.newBuilder()
                                .setCode(ErrorCode.INVALID_UPDATE_VERSION)
                                .setMessage("Broker 1 does not support it."))
                        .build();
            }
        }
        if (!request.getValidateOnly())
            request.getUpdatesList().forEach(update -> levels.put(update.getFeature(), update.getLevel()));
        return UpdateFeaturesResponse.getDefaultInstance();
    }

    private static FeatureRange range(int newest) {
        return FeatureRange.newBuilder()
                .setName(NAME)
                .setMinLevel(1)
                .setMaxLevel(newest)
                .build();
    }
}
