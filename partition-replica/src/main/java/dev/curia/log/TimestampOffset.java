package dev.curia.log;

/**
 * A record found by time.
 *
 * @param timestamp in milliseconds since 1970
 * @param leaderEpoch that wrote it; -1: unknown
 */
public record TimestampOffset(long offset, long timestamp, int leaderEpoch) {}
