package dev.curia.broker.bridge;

import dev.curia.metadata.client.BrokerSession;
import dev.curia.metadata.client.ReplicaReport;
import dev.curia.replica.ReplicaTroubles;
import dev.curia.replica.node.HostedReplicas;

/** How this broker is, for its controller. Called on the metadata loop. */
public final class BrokerCondition implements BrokerSession.Condition {
    private final PublishedMetadata published;
    private final MetadataBridge bridge;
    private final HostedReplicas replicas;
    private ReplicaReport report = ReplicaReport.NONE;

    public BrokerCondition(PublishedMetadata published, MetadataBridge bridge, HostedReplicas replicas) {
        this.published = published;
        this.bridge = bridge;
        this.replicas = replicas;
    }

    @Override
    public long appliedIndex() {
        return published.image().index();
    }

    @Override
    public boolean ready() {
        return bridge.replicasOpened();
    }

    @Override
    public ReplicaReport replicas() {
        ReplicaTroubles now = replicas.troubles();
        if (now.version() != report.version())
            report = new ReplicaReport(now.version(), now.offlineSince(), now.full());
        return report;
    }
}
