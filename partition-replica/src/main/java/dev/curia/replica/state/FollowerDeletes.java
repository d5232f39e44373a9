package dev.curia.replica.state;

/**
 * What a follower knows, in one leader epoch, of tombstones and transaction markers that compaction removes. Immutable.
 *
 * @param replicatedOffset every assigned replica has what lies before it, so compaction may remove such records there: as the leader said last,
 *     not what it said at most, since a replica may have joined; 0: it has said nothing yet
 * @param removedTo such records may be missing in this log before it, by its own compaction or because they were missing where it was copied from
 */
public record FollowerDeletes(long replicatedOffset, long removedTo) {
    /** @param removedTo as noted on disk */
    public static FollowerDeletes start(long removedTo) {
        return new FollowerDeletes(0, removedTo);
    }

    /**
     * The leader sent something: what it says of itself, and, unless {@code sizeInBytes} is 0, records from {@code baseOffset} on. When
     * {@link #removedTo} has grown it must be on disk before they are appended.
     */
    public FollowerDeletes heard(long baseOffset, int sizeInBytes, long leaderReplicated, long leaderRemovedTo) {
        boolean copiesWithoutThem = sizeInBytes > 0 && baseOffset < leaderRemovedTo;
        return new FollowerDeletes(
                leaderReplicated, copiesWithoutThem ? Math.max(removedTo, leaderRemovedTo) : removedTo);
    }
}
