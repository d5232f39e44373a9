package dev.curia.broker.group.state;

/**
 * The name of a timer. Immutable.
 *
 * @param memberId empty for timers of the whole group
 */
public record GroupTimer(String groupId, Kind kind, String memberId) {
    /** What runs out. */
    public enum Kind {
        /** A member's session. */
        SESSION,
        /** A member id was handed out and not used. */
        PENDING_MEMBER,
        /** The join phase of a rebalance, its initial delay included. */
        JOIN,
        /** The sync phase of a rebalance. */
        SYNC,
        /** Of a consumer group: a member has to have given partitions up. */
        REVOCATION,
        /** Of a consumer group: the next change may be decided. */
        TURN,
        /** Of a consumer group: a member of the classic protocol has to send JoinGroup or SyncGroup. */
        REJOIN,
        /** Of the shard: offsets may have expired. */
        EXPIRY
    }

    static GroupTimer session(String groupId, String memberId) {
        return new GroupTimer(groupId, Kind.SESSION, memberId);
    }

    static GroupTimer pending(String groupId, String memberId) {
        return new GroupTimer(groupId, Kind.PENDING_MEMBER, memberId);
    }

    static GroupTimer join(String groupId) {
        return new GroupTimer(groupId, Kind.JOIN, "");
    }

    static GroupTimer sync(String groupId) {
        return new GroupTimer(groupId, Kind.SYNC, "");
    }

    static GroupTimer revocation(String groupId, String memberId) {
        return new GroupTimer(groupId, Kind.REVOCATION, memberId);
    }

    static GroupTimer rejoin(String groupId, String memberId) {
        return new GroupTimer(groupId, Kind.REJOIN, memberId);
    }

    static GroupTimer expiry() {
        return new GroupTimer("", Kind.EXPIRY, "");
    }

    static GroupTimer turn(String groupId) {
        return new GroupTimer(groupId, Kind.TURN, "");
    }
}
