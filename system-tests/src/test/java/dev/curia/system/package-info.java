/**
 * Tests of the real distribution: server processes on loopback, driven by third-party clients (kcat, Apache Kafka's Java clients and
 * tools), our own command line and gRPC.
 *
 * <p>{@link dev.curia.system.LocalCluster} starts the processes, {@link dev.curia.system.History} says whether what clients saw is
 * possible. Read {@link dev.curia.system.StandaloneRoundTripTest} first.
 */
@NullMarked
package dev.curia.system;

import org.jspecify.annotations.NullMarked;
