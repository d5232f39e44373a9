package dev.curia.broker.bridge;

import dev.curia.broker.grpc.PartitionLeaders;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.txn.MarkerLeaders;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.time.Clock;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.replica.lease.ControllerLease;
import dev.curia.replica.port.Peers;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The cluster's metadata for the parts of this broker. Written by the metadata loop, read from any thread. */
public final class PublishedMetadata implements ClusterView, PartitionLeaders, MarkerLeaders, Peers {
    private final int brokerId;
    private volatile MetadataImage newest = MetadataImage.EMPTY;
    private volatile MetadataImage applied = MetadataImage.EMPTY;

    public PublishedMetadata(int brokerId) {
        this.brokerId = brokerId;
    }

    /** The newest image whose changes have been handed to the parts. */
    @Override
    public MetadataImage image() {
        return applied;
    }

    @Override
    public int brokerId() {
        return brokerId;
    }

    @Override
    public int self() {
        return brokerId;
    }

    @Override
    public OptionalInt leaderOf(TopicPartition partition) {
        return applied.topic(partition.topic())
                .flatMap(topic -> topic.partition(partition.partition()))
                .map(state -> OptionalInt.of(state.leader()))
                .orElse(OptionalInt.empty());
    }

    /** From the newest image: a new leader's address must be known before its replicas are followed. */
    @Override
    public Optional<Address> find(int peer) {
        return newest.broker(peer)
                .map(broker -> new Address(broker.rpc().host(), broker.rpc().port()));
    }

    /** The other brokers of the cluster. */
    public List<Integer> others() {
        return newest.brokers().stream()
                .map(BrokerRegistration::id)
                .filter(id -> id != brokerId)
                .toList();
    }

    /** What this broker's leaderships live on. */
    public ControllerLease lease(Clock clock) {
        return new ControllerLease(clock, () -> applied.index(), () -> newest.index());
    }

    @Override
    public MetadataImage newest() {
        return newest;
    }

    void arrived(MetadataImage image) {
        newest = image;
    }

    void applied(MetadataImage image) {
        applied = image;
    }
}
