package dev.curia.broker;

/** What a process may do with a quorum data directory that is new. */
public enum Format {
    /** Refuse it. */
    NOTHING,
    /** Make it that of a voter of a new cluster. */
    VOTER,
    /** Make it that of a node which waits to be added to a quorum that exists. */
    JOINER
}
