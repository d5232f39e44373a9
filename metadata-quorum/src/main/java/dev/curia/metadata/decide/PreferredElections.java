package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.ElectLeadersResponse;
import dev.curia.proto.admin.v1.ElectedLeader;
import dev.curia.proto.admin.v1.TopicPartitions;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Gives leadership back to the first replica of the assignment, where it can lead: alive, in sync, its disk neither failed nor full. After a
 * broker was away that spreads the work as it was planned (KIP-460).
 */
public final class PreferredElections {
    private static final String CAUSE = "preferred leader elected";

    private PreferredElections() {}

    /** On demand. */
    public static Decision<ElectLeadersResponse> elect(
            MetadataImage image, ElectLeadersRequest request, ReplicaHealth health) {
        List<MetadataRecord> records = new ArrayList<>();
        List<ElectedLeader> results = new ArrayList<>();
        Set<PartitionId> seen = new HashSet<>();
        for (TopicPartitions wanted : request.getAll() ? all(image) : request.getPartitionsList()) {
            Optional<Topic> topic = image.topic(wanted.getTopic());
            for (int p : partitions(wanted, topic)) {
                ElectedLeader result = topic.flatMap(known -> known.partition(p))
                        .map(state -> elect(topic.get(), p, state, image, health, seen, records))
                        .orElseGet(() -> result(
                                wanted.getTopic(),
                                p,
                                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                                "There is no partition " + p + " of topic '" + wanted.getTopic() + "'."));
                boolean quiet = request.getAll() && result.getStatus().getCode() == ErrorCode.ELECTION_NOT_NEEDED;
                if (!quiet) results.add(result);
            }
        }
        return new Decision<>(
                records,
                index -> ElectLeadersResponse.newBuilder()
                        .addAllPartitions(results)
                        .setIndex(index)
                        .build());
    }

    /**
     * From time to time, by itself.
     *
     * @param most how many at once; the reply is how many there were
     */
    public static Decision<Integer> balance(MetadataImage image, ReplicaHealth health, int most) {
        List<MetadataRecord> records = new ArrayList<>();
        for (Topic topic : image.topics()) {
            for (int p = 0; p < topic.partitions().size() && records.size() < most; p++) {
                PartitionState state = topic.partitions().get(p);
                PartitionId id = new PartitionId(topic.id(), p);
                if (state.leader() != preferred(state) && mayLead(image, id, state, health)) {
                    records.add(record(id, state));
                }
            }
        }
        return Decision.of(records, records.size());
    }

    private static ElectedLeader elect(
            Topic topic,
            int partition,
            PartitionState state,
            MetadataImage image,
            ReplicaHealth health,
            Set<PartitionId> seen,
            List<MetadataRecord> records) {
        PartitionId id = new PartitionId(topic.id(), partition);
        int preferred = preferred(state);
        if (!seen.add(id)) {
            return result(topic.name(), partition, ErrorCode.INVALID_REQUEST, "The partition is twice in the request.");
        }
        if (state.leader() == preferred) {
            return result(
                    topic.name(),
                    partition,
                    ErrorCode.ELECTION_NOT_NEEDED,
                    "Its preferred leader, broker " + preferred + ", leads already.");
        }
        if (!mayLead(image, id, state, health)) {
            return result(
                    topic.name(),
                    partition,
                    ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE,
                    "Its preferred leader, broker " + preferred + ", cannot lead: the in-sync replicas are "
                            + state.isr() + (image.isAlive(preferred) ? "." : ", and it is not alive."));
        }
        records.add(record(id, state));
        return ElectedLeader.newBuilder()
                .setTopic(topic.name())
                .setPartition(partition)
                .setStatus(Statuses.OK)
                .setLeader(preferred)
                .build();
    }

    private static boolean mayLead(MetadataImage image, PartitionId id, PartitionState state, ReplicaHealth health) {
        int preferred = preferred(state);
        return state.isr().contains(preferred)
                && Elections.alive(image, health).mayLead(preferred, id)
                && !health.isFull(preferred, id);
    }

    private static MetadataRecord record(PartitionId id, PartitionState state) {
        return Records.record(Records.change(id, CAUSE).setLeader(preferred(state)));
    }

    private static int preferred(PartitionState state) {
        return state.replicas().get(0);
    }

    private static List<TopicPartitions> all(MetadataImage image) {
        return image.topics().stream()
                .map(topic ->
                        TopicPartitions.newBuilder().setTopic(topic.name()).build())
                .toList();
    }

    /** Those asked for, or all; one that does not exist for a topic that does not. */
    private static List<Integer> partitions(TopicPartitions wanted, Optional<Topic> topic) {
        if (wanted.getPartitionsCount() > 0) return wanted.getPartitionsList();
        return IntStream.range(0, topic.map(known -> known.partitions().size()).orElse(1))
                .boxed()
                .toList();
    }

    private static ElectedLeader result(String topic, int partition, ErrorCode code, String message) {
        return ElectedLeader.newBuilder()
                .setTopic(topic)
                .setPartition(partition)
                .setStatus(Statuses.error(code, message))
                .setLeader(PartitionState.NO_LEADER)
                .build();
    }
}
