package dev.curia.broker.group.state;

/** Which way a group with members may change its protocol: {@code group.consumer.migration.policy}. */
public enum MigrationPolicy {
    DISABLED,
    /** From classic to consumer. */
    UPGRADE,
    /** From consumer to classic. */
    DOWNGRADE,
    BIDIRECTIONAL
}
