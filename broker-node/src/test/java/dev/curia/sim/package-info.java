/**
 * A whole cluster in one thread, in virtual time, from one seed: quorum nodes with the real controller and the real gRPC services, brokers
 * with the real replicas, replication streams, sessions and metadata bridge, clients that produce with idempotence and that read. Only what
 * lies below them is made: threads ({@link dev.curia.sim.SimProcess}), the network under gRPC ({@link dev.curia.sim.SimNetwork}), disks
 * ({@link dev.curia.sim.SimDisk}) and Raft ({@link dev.curia.sim.SimRaft}).
 *
 * <p>{@link dev.curia.sim.World} runs one event at a time; after each {@link dev.curia.sim.Checker} looks whether what must always hold does.
 * {@link dev.curia.sim.Faults} breaks things; then everything heals and the cluster must come to rest whole. Read
 * {@link dev.curia.sim.Simulation} first. {@code build/simulate.sh} runs one seed or many.
 */
@NullMarked
package dev.curia.sim;

import org.jspecify.annotations.NullMarked;
