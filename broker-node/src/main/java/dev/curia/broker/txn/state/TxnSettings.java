package dev.curia.broker.txn.state;

/**
 * How a shard works. Immutable; times in milliseconds.
 *
 * @param maxTimeoutMs the longest transaction timeout a producer may ask for
 * @param timeoutsIntervalMs how often it looks for transactions that are open for too long
 * @param expirationMs after which an unused transactional id is forgotten
 * @param expiryIntervalMs how often it looks for those
 */
public record TxnSettings(int maxTimeoutMs, int timeoutsIntervalMs, int expirationMs, int expiryIntervalMs) {}
