package dev.curia.log;

/**
 * How far a replica's log may be compacted now. Immutable.
 *
 * @param stableEnd the smaller of high watermark and last stable offset
 * @param replicatedEnd everything before it is in the log of every assigned replica
 */
public record CompactionBounds(long stableEnd, long replicatedEnd) {}
