package dev.curia.broker.fetch;

/**
 * What a reader asks of one partition. Immutable.
 *
 * @param maxBytes the reader's limit for this partition
 * @param currentLeaderEpoch and {@code lastFetchedEpoch} are -1 when not given
 */
public record FetchPartition(
        FetchKey key, long fetchOffset, int maxBytes, int currentLeaderEpoch, int lastFetchedEpoch) {}
