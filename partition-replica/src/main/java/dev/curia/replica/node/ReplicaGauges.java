package dev.curia.replica.node;

import dev.curia.replica.port.ReplicaMetrics;
import java.util.Collection;
import java.util.stream.Stream;

/** What metrics ask of all replicas, at scrape time. Thread-safe. */
final class ReplicaGauges {
    private final Collection<PartitionReplica> replicas;
    private final OfflineRegistry offline;

    /** @param replicas a view of those that are open at the time */
    ReplicaGauges(Collection<PartitionReplica> replicas, OfflineRegistry offline) {
        this.replicas = replicas;
        this.offline = offline;
    }

    void publish(ReplicaMetrics metrics) {
        metrics.watch(
                () -> snapshots().filter(s -> s.view().leading()).count(),
                () -> snapshots().filter(s -> !s.view().leading()).count(),
                () -> snapshots().filter(Snapshot::underReplicated).count(),
                () -> snapshots().filter(Snapshot::underMinIsr).count(),
                () -> snapshots().mapToLong(Snapshot::maxLag).max().orElse(0),
                offline::size);
        metrics.watchProducers(() ->
                replicas.stream().mapToLong(PartitionReplica::producerCount).sum());
    }

    private Stream<Snapshot> snapshots() {
        return replicas.stream().map(PartitionReplica::snapshot);
    }
}
