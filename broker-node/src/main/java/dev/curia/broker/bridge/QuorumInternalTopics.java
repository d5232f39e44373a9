package dev.curia.broker.bridge;

import dev.curia.broker.coordinator.InternalTopics;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.TopicAdmin;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.CreateTopicsResponse;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.common.v1.ErrorCode;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates coordinators' topics at the controller. Thread-safe. */
public final class QuorumInternalTopics implements InternalTopics {
    private static final Logger LOG = LoggerFactory.getLogger(QuorumInternalTopics.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final TopicAdmin topics;
    private final ClusterView cluster;
    private final ConcurrentMap<String, CompletableFuture<Errors>> underWay = new ConcurrentHashMap<>();

    public QuorumInternalTopics(TopicAdmin topics, ClusterView cluster) {
        this.topics = topics;
        this.cluster = cluster;
    }

    @Override
    public CompletionStage<Errors> ensure(
            String name, int partitions, short replicationFactor, Map<String, String> configs) {
        if (cluster.image().topic(name).isPresent()) return CompletableFuture.completedFuture(Errors.NONE);
        CompletableFuture<Errors> mine = new CompletableFuture<>();
        CompletableFuture<Errors> earlier = underWay.putIfAbsent(name, mine);
        if (earlier != null) return earlier;
        NewTopic topic = NewTopic.newBuilder()
                .setName(name)
                .setPartitions(partitions)
                .setReplicationFactor(replicationFactor)
                .putAllConfigs(configs)
                .setInternal(true)
                .build();
        CompletableFuture<?> unused = topics.createTopics(
                        CreateTopicsRequest.newBuilder().addTopics(topic).build(), TIMEOUT)
                .whenComplete((response, failure) -> {
                    underWay.remove(name, mine);
                    mine.complete(outcome(name, response, failure));
                });
        return mine;
    }

    private static Errors outcome(String name, @Nullable CreateTopicsResponse response, @Nullable Throwable failure) {
        if (response == null) {
            LOG.warn("internal topic {} is not created yet, the controller did not answer", name, failure);
            return Errors.COORDINATOR_NOT_AVAILABLE;
        }
        var status = response.getTopics(0).getStatus();
        if (status.getCode() == ErrorCode.NONE || status.getCode() == ErrorCode.TOPIC_ALREADY_EXISTS)
            return Errors.NONE;
        LOG.warn("internal topic {} is not created yet: {}", name, status.getMessage());
        return Errors.forCode((short) status.getCode().getNumber());
    }
}
