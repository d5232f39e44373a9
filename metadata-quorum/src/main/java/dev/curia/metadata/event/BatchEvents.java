package dev.curia.metadata.event;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.proto.metadata.v1.BrokerEventsRecord;
import dev.curia.proto.metadata.v1.BrokerFencingRecord;
import dev.curia.proto.metadata.v1.BrokerRegistrationRecord;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.PartitionChangeRecord;
import dev.curia.proto.metadata.v1.PartitionRecord;
import dev.curia.proto.metadata.v1.TopicRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The events that one committed batch means. A function of the image before it and its records: every node derives the same. Used once, by
 * one thread.
 */
public final class BatchEvents {
    private final MetadataImage before;
    private final long index;
    private final long atMs;
    private final List<Event> events = new ArrayList<>();
    private final Map<Uuid, String> created = new HashMap<>();
    private final Map<PartitionId, PartitionState> changed = new HashMap<>();
    private final Map<Uuid, Integer> added = new LinkedHashMap<>(); // partitions of topics that were there before

    private BatchEvents(MetadataImage before, long index, long atMs) {
        this.before = before;
        this.index = index;
        this.atMs = atMs;
    }

    /** @param atMs wall clock of the controller that decided the batch */
    public static List<Event> of(MetadataImage before, long index, long atMs, List<MetadataRecord> records) {
        BatchEvents batch = new BatchEvents(before, index, atMs);
        records.forEach(batch::record);
        batch.added.forEach(batch::partitionsAdded);
        return List.copyOf(batch.events);
    }

    private void record(MetadataRecord record) {
        switch (record.getKindCase()) {
            case BROKER_REGISTRATION -> registered(record.getBrokerRegistration());
            case BROKER_FENCING -> fenced(record.getBrokerFencing());
            case BROKER_UNREGISTRATION ->
                ofBroker(
                        EventKind.BROKER_UNREGISTERED,
                        record.getBrokerUnregistration().getBrokerId(),
                        CauseKind.REQUESTED,
                        "unregistered on request");
            case TOPIC -> topicCreated(record.getTopic());
            case TOPIC_REMOVAL ->
                ofTopic(
                        EventKind.TOPIC_DELETED,
                        ImageRecords.uuid(record.getTopicRemoval().getTopicId()),
                        "deleted on request");
            case PARTITION -> partition(record.getPartition());
            case PARTITION_CHANGE -> changed(record.getPartitionChange());
            case BROKER_EVENTS -> told(record.getBrokerEvents());
            case CLUSTER,
                    CONFIG,
                    PRODUCER_ID_BLOCK,
                    FEATURE_LEVEL,
                    BROKER_STANDING,
                    STOP_LEASE,
                    CLIENT_QUOTA,
                    SCRAM_CREDENTIAL,
                    SCRAM_CREDENTIAL_REMOVAL,
                    ACL,
                    ACL_REMOVAL,
                    KIND_NOT_SET -> {}
        }
    }

    private void registered(BrokerRegistrationRecord record) {
        int id = record.getBrokerId();
        boolean known = before.broker(id).isPresent();
        ofBroker(
                EventKind.BROKER_REGISTERED,
                id,
                known ? CauseKind.STARTED_AGAIN : CauseKind.STARTED,
                "registered with epoch " + record.getBrokerEpoch()
                        + (known ? ", started again" : ", for the first time"));
    }

    private void fenced(BrokerFencingRecord record) {
        ofBroker(
                record.getFenced() ? EventKind.BROKER_FENCED : EventKind.BROKER_UNFENCED,
                record.getBrokerId(),
                record.getCauseKind(),
                record.getCause());
    }

    private void topicCreated(TopicRecord record) {
        Uuid id = ImageRecords.uuid(record.getTopicId());
        created.put(id, record.getName());
        ofTopic(EventKind.TOPIC_CREATED, id, "created on request");
    }

    private void partition(PartitionRecord record) {
        Uuid topic = ImageRecords.uuid(record.getTopicId());
        PartitionId id = new PartitionId(topic, record.getPartition());
        changed.put(id, ImageRecords.partitionState(record));
        if (!created.containsKey(topic) && before.partition(id).isEmpty()) added.merge(topic, 1, Integer::sum);
    }

    private void partitionsAdded(Uuid topic, int count) {
        ofTopic(EventKind.PARTITIONS_ADDED, topic, count + " partitions added");
    }

