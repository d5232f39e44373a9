package dev.curia.metadata.controller;

import dev.curia.metadata.decide.Cause;
import dev.curia.proto.events.v1.CauseKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * When brokers count as dead. Pure: times are handed in, in monotonic nanoseconds.
 *
 * <p>A broker is heard when it sends anything. One that is silent for the session timeout is dead; so is one whose stream broke and
 * which has not come back within the reconnect window.
 */
final class SessionTracker {
    /** A broker that is dead, and why. */
    record Dead(int brokerId, Cause cause) {}

    private static final class Seen {
        long heardNanos;
        long brokenNanos;
        boolean broken;
    }

    private final SessionConfig config;
    private final Map<Integer, Seen> brokers =
            new TreeMap<>(); // in order of id, so that decisions don't depend on hashing

    SessionTracker(SessionConfig config) {
        this.config = config;
    }

    /** From now on the broker has a full session timeout; also when it comes back, or sends something. */
    void heard(int brokerId, long now) {
        Seen seen = brokers.computeIfAbsent(brokerId, id -> new Seen());
        seen.heardNanos = now;
        seen.broken = false;
    }

    void streamBroke(int brokerId, long now) {
        Seen seen = brokers.get(brokerId);
        if (seen == null || seen.broken) return;
        seen.broken = true;
        seen.brokenNanos = now;
    }

    void forget(int brokerId) {
        brokers.remove(brokerId);
    }

    void clear() {
        brokers.clear();
    }

    List<Dead> dead(long now) {
        List<Dead> dead = new ArrayList<>();
        brokers.forEach((id, seen) -> {
            if (seen.broken
                    && now - seen.brokenNanos >= config.reconnectWindow().toNanos()) {
                dead.add(new Dead(id, new Cause(CauseKind.DISCONNECTED, "disconnected")));
            } else if (now - seen.heardNanos >= config.sessionTimeout().toNanos()) {
                dead.add(new Dead(id, new Cause(CauseKind.SESSION_TIMEOUT, "session timeout")));
            }
        });
        return dead;
    }
}
