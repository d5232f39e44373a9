package dev.curia.broker.group.state;

/**
 * Limits and delays of the group coordinator; see {@code GroupConfigs} for their configuration keys. Immutable.
 *
 * @param initialRebalanceDelayMs how long an empty group waits for more members before its first generation
 * @param newMemberJoinTimeoutMs how long a member that has never been answered may wait in a rebalance
 * @param maxSize members a group
 * @param offsetMetadataMaxBytes of one commit's metadata
 * @param offsetsRetentionMs how long offsets are kept that nobody is there for
 * @param expiryIntervalMs how often those are looked for
 */
public record GroupSettings(
        int initialRebalanceDelayMs,
        int minSessionTimeoutMs,
        int maxSessionTimeoutMs,
        int newMemberJoinTimeoutMs,
        int maxSize,
        int offsetMetadataMaxBytes,
        long offsetsRetentionMs,
        long expiryIntervalMs) {
    /** Kafka's, as is its default; not a setting. */
    public static final int NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * 60 * 1000;

    public GroupSettings {
        if (minSessionTimeoutMs > maxSessionTimeoutMs) {
            throw new IllegalArgumentException("group.min.session.timeout.ms " + minSessionTimeoutMs
                    + " is above group.max.session.timeout.ms " + maxSessionTimeoutMs);
        }
    }
}
