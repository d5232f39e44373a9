/**
 * The shell around the replicas' pure states: logs, threads, timers, acknowledgements. {@link dev.curia.replica.node.HostedReplicas} is
 * the broker's entry; read {@code PartitionReplica} first.
 */
@NullMarked
package dev.curia.replica.node;

import org.jspecify.annotations.NullMarked;
