package dev.curia.metadata.controller;

import dev.curia.metadata.decide.Cause;
import dev.curia.proto.events.v1.CauseKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * When brokers count as dead. Pure: times are handed in, in monotonic nanoseconds.
 *
 * <p>A broker is heard when it sends anything. One that is silent for the session timeout is dead; so is one whose stream broke and
 * which has not come back within the reconnect window.
 *
 * <p>A new controller expects every broker that was alive. Once more than half of them have found it, those still missing have two reconnect
 * windows: they most likely went with the old controller. Before that, nothing speaks against any one of them, and the session timeout counts.
 */
final class SessionTracker {
    /** A broker that is dead, and why. */
    record Dead(int brokerId, Cause cause) {}

    private static final class Seen {
        long heardNanos;
        long brokenNanos;
        boolean broken;
    }

    private static final int MISSING_WINDOWS = 2;

    private final SessionConfig config;
    private final Map<Integer, Seen> brokers =
            new TreeMap<>(); // in order of id, so that decisions don't depend on hashing
    private final Set<Integer> missing = new HashSet<>(); // expected and not heard yet
    private int expected;
    private boolean mostFound;
    private long mostFoundNanos;

    SessionTracker(SessionConfig config) {
        this.config = config;
    }

    /** The broker was alive before this controller began; it has a session timeout at most to find it. */
    void expect(int brokerId, long now) {
        heard(brokerId, now);
        if (missing.add(brokerId)) expected++;
    }

    /** From now on the broker has a full session timeout; also when it comes back, or sends something. */
    void heard(int brokerId, long now) {
        Seen seen = brokers.computeIfAbsent(brokerId, id -> new Seen());
        seen.heardNanos = now;
        seen.broken = false;
        if (!missing.remove(brokerId) || mostFound) return;
        mostFound = 2 * (expected - missing.size()) > expected;
        mostFoundNanos = now;
    }

    void streamBroke(int brokerId, long now) {
        Seen seen = brokers.get(brokerId);
        if (seen == null || seen.broken) return;
        seen.broken = true;
        seen.brokenNanos = now;
    }

    void forget(int brokerId) {
        brokers.remove(brokerId);
        if (missing.remove(brokerId)) expected--;
    }

    void clear() {
        brokers.clear();
        missing.clear();
        expected = 0;
        mostFound = false;
    }

    List<Dead> dead(long now) {
        List<Dead> dead = new ArrayList<>();
        boolean late = mostFound
                && now - mostFoundNanos
                        >= MISSING_WINDOWS * config.reconnectWindow().toNanos();
        brokers.forEach((id, seen) -> {
            if (seen.broken
                    && now - seen.brokenNanos >= config.reconnectWindow().toNanos()) {
                dead.add(new Dead(id, new Cause(CauseKind.DISCONNECTED, "disconnected")));
            } else if (late && missing.contains(id)) {
                dead.add(new Dead(id, new Cause(CauseKind.DISCONNECTED, "did not find the new controller")));
            } else if (now - seen.heardNanos >= config.sessionTimeout().toNanos()) {
                dead.add(new Dead(id, new Cause(CauseKind.SESSION_TIMEOUT, "session timeout")));
            }
        });
        return dead;
    }
}
