package dev.curia.replica.node;

import dev.curia.replica.ReplicaAssignment;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which other brokers may still take themselves for a partition's leader, because this one promised them lately that it would not lead: each
 * that it saw leading within the length of a promise, and any replica when it missed leader epochs within that time. Confined to the
 * replica's thread.
 */
final class FormerLeaders {
    private static final int NONE = -1;

    private final int self;
    private final Map<Integer, Long> until = new HashMap<>(); // monotonic time, by broker that leads no more
    private int leader = NONE;
    private int leaderEpoch = -1;
    private boolean missed;
    private long missedUntil; // counts with missed

    FormerLeaders(int self) {
        this.self = self;
    }

    /** @param promiseNanos how long a promise holds */
    void saw(ReplicaAssignment next, long now, long promiseNanos) {
        if (next.leaderEpoch() <= leaderEpoch) return;
        if (next.leaderEpoch() > leaderEpoch + 1) {
            missed = true;
            missedUntil = now + promiseNanos;
        }
        if (leader != NONE) until.put(leader, now + promiseNanos);
        until.values().removeIf(end -> end - now <= 0);
        leader = next.leader();
        leaderEpoch = next.leaderEpoch();
    }

    /** As this broker becomes the leader. */
    Collection<Integer> of(Collection<Integer> replicas, long now) {
        Set<Integer> found = new HashSet<>();
        if (missed && missedUntil - now > 0) found.addAll(replicas);
        until.forEach((id, end) -> {
            if (end - now > 0) found.add(id);
        });
        found.remove(self);
        return found;
    }
}
