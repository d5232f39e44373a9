/**
 * Replication over gRPC: {@link dev.curia.replica.grpc.ReplicationService} on the leader's side, {@link
 * dev.curia.replica.grpc.GrpcReplicaLinks} on the follower's. One stream for each follower, leader and kind; the follower opens it, the
 * leader pushes within the follower's credit. Read {@code LeaderStream} first.
 */
@NullMarked
package dev.curia.replica.grpc;

import org.jspecify.annotations.NullMarked;
