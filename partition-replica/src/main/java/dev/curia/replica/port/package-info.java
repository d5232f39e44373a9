/**
 * What replication needs of the rest of a broker and of the network, seen from the replicas: {@link dev.curia.replica.port.IsrProposals}
 * (controller), {@link dev.curia.replica.port.Peers} (addresses), {@link dev.curia.replica.port.ReplicaLinks} (a follower's streams) and
 * {@link dev.curia.replica.port.ReplicationSource} (a leader's side of them). Read {@code ReplicaLinks} first.
 */
@NullMarked
package dev.curia.replica.port;

import org.jspecify.annotations.NullMarked;
