package dev.curia.admin.client;

import dev.curia.admin.client.ClusterException.Kind;
import dev.curia.proto.admin.v1.BrokerDescription;
import dev.curia.proto.admin.v1.DescribeClusterRequest;
import dev.curia.proto.admin.v1.DescribeTopicsRequest;
import dev.curia.proto.admin.v1.PartitionDescription;
import dev.curia.proto.admin.v1.TopicDescription;
import dev.curia.proto.admin.v1.TopicRef;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where each partition of a topic is led, as the quorum knows it at one moment. Immutable.
 *
 * @param leaders broker id by partition, -1: none
 * @param brokers the gRPC addresses of brokers by id
 */
public record TopicRoutes(String topic, SortedMap<Integer, Integer> leaders, Map<Integer, ServerAddress> brokers) {

    /** Asks the quorum; an unknown topic is a {@link ClusterException}. */
    public static TopicRoutes of(AdminClient admin, String topic) {
        TopicDescription description = admin.read(
                        "look up topic " + topic,
                        stub -> stub.describeTopics(DescribeTopicsRequest.newBuilder()
                                .addTopics(TopicRef.newBuilder().setName(topic))
                                .build()))
                .getTopics(0);
        ErrorCode code = description.getStatus().getCode();
        if (code != ErrorCode.NONE) {
            throw new ClusterException(Kind.REFUSED, Explain.refusal("use", topic, description.getStatus()));
        }
        SortedMap<Integer, Integer> leaders = new TreeMap<>();
        for (PartitionDescription partition : description.getPartitionsList()) {
            leaders.put(partition.getPartition(), partition.getLeader());
        }
        Map<Integer, ServerAddress> brokers = new HashMap<>();
        for (BrokerDescription broker : admin.read(
                        "look up the brokers",
                        stub -> stub.describeCluster(DescribeClusterRequest.getDefaultInstance()))
                .getBrokersList()) {
            if (broker.hasRpc() && !broker.getRpc().getHost().isEmpty())
                brokers.put(
                        broker.getBrokerId(),
                        new ServerAddress(
                                broker.getRpc().getHost(), broker.getRpc().getPort()));
        }
        return new TopicRoutes(topic, leaders, brokers);
    }

    /** The address of a partition's leader; empty while there is none. */
    public Optional<ServerAddress> leader(int partition) {
        int leader = leaders.getOrDefault(partition, -1);
        return Optional.ofNullable(brokers.get(leader));
    }

    /** Throws a {@link ClusterException} when the topic has no such partition. */
    public void check(int partition) {
        if (leaders.containsKey(partition)) return;
        throw new ClusterException(
                Kind.REFUSED,
                "topic " + topic + " has no partition " + partition + "; it has " + leaders.size() + ", 0 to "
                        + (leaders.size() - 1) + ".");
    }
}
