package dev.curia.broker.bridge;

import dev.curia.common.config.BrokerConfigs;
import dev.curia.common.config.TopicConfigs;
import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.client.MetadataWatcher;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.MetadataDelta;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import dev.curia.replica.Replica;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.replica.node.HostedReplicas;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Turns each new metadata image into assignments of this broker's replicas, and tells coordinators which of their partitions are led
 * here. Called on the metadata loop; coordinators are added before it starts.
 */
public final class MetadataBridge implements MetadataWatcher.Listener {
    /** A coordinator whose shards are the partitions of one internal topic. Thread-safe. */
    public interface Coordinator {
        String topic();

        /** The replica leads in this epoch. */
        void onLeadership(int partition, int leaderEpoch);

        void onResign(int partition);
    }

    /** Hears of topics that came, went or grew; on the metadata loop, after the image is published. */
    @FunctionalInterface
    public interface TopicListener {
        /**
         * @param names of all of them
         * @param removed those that went, and their names
         */
        void changed(Set<String> names, Map<Uuid, String> removed);
    }

    private final PublishedMetadata published;
    private final Map<String, String> topicDefaults;
    private final HostedReplicas replicas;
    private final Map<String, Coordinator> coordinators = new ConcurrentHashMap<>();
    private final List<TopicListener> topicListeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger changesUnderWay = new AtomicInteger();

    // Confined to the metadata loop.
    private long registeredIndex = Long.MAX_VALUE;
    private boolean current;
    private long reportedVersion;
    private long reportedIndex;
    private long settledVersion;

    /** @param topicDefaults topic settings that this broker's configuration file changes, by the topic setting's name */
    public MetadataBridge(PublishedMetadata published, Map<String, String> topicDefaults, HostedReplicas replicas) {
        this.published = published;
        this.topicDefaults = Map.copyOf(topicDefaults);
        this.replicas = replicas;
    }

    public void add(Coordinator coordinator) {
        coordinators.put(coordinator.topic(), coordinator);
    }

    public void onTopicsChanged(TopicListener listener) {
        topicListeners.add(listener);
    }

    /** True when every replica that the metadata assigns has been opened, or has failed to. Thread-safe. */
    public boolean replicasOpened() {
        return changesUnderWay.get() == 0;
    }

    /** This process has been registered; its own traces are in the metadata from this index on. Before the first update. */
    public void registered(long index) {
        registeredIndex = index;
    }

    /** A controller has acted on this report of replicas: what that changed is in the metadata from this index on. */
    public void replicasReported(long version, long index) {
        reportedVersion = version;
        reportedIndex = index;
        settle(published.image());
    }

    @Override
    public void onUpdate(MetadataDelta delta, MetadataImage image) {
        MetadataImage before = published.newest();
        published.arrived(image);
        if (!current && image.index() < registeredIndex) {
            // It may say that a former life of this broker leads, whose log may have lost since what that life had.
            published.applied(image);
            return;
        }
        boolean firstCurrent = !current;
        boolean otherHistory = firstCurrent || !image.history().equals(before.history());
        current = true;
        if (otherHistory) replicas.metadataIsCurrent(image.history());
        if (firstCurrent
                || delta.configs().stream().anyMatch(changed -> changed.type() == ConfigResource.Type.BROKER)) {
            throttle(image);
        }
        delta.removedTopics().values().forEach(this::remove);
        // Of each topic once, not for each of its partitions.
        Map<String, Map<String, String>> settings = new HashMap<>();
        (firstCurrent ? all(image) : affected(delta, before, image)).forEach(partition -> {
            PartitionState state = image.partition(partition).orElseThrow();
            if (isMine(state)) {
                Topic topic = image.topic(partition.topicId()).orElseThrow();
                assign(
                        partition,
                        topic,
                        state,
                        image,
                        settings.computeIfAbsent(topic.name(), name -> settings(name, image)));
            } else if (before.partition(partition).filter(this::isMine).isPresent()) {
                remove(
                        partition,
                        before.topic(partition.topicId()).orElseThrow().name());
            }
        });
        published.applied(image);
        Set<String> topics = changedTopics(delta, before, image);
        // What members may see of the topics that they subscribe to by expression changes with the ACLs.
        if (!topics.isEmpty() || !delta.acls().isEmpty()) {
            Map<Uuid, String> removed = new HashMap<>();
            delta.removedTopics().forEach((id, topic) -> removed.put(id, topic.name()));
            topicListeners.forEach(listener -> listener.changed(topics, removed));
        }
        if (firstCurrent) removeStrays(image);
        if (otherHistory) replicas.historyFollowed(image.history());
        settle(image);
    }

    private static Set<String> changedTopics(MetadataDelta delta, MetadataImage before, MetadataImage image) {
        Set<String> names = new HashSet<>();
        delta.removedTopics().values().forEach(topic -> names.add(topic.name()));
        // New partitions of a new topic among them.
        for (PartitionId partition : delta.partitions()) {
            if (before.partition(partition).isEmpty()) {
                image.topic(partition.topicId()).ifPresent(topic -> names.add(topic.name()));
            }
        }
        return names;
    }

    /** Without any topic at all it is not the disks that are wrong: the quorum has lost its memory. */
    private void removeStrays(MetadataImage image) {
        boolean forgotten = image.topics().isEmpty();
        replicas.removeStrays(
                id -> forgotten || image.partition(id).filter(this::isMine).isPresent());
    }

