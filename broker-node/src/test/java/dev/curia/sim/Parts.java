package dev.curia.sim;

import dev.curia.common.id.PartitionId;
import dev.curia.log.LogDirectories;
import dev.curia.log.PartitionLog;
import dev.curia.log.io.FileSystem;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.replica.port.IsrProposals;
import dev.curia.replica.port.LeaderLease;
import dev.curia.replica.port.ReplicaLinks;
import dev.curia.replica.port.ReplicationSource;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;

/** What a bug can be planted into, one for each run; all of it is real unless overridden. */
interface Parts {
    /** What is promised to producers. */
    default short acks() {
        return -1;
    }

    /** A follower's way to its leaders. */
    default ReplicaLinks links(ReplicaLinks real) {
        return real;
    }

    /** A leader's way to the controller. */
    default IsrProposals proposals(IsrProposals real, SimProcess process, Supplier<MetadataImage> committed) {
        return real;
    }

    /** For how long a leader that hears no controller goes on to serve. */
    default LeaderLease lease(LeaderLease real) {
        return real;
    }

    /** The life of which a broker says that it still has everything; empty: of none. */
    default OptionalLong intactBrokerEpoch(OptionalLong real, long lastRegistered) {
        return real;
    }

    /** The metadata index from which on a broker acts on what it is told. */
    default long firstCurrentIndex(long registeredIndex) {
        return registeredIndex;
    }

    /** Whether a broker watches the metadata where the controller is, as soon as it knows that; else at any node, which may be behind. */
    default boolean watchesTheController() {
        return true;
    }

    /** Before a broker that starts uses its logs. */
    default void opened(LogDirectories directories) throws IOException {}

    /** After a broker has stopped cleanly, or could not. */
    default void stopped(FileSystem disk) {}

    /** What the followers' streams reach at a leader. */
    default ReplicationSource.Directory sources(
            ReplicationSource.Directory real, Function<PartitionId, Optional<PartitionLog>> logs) {
        return real;
    }

    /** What goes wrong around it, which for some bugs has to come thick; without: what the seed chooses. */
    default Optional<Faults.Profile> faults() {
        return Optional.empty();
    }
}
