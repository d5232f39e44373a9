package dev.curia.broker.kafka.api.group;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.state.OffsetCommit;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Topic;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetCommitResponse;

/**
 * OffsetCommit; partitions that don't exist are refused here, the rest goes to the group. Since version 10 topics are named by their ids
 * (KIP-848).
 */
final class OffsetCommitHandler implements RequestHandler<OffsetCommitRequest> {
    private static final short BY_TOPIC_ID = 10;
    private static final short FIRST_TO_KNOW_OF_MISSING_GROUPS = 9;

    private final GroupCoordinator groups;
    private final ClusterView cluster;

    OffsetCommitHandler(GroupCoordinator groups, ClusterView cluster) {
        this.groups = groups;
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.OFFSET_COMMIT;
    }

    @Override
    public short minVersion() {
        return 2;
    }

    @Override
    public short maxVersion() {
        return BY_TOPIC_ID;
    }

    @Override
    public CompletionStage<OffsetCommitResponse> handle(RequestContext context, OffsetCommitRequest request) {
        OffsetCommitRequestData data = request.data();
        MetadataImage image = cluster.image();
        boolean byId = context.version() >= BY_TOPIC_ID;
        IdentityHashMap<OffsetCommitRequestTopic, Optional<Topic>> known = new IdentityHashMap<>();
        List<OffsetCommit.Offset> offsets = new ArrayList<>();
        for (OffsetCommitRequestTopic asked : data.topics()) {
            Optional<Topic> topic = byId ? image.topic(TopicIds.fromKafka(asked.topicId())) : image.topic(asked.name());
            known.put(asked, topic);
            for (OffsetCommitRequestPartition p : asked.partitions()) {
                topic.filter(t -> t.partition(p.partitionIndex()).isPresent())
                        .ifPresent(t -> offsets.add(toOffset(t, byId, p)));
            }
        }
        OffsetCommit.Request commit = new OffsetCommit.Request(
                data.groupId(),
                data.generationIdOrMemberEpoch(),
                data.memberId(),
                data.groupInstanceId(),
                data.retentionTimeMs() < 0 ? OptionalLong.empty() : OptionalLong.of(data.retentionTimeMs()),
                offsets);
        return groups.commit(commit).thenApply(reply -> toResponse(context.version(), data, known, reply));
    }

    private static OffsetCommit.Offset toOffset(Topic topic, boolean byId, OffsetCommitRequestPartition p) {
        return new OffsetCommit.Offset(
                new TopicPartition(topic.name(), p.partitionIndex()),
                byId ? topic.id() : Uuid.ZERO,
                p.committedOffset(),
                p.committedLeaderEpoch(),
                Objects.requireNonNullElse(p.committedMetadata(), ""));
    }

    /** A client of old takes a group that there is not for one that has gone on without it, which it has learnt to deal with. */
    private static Errors forClient(Errors error, short version) {
        boolean unknown = error == Errors.GROUP_ID_NOT_FOUND && version < FIRST_TO_KNOW_OF_MISSING_GROUPS;
        return unknown ? Errors.ILLEGAL_GENERATION : error;
    }

    private static OffsetCommitResponse toResponse(
            short version,
            OffsetCommitRequestData data,
            IdentityHashMap<OffsetCommitRequestTopic, Optional<Topic>> known,
            OffsetCommit.Reply reply) {
        boolean byId = version >= BY_TOPIC_ID;
        OffsetCommitResponseData response = new OffsetCommitResponseData();
        Map<Object, OffsetCommitResponseTopic> topics = new LinkedHashMap<>();
        for (OffsetCommitRequestTopic asked : data.topics()) {
            Optional<Topic> topic = known.getOrDefault(asked, Optional.empty());
            Errors missing = byId && topic.isEmpty() ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
            for (OffsetCommitRequestPartition p : asked.partitions()) {
                Errors error = topic.filter(t -> p.partitionIndex() >= 0)
                        .map(t -> reply.errors().get(new TopicPartition(t.name(), p.partitionIndex())))
                        .map(refused -> forClient(refused, version))
                        .orElse(missing);
                topics.computeIfAbsent(
                                byId ? asked.topicId() : asked.name(),
                                key -> new OffsetCommitResponseTopic()
                                        .setName(asked.name())
                                        .setTopicId(asked.topicId()))
                        .partitions()
                        .add(new OffsetCommitResponsePartition()
                                .setPartitionIndex(p.partitionIndex())
                                .setErrorCode(error.code()));
            }
        }
        return new OffsetCommitResponse(response.setTopics(new ArrayList<>(topics.values())));
    }
}
