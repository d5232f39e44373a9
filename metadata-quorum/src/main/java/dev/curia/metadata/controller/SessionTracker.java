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
 * which has not come back within the reconnect window, or of which the machine says that nobody listens there any more.
 *
 * <p>A new controller expects every broker that was alive. One of which the machine says that nobody listens there went with the old
 * controller; it has a reconnect window from when half of the others have found the new one, lest a firewall that refuses speaks for it. All others
 * have a session timeout, for as long as that a broker that is cut off believes that it leads.
 */
final class SessionTracker {
    /** A broker that is dead, and why. */
    record Dead(int brokerId, Cause cause) {}

    private static final class Seen {
        long heardNanos;
        long brokenNanos;
        boolean broken;
        boolean refused; // since it broke, or is missing
    }

    private final SessionConfig config;
    private final Map<Integer, Seen> brokers =
            new TreeMap<>(); // in order of id, so that decisions don't depend on hashing
    private final Set<Integer> missing = new HashSet<>(); // expected and not heard yet
    private int expected;
    private boolean halfFound;
    private long halfFoundNanos;

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
        seen.refused = false;
        if (!missing.remove(brokerId) || halfFound) return;
        halfFound = 2 * (expected - missing.size()) >= expected;
        halfFoundNanos = now;
    }

    void streamBroke(int brokerId, long now) {
        Seen seen = brokers.get(brokerId);
        if (seen == null || seen.broken) return;
        seen.broken = true;
        seen.brokenNanos = now;
    }

    /** Nobody listens where this broker did. Says nothing of one that is connected. */
    void refused(int brokerId) {
        Seen seen = brokers.get(brokerId);
        if (seen != null && (seen.broken || missing.contains(brokerId))) seen.refused = true;
    }

    /** Those that this controller has not heard yet, in no order. */
    Set<Integer> missing() {
        return Set.copyOf(missing);
    }

    void forget(int brokerId) {
        brokers.remove(brokerId);
        if (missing.remove(brokerId)) expected--;
    }

    void clear() {
        brokers.clear();
        missing.clear();
        expected = 0;
        halfFound = false;
    }

    List<Dead> dead(long now) {
        List<Dead> dead = new ArrayList<>();
        long window = config.reconnectWindow().toNanos();
        boolean late = halfFound && now - halfFoundNanos >= window;
        brokers.forEach((id, seen) -> {
            if (seen.broken && seen.refused) {
                dead.add(new Dead(id, new Cause(CauseKind.DISCONNECTED, "disconnected, and nobody listens there")));
            } else if (seen.broken && now - seen.brokenNanos >= window) {
                dead.add(new Dead(id, new Cause(CauseKind.DISCONNECTED, "disconnected")));
            } else if (late && seen.refused) {
                dead.add(new Dead(id, new Cause(CauseKind.DISCONNECTED, "went with the last controller")));
            } else if (now - seen.heardNanos >= config.sessionTimeout().toNanos()) {
                dead.add(new Dead(id, new Cause(CauseKind.SESSION_TIMEOUT, "session timeout")));
            }
        });
        return dead;
    }
}
