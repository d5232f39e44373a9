package dev.curia.replica.state;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Where the replicas of a partition start, as their disks have it, in the eyes of its leader. Below the smallest of these no replica
 * that counts has anything to give, now or after a crash. Immutable. Source: KIP-107.
 *
 * @param leader where the leader's own log starts
 * @param followers by broker id; who has not said in this leader epoch is absent
 */
public record LowWatermark(int self, long leader, Map<Integer, Long> followers) {
    /** Somebody who counts has not said. */
    public static final long UNKNOWN = -1;

    public LowWatermark {
        followers = Map.copyOf(followers);
    }

    public static LowWatermark of(int self, long leader) {
        return new LowWatermark(self, leader, Map.of());
    }

    /** The leader's own log starts there. */
    public LowWatermark stored(long offset) {
        return offset == leader ? this : new LowWatermark(self, offset, followers);
    }

    /** A follower says where its log starts: the newest word counts, a log that was begun anew may start earlier. */
    public LowWatermark reported(int brokerId, long offset) {
        Long before = followers.get(brokerId);
        if (before != null && before == offset) return this;
        Map<Integer, Long> next = new HashMap<>(followers);
        next.put(brokerId, offset);
        return new LowWatermark(self, leader, next);
    }

    /** @param replicas those that count; {@link #UNKNOWN} when one of them has not said */
    public long over(Collection<Integer> replicas) {
        long smallest = leader;
        for (int id : replicas) {
            if (id != self) smallest = Math.min(smallest, followers.getOrDefault(id, UNKNOWN));
        }
        return smallest;
    }
}
