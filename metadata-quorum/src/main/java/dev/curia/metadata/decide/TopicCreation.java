package dev.curia.metadata.decide;

import com.google.protobuf.ByteString;
import dev.curia.common.config.ConfigException;
import dev.curia.common.config.TopicConfigs;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.proto.admin.v1.CreatedTopic;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.admin.v1.ReplicaAssignment;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.TopicRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * The creation of one topic whose name is free: where its replicas go, and the records for it.
 *
 * @param records empty unless the status is OK
 */
record TopicCreation(Status status, ByteString topicId, List<List<Integer>> replicas, List<MetadataRecord> records) {
    static final int MAX_PARTITIONS = 10_000;

    static TopicCreation refused(Status status) {
        return new TopicCreation(status, ByteString.EMPTY, List.of(), List.of());
    }

    static TopicCreation plan(MetadataImage image, NewTopic topic, TopicDefaults defaults, RandomGenerator random) {
        try {
            TopicConfigs.validate(topic.getConfigsMap(), defaults.configs());
        } catch (ConfigException e) {
            return refused(Statuses.error(ErrorCode.INVALID_CONFIG, e.getMessage()));
        }
        return topic.getAssignmentsCount() > 0
                ? asAssigned(image, topic, random)
                : byPlacement(image, topic, defaults, random);
    }

    int bytes() {
        return records.stream().mapToInt(Records::bytes).sum();
    }

    CreatedTopic reply(String name) {
        return CreatedTopic.newBuilder()
                .setName(name)
                .setStatus(status)
                .setTopicId(topicId)
                .setPartitions(replicas.size())
                .setReplicationFactor(replicas.isEmpty() ? 0 : replicas.get(0).size())
                .build();
    }

    private static TopicCreation byPlacement(
            MetadataImage image, NewTopic topic, TopicDefaults defaults, RandomGenerator random) {
        int partitions = topic.getPartitions() == -1 ? defaults.partitions() : topic.getPartitions();
        int factor = topic.getReplicationFactor() == -1 ? defaults.replicationFactor() : topic.getReplicationFactor();
        if (partitions < 1 || partitions > MAX_PARTITIONS) {
            return refused(Statuses.error(
                    ErrorCode.INVALID_PARTITIONS,
                    "Topic " + topic.getName() + " has " + partitions + " partitions; expected 1 to " + MAX_PARTITIONS
                            + ", or -1 for the default."));
        }
        if (factor < 1) {
            return refused(Statuses.error(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "Topic " + topic.getName() + " has replication factor " + factor
                            + "; expected at least 1, or -1 for the default."));
        }
        List<BrokerRegistration> alive = BrokerStandings.toPlaceOn(image, factor);
        if (factor > alive.size()) {
            return refused(Statuses.error(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "Replication factor " + factor + " of topic " + topic.getName()
                            + " needs as many brokers, but only " + alive.size() + " are alive."));
        }
        return of(image, topic, new Placement(alive, random.nextInt(1 << 16)).place(partitions, factor), random);
    }

    private static TopicCreation asAssigned(MetadataImage image, NewTopic topic, RandomGenerator random) {
        if (topic.getPartitions() > 0 || topic.getReplicationFactor() > 0) {
            return refused(Statuses.error(
                    ErrorCode.INVALID_REQUEST,
                    "Topic " + topic.getName() + " has both counts and a replica assignment; give one of them."));
        }
        TreeMap<Integer, List<Integer>> byPartition = new TreeMap<>();
        for (ReplicaAssignment assignment : topic.getAssignmentsList()) {
            if (byPartition.put(assignment.getPartition(), assignment.getReplicasList()) != null) {
                return badAssignment(topic, "partition " + assignment.getPartition() + " is assigned twice");
            }
        }
        if (byPartition.firstKey() != 0 || byPartition.lastKey() != byPartition.size() - 1) {
            return badAssignment(topic, "partitions must be 0 to n-1 without a gap, not " + byPartition.keySet());
        }
        List<List<Integer>> replicas = List.copyOf(byPartition.values());
        int factor = replicas.get(0).size();
        for (int p = 0; p < replicas.size(); p++) {
            List<Integer> ids = replicas.get(p);
            Optional<String> complaint = complaint(image, p, ids, factor);
            if (complaint.isPresent()) return badAssignment(topic, complaint.get());
        }
        return of(image, topic, replicas, random);
    }

    /**
     * What is wrong with the replicas that somebody chose for a partition.
     *
     * @param factor how many the topic's first partition has
     */
    static Optional<String> complaint(MetadataImage image, int partition, List<Integer> ids, int factor) {
        String where = "partition " + partition + " has replicas " + ids + ", ";
        if (ids.isEmpty()) return Optional.of(where + "expected at least one");
        if (ids.size() != factor) return Optional.of(where + "but partition 0 has " + factor);
        if (new HashSet<>(ids).size() < factor) return Optional.of(where + "one of them twice");
        for (int id : ids) if (image.broker(id).isEmpty()) return Optional.of(where + "but no broker " + id);
        return ids.stream().noneMatch(image::isAlive) ? Optional.of(where + "none of them alive") : Optional.empty();
    }

    /** The first state of a partition: who is alive of its replicas is in sync, the first of them leads. */
    static MetadataRecord partition(MetadataImage image, Uuid topic, int partition, List<Integer> ids) {
        List<Integer> isr = ids.stream().filter(image::isAlive).toList();
        return ImageRecords.partitionRecord(
                topic, partition, new PartitionState(ids, isr, List.of(), isr.get(0), 0, 0));
    }

    private static TopicCreation badAssignment(NewTopic topic, String what) {
        return refused(Statuses.error(
                ErrorCode.INVALID_REPLICA_ASSIGNMENT, "Assignment of topic " + topic.getName() + ": " + what + "."));
    }

    private static TopicCreation of(
            MetadataImage image, NewTopic topic, List<List<Integer>> replicas, RandomGenerator random) {
        Uuid id = freeId(image, random);
        List<MetadataRecord> records = new ArrayList<>(replicas.size() + 1);
        records.add(MetadataRecord.newBuilder()
                .setTopic(TopicRecord.newBuilder()
                        .setTopicId(ImageRecords.bytes(id))
                        .setName(topic.getName())
                        .setInternal(topic.getInternal()))
                .build());
        for (int p = 0; p < replicas.size(); p++) records.add(partition(image, id, p, replicas.get(p)));
        topic.getConfigsMap().entrySet().stream()
                .sorted(Comparator.comparing(Map.Entry::getKey))
                .forEach(entry -> records.add(ImageRecords.configRecord(
                        ConfigResource.topic(topic.getName()), entry.getKey(), entry.getValue())));
        return new TopicCreation(Statuses.OK, ImageRecords.bytes(id), replicas, records);
    }

    private static Uuid freeId(MetadataImage image, RandomGenerator random) {
        while (true) {
            Uuid id = Uuid.random(random);
            if (image.topic(id).isEmpty()) return id;
        }
    }
}
