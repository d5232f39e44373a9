package dev.curia.replica.port;

import java.util.function.LongSupplier;

/**
 * Who this broker is.
 *
 * @param brokerEpoch of its current registration, -1 before the first; thread-safe
 */
public record LocalBroker(String clusterId, int id, LongSupplier brokerEpoch) {}
