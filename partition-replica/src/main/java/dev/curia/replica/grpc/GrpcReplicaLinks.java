package dev.curia.replica.grpc;

import dev.curia.common.time.Timers;
import dev.curia.replica.port.LocalBroker;
import dev.curia.replica.port.Peers;
import dev.curia.replica.port.ReplicaLinks;
import dev.curia.replica.port.StreamKind;
import io.grpc.ChannelCredentials;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;

/** The follower's side of replication: keeps one {@link LeaderLink} for each leader and kind. Thread-safe. */
public final class GrpcReplicaLinks implements ReplicaLinks {
    private final LocalBroker self;
    private final LinkConfig config;
    private final Peers peers;
    private final Timers timers;
    private final RandomGenerator random;
    private final LeaderChannels channels;
    private final Map<Key, LeaderLink> links = new ConcurrentHashMap<>();
    private final AtomicBoolean open = new AtomicBoolean(true);

    private record Key(int leader, StreamKind kind) {}

    /**
     * @param timers runs reconnects; thread-safe, such as an event loop's; may be shared
     * @param random for backoff jitter; thread-safe
     * @param threads carry the streams; closed later, by their owner
     */
    public GrpcReplicaLinks(
            LocalBroker self,
            LinkConfig config,
            Peers peers,
            Timers timers,
            RandomGenerator random,
            NetworkThreads threads,
            ChannelCredentials credentials) {
        this(self, config, peers, timers, random, new ReplicationChannels(threads, credentials));
    }

    public GrpcReplicaLinks(
            LocalBroker self,
            LinkConfig config,
            Peers peers,
            Timers timers,
            RandomGenerator random,
            LeaderChannels channels) {
        this.self = self;
        this.config = config;
        this.peers = peers;
        this.timers = timers;
        this.random = random;
        this.channels = channels;
    }

    @Override
    public Feed subscribe(Subscription subscription, FeedEvents events) {
        Key key = new Key(subscription.leader(), subscription.kind());
        LeaderLink link = links.computeIfAbsent(key, k -> new LeaderLink(k.leader(), k.kind(), this));
        return link.subscribe(subscription, events);
    }

    /**
     * This broker was registered anew, with another epoch than its streams were opened with: leaders would propose it for their ISRs in vain for
     * as long as these last. Opens them again.
     */
    public void registeredAnew() {
        links.values().forEach(link -> link.reopen("this broker has a new epoch"));
    }

    /** Ends the streams. */
    @Override
    public void close() {
        if (!open.getAndSet(false)) return;
        links.values().forEach(LeaderLink::close);
    }

    boolean isOpen() {
        return open.get();
    }

    LocalBroker self() {
        return self;
    }

    LinkConfig config() {
        return config;
    }

    Peers peers() {
        return peers;
    }

    Timers timers() {
        return timers;
    }

    /** Exponential from the shortest to the longest, each between half and all of it. */
    long backoffNanos(int failures) {
        long cap = config.maxBackoff().toNanos();
        long full = Math.min(cap, config.minBackoff().toNanos() << Math.min(failures, 20));
        return full / 2 + (long) (random.nextDouble() * full / 2);
    }

    LeaderChannels channels() {
        return channels;
    }
}
