package dev.curia.replica.grpc;

import dev.curia.replica.port.Peers;
import dev.curia.replica.port.ReplicaLinks.Feed;
import dev.curia.replica.port.ReplicaLinks.FeedEvents;
import dev.curia.replica.port.ReplicaLinks.Subscription;
import dev.curia.replica.port.StreamKind;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lasting side of a stream to one leader: its feeds, and when to connect. At most one {@link LeaderConnection} at a time; after a
 * break every feed ends, and those that subscribe again share the next connection. Thread-safe: {@code this} is its lock, never held while
 * calling a feed's events.
 */
final class LeaderLink {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderLink.class);

    private final int leader;
    private final StreamKind kind;
    private final GrpcReplicaLinks links;

    /** By handle; every open feed, sent or not. */
    private final Map<Integer, GrpcFeed> feeds = new ConcurrentHashMap<>();

    // Guarded by this.
    private final List<GrpcFeed> unsent = new ArrayList<>();
    private @Nullable LeaderConnection connection;
    private boolean waiting; // for the backoff to pass
    private int failures;
    private int nextHandle = 1;

    LeaderLink(int leader, StreamKind kind, GrpcReplicaLinks links) {
        this.leader = leader;
        this.kind = kind;
        this.links = links;
    }

    Feed subscribe(Subscription subscription, FeedEvents events) {
        LeaderConnection running;
        GrpcFeed feed;
        synchronized (this) {
            feed = new GrpcFeed(nextHandle++, subscription, events, this);
            feeds.put(feed.handle(), feed);
            unsent.add(feed);
            running = connection;
        }
        if (running == null) connect();
        else running.flush();
        return feed;
    }

    void ended(GrpcFeed feed) {
        LeaderConnection running;
        synchronized (this) {
            if (feeds.remove(feed.handle()) == null) return;
            running = unsent.remove(feed) ? null : connection;
        }
        if (running != null) running.unsubscribe(feed.handle());
    }

    /** Subscriptions not yet sent, at most {@code max}. */
    synchronized List<GrpcFeed> takeUnsent(int max) {
        List<GrpcFeed> head = unsent.subList(0, Math.min(max, unsent.size()));
        List<GrpcFeed> taken = new ArrayList<>(head);
        head.clear();
        return taken;
    }

    Optional<GrpcFeed> feed(int handle) {
        return Optional.ofNullable(feeds.get(handle));
    }

    Optional<GrpcFeed> removeFeed(int handle) {
        return Optional.ofNullable(feeds.remove(handle));
    }

    @Nullable
    LeaderConnection connection() {
        synchronized (this) {
            return connection;
        }
    }

    /** The leader answered: the next break starts with the shortest backoff again. */
    synchronized void works() {
        failures = 0;
    }

    /** {@code dead} is over. Whoever had a feed on it, or waited for it, is told. */
    void broke(LeaderConnection dead, Status status) {
        List<GrpcFeed> gone;
        synchronized (this) {
            if (connection != dead) return;
            connection = null;
            gone = endAll();
            if (links.isOpen()) backOff();
        }
        LOG.info("{} stream to leader {} ended: {} {}", kind, leader, status.getCode(), status.getDescription());
        gone.forEach(feed -> feed.events().broken());
    }

    /** The stream ends, and whoever had a feed on it subscribes again. */
    void reopen(String why) {
        LeaderConnection running = connection();
        if (running != null) running.cancel(why);
    }

    void close() {
        LeaderConnection running;
        synchronized (this) {
            running = connection;
            connection = null;
            endAll();
        }
        if (running != null) running.cancel("this broker stops");
    }

    LeaderConnection newConnection(Peers.Address address) {
        return new LeaderConnection(this, links, kind, address);
    }

    private List<GrpcFeed> endAll() {
        List<GrpcFeed> all = new ArrayList<>(feeds.values());
        feeds.clear();
        unsent.clear();
        return all;
    }

    private void backOff() {
        waiting = true;
        links.timers().schedule(links.backoffNanos(failures++), this::connectAfterBackoff);
    }

    private void connectAfterBackoff() {
        synchronized (this) {
            waiting = false;
        }
        connect();
    }

    private void connect() {
        LeaderConnection fresh;
        synchronized (this) {
            if (waiting || connection != null || feeds.isEmpty() || !links.isOpen()) return;
            Optional<Peers.Address> address = links.peers().find(leader);
            if (address.isEmpty()) {
                backOff(); // not registered (yet); the feeds wait
                return;
            }
            fresh = newConnection(address.get());
            connection = fresh;
        }
        fresh.start();
    }
}
