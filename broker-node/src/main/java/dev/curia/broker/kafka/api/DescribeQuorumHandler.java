package dev.curia.broker.kafka.api;

import dev.curia.common.net.HostPort;
import dev.curia.common.time.Clock;
import dev.curia.proto.admin.v1.DescribeQuorumResponse;
import dev.curia.proto.admin.v1.QuorumNodeDescription;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Listener;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ListenerCollection;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Node;
import org.apache.kafka.common.message.DescribeQuorumResponseData.NodeCollection;
import org.apache.kafka.common.message.DescribeQuorumResponseData.PartitionData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ReplicaState;
import org.apache.kafka.common.message.DescribeQuorumResponseData.TopicData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeQuorumRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Describes the metadata quorum as its leader sees it (KIP-595, KIP-836, KIP-853), under the name of the topic that it is in Apache Kafka.
 * Offsets are the indexes of the Raft log; a follower's fetch is its last sign of life. Brokers watch the metadata and are no observers.
 */
final class DescribeQuorumHandler implements RequestHandler<DescribeQuorumRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(DescribeQuorumHandler.class);
    private static final String TOPIC = "__cluster_metadata";

    /** The request carries no time of its own; a client waits 30 s by default. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private static final long UNKNOWN = -1;
    private static final short FIRST_WITH_NODES = 2;

    private final ClusterAdmin cluster;
    private final Clock clock;

    DescribeQuorumHandler(ClusterAdmin cluster, Clock clock) {
        this.cluster = cluster;
        this.clock = clock;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_QUORUM;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<org.apache.kafka.common.requests.DescribeQuorumResponse> handle(
            RequestContext context, DescribeQuorumRequest request) {
        return cluster.describeQuorum(TIMEOUT)
                .handle((quorum, failure) -> new org.apache.kafka.common.requests.DescribeQuorumResponse(
                        answer(context, request.data(), quorum, failure)));
    }

    private DescribeQuorumResponseData answer(
            RequestContext context,
            DescribeQuorumRequestData request,
            @Nullable DescribeQuorumResponse quorum,
            @Nullable Throwable failure) {
        if (quorum == null) {
            LOG.warn("the quorum's leader did not describe it: {}", String.valueOf(failure));
            return new DescribeQuorumResponseData()
                    .setErrorCode(Errors.REQUEST_TIMED_OUT.code())
                    .setErrorMessage("The quorum's leader did not answer in time.");
        }
        NodeCollection nodes = new NodeCollection();
        if (context.version() >= FIRST_WITH_NODES) {
            quorum.getNodesList().forEach(node -> nodes.add(node(node)));
        }
        return new DescribeQuorumResponseData()
                .setNodes(nodes)
                .setTopics(request.topics().stream()
                        .map(topic -> new TopicData()
                                .setTopicName(topic.topicName())
                                .setPartitions(topic.partitions().stream()
                                        .map(partition ->
                                                partition(topic.topicName(), partition.partitionIndex(), quorum))
                                        .toList()))
                        .toList());
    }

    private PartitionData partition(String topic, int index, DescribeQuorumResponse quorum) {
        PartitionData data = new PartitionData().setPartitionIndex(index);
        if (!topic.equals(TOPIC) || index != 0) {
            return data.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())
                    .setErrorMessage("Only partition 0 of " + TOPIC + " has a quorum, not " + topic + "-" + index + ".")
                    .setCurrentVoters(List.of())
                    .setObservers(List.of());
        }
        return data.setLeaderId(quorum.getLeaderId())
                .setLeaderEpoch((int) quorum.getTerm())
                .setHighWatermark(quorum.getCommittedIndex() + 1)
                .setCurrentVoters(quorum.getNodesList().stream()
                        .map(node -> voter(node, quorum))
                        .toList())
                .setObservers(List.of());
    }

    private ReplicaState voter(QuorumNodeDescription node, DescribeQuorumResponse quorum) {
        ReplicaState voter = new ReplicaState().setReplicaId(node.getNodeId());
        voter.setLogEndOffset(node.getMatchIndex() < 0 ? UNKNOWN : node.getMatchIndex() + 1);
        long now = clock.wallMillis();
        if (node.getNodeId() == quorum.getLeaderId()) {
            return voter.setLastFetchTimestamp(UNKNOWN).setLastCaughtUpTimestamp(now);
        }
        long heard = node.getLastContactMs() < 0 ? UNKNOWN : now - node.getLastContactMs();
        boolean caughtUp = node.getMatchIndex() >= quorum.getCommittedIndex();
        return voter.setLastFetchTimestamp(heard).setLastCaughtUpTimestamp(caughtUp ? heard : UNKNOWN);
    }

    private static Node node(QuorumNodeDescription node) {
        HostPort address = HostPort.parse(node.getRpcAddress());
        ListenerCollection listeners = new ListenerCollection();
        listeners.add(new Listener().setName("RPC").setHost(address.host()).setPort(address.port()));
        return new Node().setNodeId(node.getNodeId()).setListeners(listeners);
    }
}