    private void settle(MetadataImage image) {
        if (reportedVersion <= settledVersion || image.index() < reportedIndex) return;
        settledVersion = reportedVersion;
        replicas.reportActedOn(settledVersion);
    }

    /** What brokers send and receive at most, as the metadata has it now; a broker's own setting goes before the default of all. */
    private void throttle(MetadataImage image) {
        Map<String, String> common = image.config(ConfigResource.brokers());
        Map<Integer, Long> ofFollowers = new HashMap<>();
        image.brokers().forEach(broker -> {
            Map<String, String> own = new HashMap<>(common);
            own.putAll(image.config(ConfigResource.broker(broker.id())));
            ofFollowers.put(broker.id(), BrokerConfigs.FOLLOWER_THROTTLED_RATE.in(own));
        });
        Map<String, String> mine = new HashMap<>(common);
        mine.putAll(image.config(ConfigResource.broker(published.brokerId())));
        replicas.throttle(BrokerConfigs.LEADER_THROTTLED_RATE.in(mine), ofFollowers);
        replicas.directoryMoves().throttle(BrokerConfigs.ALTER_LOG_DIRS_RATE.in(mine));
    }

    private static Set<PartitionId> all(MetadataImage image) {
        Set<PartitionId> partitions = new HashSet<>();
        image.topics().forEach(topic -> addAll(topic, partitions));
        return partitions;
    }

    private Set<PartitionId> affected(MetadataDelta delta, MetadataImage before, MetadataImage image) {
        Set<PartitionId> partitions = new HashSet<>(delta.partitions());
        partitions.addAll(ofFencedOrUnfenced(delta, before, image));
        for (ConfigResource resource : delta.configs()) {
            if (resource.type() == ConfigResource.Type.TOPIC) {
                image.topic(resource.name()).ifPresent(topic -> addAll(topic, partitions));
            } else if (resource.equals(ConfigResource.brokers())
                    || resource.equals(ConfigResource.broker(published.brokerId()))) {
                replicas.all().forEach(replica -> partitions.add(replica.id()));
            }
        }
        return partitions;
    }

    /** Those held here of which another replica's broker was fenced or unfenced: whoever leads need not hear of it otherwise. */
    private List<PartitionId> ofFencedOrUnfenced(MetadataDelta delta, MetadataImage before, MetadataImage image) {
        List<Integer> changed = delta.brokers().stream()
                .filter(id -> isFenced(before, id) != isFenced(image, id))
                .toList();
        if (changed.isEmpty()) return List.of();
        return replicas.all().stream()
                .map(Replica::id)
                .filter(id -> image.partition(id)
                        .filter(state -> !Collections.disjoint(state.replicas(), changed))
                        .isPresent())
                .toList();
    }

    private static List<Integer> fenced(PartitionState state, MetadataImage image) {
        return state.replicas().stream().filter(id -> isFenced(image, id)).toList();
    }

    private static boolean isFenced(MetadataImage image, int broker) {
        return image.broker(broker).map(BrokerRegistration::fenced).orElse(true);
    }

    private static void addAll(Topic topic, Set<PartitionId> to) {
        for (int p = 0; p < topic.partitions().size(); p++) to.add(new PartitionId(topic.id(), p));
    }

    /** A topic's settings that are in effect on this broker. */
    private Map<String, String> settings(String topic, MetadataImage image) {
        Map<String, String> settings = new HashMap<>(topicDefaults);
        settings.putAll(TopicConfigs.defaultsIn(image.config(ConfigResource.brokers())));
        settings.putAll(TopicConfigs.defaultsIn(image.config(ConfigResource.broker(published.brokerId()))));
        settings.putAll(image.config(ConfigResource.topic(topic)));
        return Map.copyOf(settings);
    }

    private void assign(
            PartitionId id, Topic topic, PartitionState state, MetadataImage image, Map<String, String> settings) {
        Coordinator coordinator = coordinators.get(topic.name());
        boolean leads = state.leader() == published.brokerId();
        if (coordinator != null && !leads) coordinator.onResign(id.partition());
        CompletableFuture<Void> inEffect = replicas.apply(new ReplicaAssignment(
                id,
                new TopicPartition(topic.name(), id.partition()),
                state.leader(),
                state.leaderEpoch(),
                state.partitionEpoch(),
                state.replicas(),
                state.isr(),
                state.eligibleLeaders(),
                fenced(state, image),
                new ReplicaAssignment.Move(state.adding(), state.moveBytesPerSecond()),
                settings));
        changesUnderWay.incrementAndGet();
        CompletableFuture<Void> unused = inEffect.whenComplete((done, failure) -> {
            changesUnderWay.decrementAndGet();
            if (failure == null && coordinator != null && leads) {
                coordinator.onLeadership(id.partition(), state.leaderEpoch());
            }
        });
    }

    private void remove(Topic topic) {
        for (int p = 0; p < topic.partitions().size(); p++) {
            if (isMine(topic.partitions().get(p))) remove(new PartitionId(topic.id(), p), topic.name());
        }
    }

    private void remove(PartitionId id, String topic) {
        Coordinator coordinator = coordinators.get(topic);
        if (coordinator != null) coordinator.onResign(id.partition());
        CompletableFuture<Void> removed = replicas.remove(id, new TopicPartition(topic, id.partition()));
        changesUnderWay.incrementAndGet();
        CompletableFuture<Void> unused = removed.whenComplete((done, failure) -> changesUnderWay.decrementAndGet());
    }

    private boolean isMine(PartitionState state) {
        return state.replicas().contains(published.brokerId());
    }
}
