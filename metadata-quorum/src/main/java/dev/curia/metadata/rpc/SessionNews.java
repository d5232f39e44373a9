package dev.curia.metadata.rpc;

import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.quorum.MetadataDigests;
import dev.curia.proto.metadata.v1.ControllerMessage;
import dev.curia.proto.metadata.v1.Heartbeat;
import dev.curia.proto.metadata.v1.QuorumNodes;
import java.util.List;
import java.util.Optional;

/**
 * What a broker's session carries besides registration: the broker's digest of its metadata one way, where the quorum is reached the other.
 * The caller's lock keeps calls apart.
 */
final class SessionNews {
    private final MetadataLog log;
    private final MetadataDigests digests;
    private List<String> told = List.of();

    SessionNews(MetadataLog log, MetadataDigests digests) {
        this.log = log;
        this.digests = digests;
    }

    void heartbeat(int brokerId, Heartbeat heartbeat) {
        digests.check("broker " + brokerId, heartbeat.getAppliedIndex(), heartbeat.getMetadataDigest());
    }

    /** The quorum's addresses, when they are not what this broker was told last. */
    Optional<ControllerMessage> next() {
        List<String> now = log.status().members().stream()
                .map(member -> member.node().rpcAddress())
                .sorted()
                .toList();
        if (now.isEmpty() || now.equals(told)) return Optional.empty();
        told = now;
        return Optional.of(ControllerMessage.newBuilder()
                .setQuorumNodes(QuorumNodes.newBuilder().addAllRpcAddresses(now))
                .build());
    }
}
