package dev.curia.metadata.decide;

import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.CreateTopicsResponse;
import dev.curia.proto.admin.v1.CreatedTopic;
import dev.curia.proto.admin.v1.DeleteTopicsRequest;
import dev.curia.proto.admin.v1.DeleteTopicsResponse;
import dev.curia.proto.admin.v1.DeletedTopic;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.admin.v1.TopicRef;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.TopicRemovalRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Creation and deletion of topics, each topic of a request on its own: one may fail while others succeed. */
public final class TopicDecisions {
    /** What the records of one request may take, so that they fit one batch: nothing is ever half done. */
    static final int MAX_BATCH_BYTES = 900_000;

    private final TopicDefaults defaults;

    public TopicDecisions(TopicDefaults defaults) {
        this.defaults = defaults;
    }

    /** @param random for topic ids and the place where each topic's leaders begin */
    public Decision<CreateTopicsResponse> create(
            MetadataImage image, CreateTopicsRequest request, RandomGenerator random) {
        Map<String, Long> times = request.getTopicsList().stream()
                .collect(Collectors.groupingBy(NewTopic::getName, Collectors.counting()));
        Map<String, String> collisions = collisionKeys(image);
        List<MetadataRecord> records = new ArrayList<>();
        List<CreatedTopic> created = new ArrayList<>();
        int bytes = 0;
        for (NewTopic topic : request.getTopicsList()) {
            Status status = times.getOrDefault(topic.getName(), 0L) > 1
                    ? Statuses.error(
                            ErrorCode.INVALID_REQUEST, "Topic " + topic.getName() + " is twice in the request.")
                    : checkName(image, topic.getName(), collisions);
            TopicCreation creation = Statuses.isOk(status)
                    ? TopicCreation.plan(image, topic, defaults, random)
                    : TopicCreation.refused(status);
            bytes += creation.bytes();
            if (bytes > MAX_BATCH_BYTES) creation = TopicCreation.refused(tooLarge(topic));
            created.add(creation.reply(topic.getName()));
            if (!Statuses.isOk(creation.status())) continue;
            collisions.put(TopicNames.collisionKey(topic.getName()), topic.getName());
            records.addAll(creation.records());
        }
        return new Decision<>(
                request.getValidateOnly() ? List.of() : records,
                index -> CreateTopicsResponse.newBuilder()
                        .addAllTopics(created)
                        .setIndex(index)
                        .build());
    }

    /** By name or id. */
    public Decision<DeleteTopicsResponse> delete(MetadataImage image, DeleteTopicsRequest request) {
        List<MetadataRecord> records = new ArrayList<>();
        List<DeletedTopic> deleted = new ArrayList<>();
        Set<Uuid> seen = new HashSet<>();
        for (TopicRef ref : request.getTopicsList()) {
            Optional<Topic> topic = find(image, ref);
            DeletedTopic.Builder reply =
                    DeletedTopic.newBuilder().setName(ref.getName()).setTopicId(ref.getTopicId());
            if (topic.isEmpty()) {
                deleted.add(reply.setStatus(unknown(ref)).build());
                continue;
            }
            reply.setName(topic.get().name())
                    .setTopicId(ImageRecords.bytes(topic.get().id()));
            if (!seen.add(topic.get().id())) {
                reply.setStatus(Statuses.error(
                        ErrorCode.INVALID_REQUEST, "Topic " + topic.get().name() + " is twice in the request."));
            } else {
                records.add(MetadataRecord.newBuilder()
                        .setTopicRemoval(TopicRemovalRecord.newBuilder().setTopicId(reply.getTopicId()))
                        .build());
            }
            deleted.add(reply.build());
        }
        return new Decision<>(
                records,
                index -> DeleteTopicsResponse.newBuilder()
                        .addAllTopics(deleted)
                        .setIndex(index)
                        .build());
    }

    /** The topic that a reference names, if there is one. */
    public static Optional<Topic> find(MetadataImage image, TopicRef ref) {
        return ref.hasTopicId() ? image.topic(ImageRecords.uuid(ref.getTopicId())) : image.topic(ref.getName());
    }

    /** The answer when {@link #find} finds nothing. */
    public static Status unknown(TopicRef ref) {
        return ref.hasTopicId()
                ? Statuses.error(
                        ErrorCode.UNKNOWN_TOPIC_ID, "No topic has the id " + ImageRecords.uuid(ref.getTopicId()) + ".")
                : Statuses.error(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic '" + ref.getName() + "'.");
    }

    private static Status checkName(MetadataImage image, String name, Map<String, String> collisions) {
        Optional<String> complaint = TopicNames.complaint(name);
        if (complaint.isPresent()) return Statuses.error(ErrorCode.INVALID_TOPIC_EXCEPTION, complaint.get());
        if (image.topic(name).isPresent()) {
            return Statuses.error(ErrorCode.TOPIC_ALREADY_EXISTS, "Topic '" + name + "' already exists.");
        }
        String other = collisions.get(TopicNames.collisionKey(name));
        if (other == null) return Statuses.OK;
        return Statuses.error(
                ErrorCode.INVALID_TOPIC_EXCEPTION,
                "Topic '" + name + "' collides with '" + other
                        + "': names that differ only in '.' and '_' share metrics.");
    }

    private static Map<String, String> collisionKeys(MetadataImage image) {
        return image.topics().stream()
                .map(Topic::name)
                .collect(Collectors.toMap(TopicNames::collisionKey, Function.identity(), (a, b) -> a, HashMap::new));
    }

    private static Status tooLarge(NewTopic topic) {
        return Statuses.error(
                ErrorCode.POLICY_VIOLATION,
                "With topic " + topic.getName() + " the request creates more than one metadata batch can hold; "
                        + "use fewer partitions or several requests.");
    }
}
