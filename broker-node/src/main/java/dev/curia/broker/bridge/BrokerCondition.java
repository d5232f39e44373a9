package dev.curia.broker.bridge;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.client.BrokerSession;
import dev.curia.metadata.client.ReplicaReport;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.proto.metadata.v1.BrokerEvents;
import dev.curia.proto.metadata.v1.LogEnd;
import dev.curia.proto.metadata.v1.LogEndWanted;
import dev.curia.proto.metadata.v1.LogEnds;
import dev.curia.proto.metadata.v1.LogEndsRequest;
import dev.curia.replica.ReplicaTroubles;
import dev.curia.replica.node.HostedReplicas;

/** How this broker is, for its controller. Called on the metadata loop. */
public final class BrokerCondition implements BrokerSession.Condition {
    private final PublishedMetadata published;
    private final MetadataBridge bridge;
    private final HostedReplicas replicas;
    private final EventOutbox events;
    private ReplicaReport report = ReplicaReport.NONE;

    public BrokerCondition(
            PublishedMetadata published, MetadataBridge bridge, HostedReplicas replicas, EventOutbox events) {
        this.published = published;
        this.bridge = bridge;
        this.replicas = replicas;
        this.events = events;
    }

    @Override
    public long appliedIndex() {
        return published.image().index();
    }

    @Override
    public long metadataDigest() {
        return published.image().digest(); // only this loop publishes, so it is of the index above
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

    @Override
    public BrokerEvents events() {
        return events.oldest();
    }

    @Override
    public void eventsKept(long before) {
        events.kept(before);
    }

    @Override
    public LogEnds logEnds(LogEndsRequest request) {
        LogEnds.Builder ends = LogEnds.newBuilder();
        for (LogEndWanted wanted : request.getPartitionsList()) {
            PartitionId id = new PartitionId(ImageRecords.uuid(wanted.getTopicId()), wanted.getPartition());
            replicas.logEnd(id, wanted.getLeaderEpoch())
                    .ifPresent(end -> ends.addEnds(LogEnd.newBuilder()
                            .setTopicId(wanted.getTopicId())
                            .setPartition(wanted.getPartition())
                            .setLeaderEpoch(wanted.getLeaderEpoch())
                            .setLastEpoch(end.epoch())
                            .setEndOffset(end.endOffset())));
        }
        return ends.build();
    }
}
