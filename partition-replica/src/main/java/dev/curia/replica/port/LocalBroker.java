package dev.curia.replica.port;

import java.util.function.LongSupplier;

/**
 * Who this broker is, and how it stands in its cluster.
 *
 * @param brokerEpoch of its current registration, -1 before the first; thread-safe
 * @param lease that its leaderships live on
 */
public record LocalBroker(String clusterId, int id, LongSupplier brokerEpoch, LeaderLease lease) {}
