package dev.curia.metadata.decide;

import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.CreatePartitionsRequest;
import dev.curia.proto.admin.v1.CreatePartitionsResponse;
import dev.curia.proto.admin.v1.CreatedPartitions;
import dev.curia.proto.admin.v1.PartitionCount;
import dev.curia.proto.admin.v1.ReplicaSet;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Further partitions of topics (KIP-195), each topic of a request on its own: one may fail while others succeed. */
public final class PartitionAdditions {
    private PartitionAdditions() {}

    /** Either a complaint or the records. */
    private record Plan(Status status, List<MetadataRecord> records) {
        static Plan refused(ErrorCode code, String message) {
            return new Plan(Statuses.error(code, message), List.of());
        }
    }

    public static Decision<CreatePartitionsResponse> add(MetadataImage image, CreatePartitionsRequest request) {
        Map<String, Long> times = request.getTopicsList().stream()
                .collect(Collectors.groupingBy(PartitionCount::getTopic, Collectors.counting()));
        List<MetadataRecord> records = new ArrayList<>();
        List<CreatedPartitions> results = new ArrayList<>();
        int bytes = 0;
        for (PartitionCount wanted : request.getTopicsList()) {
            Plan plan = times.getOrDefault(wanted.getTopic(), 0L) > 1
                    ? Plan.refused(
                            ErrorCode.INVALID_REQUEST, "Topic " + wanted.getTopic() + " is twice in the request.")
                    : plan(image, wanted);
            bytes += plan.records().stream().mapToInt(Records::bytes).sum();
            if (bytes > TopicDecisions.MAX_BATCH_BYTES) {
                plan = Plan.refused(
                        ErrorCode.POLICY_VIOLATION,
                        "With topic " + wanted.getTopic() + " the request adds more than one metadata batch can hold;"
                                + " use several requests.");
            }
            records.addAll(plan.records());
            results.add(CreatedPartitions.newBuilder()
                    .setTopic(wanted.getTopic())
                    .setStatus(plan.status())
                    .build());
        }
        return new Decision<>(
                request.getValidateOnly() ? List.of() : records,
                index -> CreatePartitionsResponse.newBuilder()
                        .addAllTopics(results)
                        .setIndex(index)
                        .build());
    }

    private static Plan plan(MetadataImage image, PartitionCount wanted) {
        Optional<Topic> found = image.topic(wanted.getTopic());
        if (found.isEmpty()) {
            return Plan.refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic '" + wanted.getTopic() + "'.");
        }
        Topic topic = found.get();
        int existing = topic.partitions().size();
        if (wanted.getCount() <= existing || wanted.getCount() > TopicCreation.MAX_PARTITIONS) {
            return Plan.refused(
                    ErrorCode.INVALID_PARTITIONS,
                    "Topic " + topic.name() + " has " + existing + " partitions and should get " + wanted.getCount()
                            + "; expected " + (existing + 1) + " to " + TopicCreation.MAX_PARTITIONS + ".");
        }
        int factor = topic.partitions().get(0).replicas().size();
        return wanted.getReplicasCount() > 0
                ? asAssigned(image, topic, wanted, factor)
                : byPlacement(image, topic, wanted.getCount() - existing, factor);
    }

    private static Plan byPlacement(MetadataImage image, Topic topic, int added, int factor) {
        List<BrokerRegistration> alive = BrokerStandings.toPlaceOn(image, factor);
        if (factor > alive.size()) {
            return Plan.refused(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "Replication factor " + factor + " of topic " + topic.name() + " needs as many brokers, but only "
                            + alive.size() + " are alive.");
        }
        int existing = topic.partitions().size();
        int lastLeader = topic.partitions().get(existing - 1).replicas().get(0);
        return of(image, topic, Placement.after(alive, existing, lastLeader).place(existing, added, factor));
    }

    private static Plan asAssigned(MetadataImage image, Topic topic, PartitionCount wanted, int factor) {
        int existing = topic.partitions().size();
        List<List<Integer>> replicas = wanted.getReplicasList().stream()
                .map(ReplicaSet::getBrokersList)
                .toList();
        String assignment = "Assignment of topic " + topic.name() + ": ";
        if (replicas.size() != wanted.getCount() - existing) {
            return Plan.refused(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                    assignment + "it has replicas for " + replicas.size() + " partitions, but "
                            + (wanted.getCount() - existing) + " are to be added.");
        }
        for (int i = 0; i < replicas.size(); i++) {
            Optional<String> complaint = TopicCreation.complaint(image, existing + i, replicas.get(i), factor);
            if (complaint.isPresent()) {
                return Plan.refused(ErrorCode.INVALID_REPLICA_ASSIGNMENT, assignment + complaint.get() + ".");
            }
        }
        return of(image, topic, replicas);
    }

    private static Plan of(MetadataImage image, Topic topic, List<List<Integer>> replicas) {
        List<MetadataRecord> records = new ArrayList<>(replicas.size());
        for (List<Integer> ids : replicas) {
            int partition = topic.partitions().size() + records.size();
            records.add(TopicCreation.partition(image, topic.id(), partition, ids));
        }
        return new Plan(Statuses.OK, records);
    }
}
