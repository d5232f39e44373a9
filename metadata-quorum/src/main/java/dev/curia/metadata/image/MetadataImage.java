package dev.curia.metadata.image;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.acl.Acls;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;

/**
 * The cluster's metadata at one index of the metadata log. Immutable and structurally shared: {@link #apply} costs as much as the
 * records, not as the cluster. Every node that applied the same log holds an equal image.
 */
public final class MetadataImage {
    /** Before the first record. */
    public static final MetadataImage EMPTY = new MetadataImage(
            -1,
            ClusterIdentity.NONE,
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            ClientQuotas.EMPTY,
            ScramCredentials.NONE,
            HashTreePSet.empty(),
            HashTreePSet.empty(),
            Optional.empty(),
            Acls.NONE,
            0,
            1,
            0);

    /** An image and how it differs from the one before. */
    public record Applied(MetadataImage image, MetadataDelta delta) {}

    final long index;
    final ClusterIdentity cluster;
    final PMap<Integer, BrokerRegistration> brokers;
    final PMap<Uuid, Topic> topics;
    final PMap<String, Uuid> topicIds;
    final PMap<ConfigResource, PMap<String, String>> configs;
    final PMap<String, Integer> features;
    final ClientQuotas clientQuotas;
    final ScramCredentials scram;
    final PSet<PartitionId> moving; // follows from topics
    final PSet<PartitionId> leaderless; // likewise
    final Optional<StopLease> stopLease;
    final Acls acls;
    final long nextProducerId;
    final long nextBrokerEpoch;
    private final long digest; // follows from the others, the index aside

    MetadataImage(
            long index,
            ClusterIdentity cluster,
            PMap<Integer, BrokerRegistration> brokers,
            PMap<Uuid, Topic> topics,
            PMap<String, Uuid> topicIds,
            PMap<ConfigResource, PMap<String, String>> configs,
            PMap<String, Integer> features,
            ClientQuotas clientQuotas,
            ScramCredentials scram,
            PSet<PartitionId> moving,
            PSet<PartitionId> leaderless,
            Optional<StopLease> stopLease,
            Acls acls,
            long nextProducerId,
            long nextBrokerEpoch,
            long digest) {
        this.index = index;
        this.cluster = cluster;
        this.brokers = brokers;
        this.topics = topics;
        this.topicIds = topicIds;
        this.configs = configs;
        this.features = features;
        this.clientQuotas = clientQuotas;
        this.scram = scram;
        this.moving = moving;
        this.leaderless = leaderless;
        this.stopLease = stopLease;
        this.acls = acls;
        this.nextProducerId = nextProducerId;
        this.nextBrokerEpoch = nextBrokerEpoch;
        this.digest = digest;
    }

    private MetadataImage withDigest(long newDigest) {
        return new MetadataImage(
                index,
                cluster,
                brokers,
                topics,
                topicIds,
                configs,
                features,
                clientQuotas,
                scram,
                moving,
                leaderless,
                stopLease,
                acls,
                nextProducerId,
                nextBrokerEpoch,
                newDigest);
    }

    /**
     * The image after {@code records}.
     *
     * @throws IllegalStateException when a record does not fit this image or is of an unknown kind: the log and this code disagree
     */
    public Applied apply(long newIndex, List<MetadataRecord> records) {
        Applied applied = new ImageEdit(this).apply(newIndex, records);
        long newDigest = ImageDigest.next(this, applied.image, applied.delta);
        return new Applied(applied.image.withDigest(newDigest), applied.delta);
    }

    /** Records that lead from {@link #EMPTY} to this image. */
    public List<MetadataRecord> toRecords() {
        return ImageRecords.of(this);
    }

    /** Of the last batch applied in the metadata log; -1 before the first. */
    public long index() {
        return index;
    }

    /**
     * Of the content, without the index: nodes that applied the same log have the same at the same index, whether they applied its batches
     * or loaded a snapshot of it.
     */
    public long digest() {
        return digest;
    }

    /** Empty before the first controller has named the cluster. */
    public String clusterId() {
        return cluster.id();
    }

    /** Which cluster, and which course of its events, this tells of. */
    public ClusterIdentity cluster() {
        return cluster;
    }

    /** Which course of events this tells; see {@link ClusterIdentity}. */
    public String history() {
        return cluster.history();
    }

    public Collection<BrokerRegistration> brokers() {
        return brokers.values();
    }

    public Optional<BrokerRegistration> broker(int id) {
        return Optional.ofNullable(brokers.get(id));
    }

    /** Registered and not fenced. */
    public boolean isAlive(int brokerId) {
        BrokerRegistration broker = brokers.get(brokerId);
        return broker != null && !broker.fenced();
    }

    public Collection<Topic> topics() {
        return topics.values();
    }

    public Optional<Topic> topic(String name) {
        return Optional.ofNullable(topicIds.get(name)).map(topics::get);
    }

    public Optional<Topic> topic(Uuid id) {
        return Optional.ofNullable(topics.get(id));
    }

    public Optional<PartitionState> partition(PartitionId id) {
        return topic(id.topicId()).flatMap(topic -> topic.partition(id.partition()));
    }

    /** The partitions that move from brokers to others. */
    public Set<PartitionId> moving() {
        return moving;
    }

    /** The partitions that nobody leads. */
    public Set<PartitionId> leaderless() {
        return leaderless;
    }

    /** The leave of a broker to stop; no other may then. */
    public Optional<StopLease> stopLease() {
        return stopLease;
    }

    /** Who may do what. */
    public Acls acls() {
        return acls;
    }

    /** Overrides only, by key; empty when there are none. */
    public Map<String, String> config(ConfigResource resource) {
        return configs.getOrDefault(resource, HashTreePMap.empty());
    }

    /** The names of those of this kind that have overrides. */
    public List<String> configured(ConfigResource.Type type) {
        return configs.keySet().stream()
                .filter(resource -> resource.type() == type)
                .map(ConfigResource::name)
                .toList();
    }

    /** Finalized feature levels by name. */
    public Map<String, Integer> features() {
        return features;
    }

    /** The finalized level of this feature; 0: the cluster works without it. */
    public int featureLevel(String feature) {
        return features.getOrDefault(feature, 0);
    }

    /** What clients may use at most. */
    public ClientQuotas clientQuotas() {
        return clientQuotas;
    }

    public ScramCredentials scram() {
        return scram;
    }

    /** Producer ids below this one have been handed out. */
    public long nextProducerId() {
        return nextProducerId;
    }

    /** Above every broker epoch ever given. */
    public long nextBrokerEpoch() {
        return nextBrokerEpoch;
    }

    /** By content, the index included. */
    @Override
    public boolean equals(Object other) {
        return other instanceof MetadataImage that
                && index == that.index
                && cluster.equals(that.cluster)
                && brokers.equals(that.brokers)
                && topics.equals(that.topics)
                && configs.equals(that.configs)
                && features.equals(that.features)
                && clientQuotas.equals(that.clientQuotas)
                && scram.equals(that.scram)
                && stopLease.equals(that.stopLease)
                && acls.equals(that.acls)
                && nextProducerId == that.nextProducerId
                && nextBrokerEpoch == that.nextBrokerEpoch;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(index);
    }

    @Override
    public String toString() {
        return "MetadataImage[index=" + index + ", brokers=" + brokers.size() + ", topics=" + topics.size() + "]";
    }
}
