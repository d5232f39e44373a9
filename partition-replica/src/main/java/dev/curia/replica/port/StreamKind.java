package dev.curia.replica.port;

/** Which of the two streams between a follower and a leader carries a partition. */
public enum StreamKind {
    /** Partitions near the leader's end. */
    TAIL,
    /** Partitions far behind; their bulk must not delay the others. */
    CATCH_UP
}
