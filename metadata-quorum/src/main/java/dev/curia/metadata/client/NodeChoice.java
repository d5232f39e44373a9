package dev.curia.metadata.client;

import dev.curia.common.net.HostPort;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Which quorum node to ask next: the one that worked, the one that was hinted at, or the next of the list. Thread-safe. */
final class NodeChoice {
    private static final long MIN_BACKOFF_NANOS = 20_000_000;
    private static final long MAX_BACKOFF_NANOS = 320_000_000;

    private final List<HostPort> bootstrap;
    private final Supplier<List<HostPort>> learned;
    private final RandomGenerator random;
    private HostPort current;
    private int next;
    private int failures; // since the last success
    private final Set<HostPort> followed = new HashSet<>(); // hints, since the last success

    /** @param learned nodes to try too, as of now */
    NodeChoice(List<HostPort> bootstrap, Supplier<List<HostPort>> learned, RandomGenerator random) {
        if (bootstrap.isEmpty()) throw new IllegalArgumentException("no address of the metadata quorum is given");
        this.bootstrap = List.copyOf(bootstrap);
        this.learned = learned;
        this.random = random;
        this.next = random.nextInt(bootstrap.size());
        this.current = this.bootstrap.get(next);
    }

    synchronized HostPort current() {
        return current;
    }

    /** This one next. */
    synchronized void prefer(HostPort node) {
        current = node;
    }

    synchronized void worked() {
        failures = 0;
        followed.clear();
    }

    /**
     * Moves on from a node that failed.
     *
     * @return nanoseconds to wait before the next attempt; 0 where a hint leads for the first time: followers name a dead controller until
     *     they elect another, and then that one is to be found at once
     */
    synchronized long failed(HostPort node, Optional<HostPort> hint) {
        failures++;
        List<HostPort> all = all();
        boolean fresh = hint.isPresent() && !hint.get().equals(node);
        if (fresh && failures <= 2 * all.size()) {
            current = hint.get();
            if (followed.add(current)) return 0;
        } else if (node.equals(current)) {
            next = (next + 1) % all.size();
            current = all.get(next);
        }
        long limit = Math.min(MAX_BACKOFF_NANOS, MIN_BACKOFF_NANOS << Math.min(failures, 10));
        return limit / 2 + random.nextLong(limit / 2);
    }

    private List<HostPort> all() {
        Set<HostPort> all = new LinkedHashSet<>(bootstrap);
        all.addAll(learned.get());
        return List.copyOf(all);
    }
}
