package dev.curia.broker.group;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf a group's expressions are matched: that of the member heard last, whose topics all members of the group share (KIP-848).
 * A group of which no member has been heard yet, as after its coordinator moved, waits for the next heartbeat. Thread-safe.
 */
public final class Subscribers {
    /** Groups; of those beyond, whoever was heard longest ago is forgotten until heard again. */
    private static final int MAX_GROUPS = 100_000;

    private final boolean everyoneSeesAll;
    private final Map<String, Known> groups = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MAX_GROUPS;
        }
    };

    /** What is known of a group. Guarded by the map's owner. */
    private static final class Known {
        private @Nullable Predicate<String> maySee;
        private @Nullable Consumer<Predicate<String>> waiting;
    }

    /** @param everyoneSeesAll there is no access control: nobody has to be heard first */
    public Subscribers(boolean everyoneSeesAll) {
        this.everyoneSeesAll = everyoneSeesAll;
    }

    /** @param maySee which topics a member may see; asked later and on other threads, too */
    public void heard(String groupId, Predicate<String> maySee) {
        Consumer<Predicate<String>> waiting;
        synchronized (this) {
            Known known = groups.computeIfAbsent(groupId, id -> new Known());
            known.maySee = maySee;
            waiting = known.waiting;
            known.waiting = null;
        }
        if (waiting != null) waiting.accept(maySee);
    }

    /** At once, or when a member is heard; then on the thread that hears of him. */
    void withVisible(String groupId, Consumer<Predicate<String>> task) {
        Predicate<String> visible = everyoneSeesAll ? topic -> true : visibleOrWait(groupId, task);
        if (visible != null) task.accept(visible);
    }

    private synchronized @Nullable Predicate<String> visibleOrWait(String groupId, Consumer<Predicate<String>> task) {
        Known known = groups.computeIfAbsent(groupId, id -> new Known());
        if (known.maySee == null) known.waiting = task;
        return known.maySee;
    }
}