    private void changed(PartitionChangeRecord record) {
        PartitionId id = new PartitionId(ImageRecords.uuid(record.getTopicId()), record.getPartition());
        PartitionState old =
                changed.containsKey(id) ? changed.get(id) : before.partition(id).orElse(null);
        if (old == null) return; // the image refuses it
        PartitionState now = ImageRecords.changed(old, record);
        changed.put(id, now);
        int count = events.size();
        if (record.hasLeader()) leaderChanged(id, old, now, record);
        List<Integer> gone = without(old.isr(), now.isr());
        if (!gone.isEmpty()) ofPartition(EventKind.ISR_SHRUNK, id, gone, now, record);
        List<Integer> joined = without(now.isr(), old.isr());
        if (!joined.isEmpty()) ofPartition(EventKind.ISR_GREW, id, joined, now, record);
        moved(id, old, now, record);
        if (events.size() == count && !old.eligibleLeaders().equals(now.eligibleLeaders())) {
            ofPartition(EventKind.ELIGIBLE_LEADERS_CHANGED, id, now.eligibleLeaders(), now, record);
        }
    }

    private void leaderChanged(PartitionId id, PartitionState old, PartitionState now, PartitionChangeRecord record) {
        if (!now.hasLeader()) {
            if (old.hasLeader()) ofPartition(EventKind.LEADER_LOST, id, List.of(old.leader()), now, record);
            return;
        }
        boolean unclean = record.getCauseKind() == CauseKind.LONGEST_LOG;
        EventKind kind = unclean ? EventKind.UNCLEAN_ELECTION : EventKind.LEADER_ELECTED;
        ofPartition(kind, id, List.of(now.leader()), now, record);
    }

    private void moved(PartitionId id, PartitionState old, PartitionState now, PartitionChangeRecord record) {
        List<Integer> came = without(now.replicas(), old.replicas());
        List<Integer> left = without(old.replicas(), now.replicas());
        boolean otherMove =
                !now.adding().equals(old.adding()) || !now.removing().equals(old.removing());
        if (now.isMoving() && otherMove) {
            ofPartition(EventKind.MOVE_STARTED, id, both(now.adding(), now.removing()), now, record);
        } else if (old.isMoving() && !now.isMoving()) {
            ofPartition(EventKind.MOVE_ENDED, id, both(old.adding(), old.removing()), now, record);
        } else if (!came.isEmpty() || !left.isEmpty()) {
            ofPartition(EventKind.REPLICAS_CHANGED, id, both(came, left), now, record);
        }
    }

    private void told(BrokerEventsRecord record) {
        for (Event event : record.getEventsList()) {
            add(event.toBuilder().setAtMs(event.getAtMs() == 0 ? atMs : event.getAtMs()));
        }
    }

    private void ofBroker(EventKind kind, int broker, CauseKind cause, String text) {
        add(event(kind, cause, text)
                .setPartition(-1)
                .addBrokers(broker)
                .setLeader(-1)
                .setLeaderEpoch(-1)
                .setPartitionEpoch(-1));
    }

    private void ofTopic(EventKind kind, Uuid id, String text) {
        add(event(kind, CauseKind.REQUESTED, text)
                .setTopicId(ImageRecords.bytes(id))
                .setTopic(name(id))
                .setPartition(-1)
                .setLeader(-1)
                .setLeaderEpoch(-1)
                .setPartitionEpoch(-1));
    }

    private void ofPartition(
            EventKind kind, PartitionId id, List<Integer> brokers, PartitionState now, PartitionChangeRecord record) {
        add(event(kind, record.getCauseKind(), record.getCause())
                .setTopicId(record.getTopicId())
                .setTopic(name(id.topicId()))
                .setPartition(id.partition())
                .addAllBrokers(brokers)
                .setLeader(now.leader())
                .setLeaderEpoch(now.leaderEpoch())
                .setPartitionEpoch(now.partitionEpoch())
                .addAllIsr(now.isr()));
    }

    private Event.Builder event(EventKind kind, CauseKind cause, String text) {
        return Event.newBuilder()
                .setAtMs(atMs)
                .setKind(kind)
                .setCause(cause)
                .setText(text)
                .setToldBy(-1);
    }

    private void add(Event.Builder event) {
        events.add(event.setIndex(index).setSequence(events.size()).build());
    }

    private String name(Uuid topic) {
        String name = created.get(topic);
        return name != null ? name : before.topic(topic).map(Topic::name).orElse("");
    }

    private static List<Integer> without(List<Integer> ids, List<Integer> others) {
        return ids.stream().filter(id -> !others.contains(id)).toList();
    }

    private static List<Integer> both(List<Integer> first, List<Integer> second) {
        return Stream.concat(first.stream(), second.stream()).distinct().toList();
    }
}
