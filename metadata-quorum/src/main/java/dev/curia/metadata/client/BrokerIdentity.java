package dev.curia.metadata.client;

import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.ServerEndpoint;
import dev.curia.proto.metadata.v1.Register;
import java.util.List;
import java.util.Optional;

/**
 * What a broker process registers as. Immutable.
 *
 * @param incarnationId new at each process start
 * @param listeners where Kafka clients connect
 * @param rpc where other brokers connect
 * @param previousEpoch the broker epoch before this incarnation if the last stop was clean, else -1 (KIP-966)
 */
public record BrokerIdentity(
        String clusterId,
        int id,
        Uuid incarnationId,
        List<ServerEndpoint> listeners,
        ServerEndpoint rpc,
        Optional<String> rack,
        List<Uuid> logDirIds,
        long previousEpoch) {
    public BrokerIdentity {
        listeners = List.copyOf(listeners);
        logDirIds = List.copyOf(logDirIds);
    }

    /** @param epoch of this incarnation if it is registered already, else -1 */
    Register register(long epoch) {
        return Register.newBuilder()
                .setClusterId(clusterId)
                .setBrokerId(id)
                .setIncarnationId(ImageRecords.bytes(incarnationId))
                .addAllListeners(listeners.stream().map(ImageRecords::proto).toList())
                .setRpc(ImageRecords.proto(rpc))
                .setRack(rack.orElse(""))
                .addAllLogDirIds(logDirIds.stream().map(ImageRecords::bytes).toList())
                .setBrokerEpoch(epoch)
                .setPreviousBrokerEpoch(previousEpoch)
                .addAllFeatures(ImageRecords.features(Features.SUPPORTED))
                .build();
    }
}
