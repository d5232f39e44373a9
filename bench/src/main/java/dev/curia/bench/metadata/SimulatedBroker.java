package dev.curia.bench.metadata;

import dev.curia.common.id.Uuid;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.SystemClock;
import dev.curia.metadata.client.BrokerIdentity;
import dev.curia.metadata.client.BrokerSession;
import dev.curia.metadata.client.QuorumChannels;
import dev.curia.metadata.client.ReplicaReport;
import dev.curia.metadata.image.ServerEndpoint;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.metadata.v1.BrokerEvents;
import dev.curia.proto.metadata.v1.LogEnds;
import dev.curia.proto.metadata.v1.LogEndsRequest;
import io.grpc.InsecureChannelCredentials;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A broker as the quorum meets it: a session over connections of its own, all replicas online, no logs. Some watch the metadata as well, the
 * others take it from one who does. Thread-safe.
 */
final class SimulatedBroker implements BrokerSession.Listener, BrokerSession.Condition, AutoCloseable {
    private static final int LOOP_CAPACITY = 16_384;

    private final int id;
    private final EventLoop loop;
    private final QuorumChannels channels = new QuorumChannels(InsecureChannelCredentials.create());
    private final WatchedImage watched;
    private final boolean watchesItself;
    private final BrokerSession session;

    /** @param other whose metadata to take; empty: watches by itself */
    SimulatedBroker(int id, List<HostPort> quorum, Optional<SimulatedBroker> other) {
        this.id = id;
        SystemClock clock = new SystemClock();
        Random random = new Random();
        loop = new EventLoop("broker-" + id, LOOP_CAPACITY, clock, (what, cause) -> {
            throw new IllegalStateException(what, cause);
        });
        watchesItself = other.isEmpty();
        watched = other.map(SimulatedBroker::watched).orElseGet(() -> new WatchedImage(channels, quorum, loop));
        session = new BrokerSession(
                new BrokerIdentity(
                        QuorumNodes.CLUSTER,
                        id,
                        Uuid.random(random),
                        List.of(new ServerEndpoint("PLAINTEXT", "broker-" + id + ".example", 9092, "PLAINTEXT")),
                        new ServerEndpoint("RPC", "broker-" + id + ".example", 9095, "PLAINTEXT"),
                        Optional.empty(),
                        List.of(Uuid.random(random)),
                        -1),
                channels,
                quorum,
                loop,
                clock,
                random,
                this,
                this);
    }

    void start() {
        loop.start();
        if (watchesItself) watched.start();
        session.start();
    }

    int id() {
        return id;
    }

    WatchedImage watched() {
        return watched;
    }

    boolean isUnfenced() {
        return !session.isFenced();
    }

    long epoch() {
        return session.brokerEpoch();
    }

    @Override
    public void registered(long brokerEpoch, long index) {}

    @Override
    public void unfenced() {}

    @Override
    public void fenced() {}

    @Override
    public void committed(long index) {
        if (watchesItself) watched.expect(index);
    }

    @Override
    public void replicasReported(long version, long index) {}

    @Override
    public void rejected(Status status) {
        throw new IllegalStateException("broker " + id + " was rejected: " + status);
    }

    @Override
    public long appliedIndex() {
        return watched.image().index();
    }

    @Override
    public long metadataDigest() {
        return 0; // the image may be another one's, and be ahead of the index just given
    }

    @Override
    public boolean ready() {
        return true;
    }

    @Override
    public ReplicaReport replicas() {
        return ReplicaReport.NONE;
    }

    @Override
    public LogEnds logEnds(LogEndsRequest request) {
        return LogEnds.getDefaultInstance();
    }

    @Override
    public BrokerEvents events() {
        return BrokerEvents.getDefaultInstance();
    }

    @Override
    public void eventsKept(long before) {}

    /** Breaks all connections, as when the process dies. */
    @Override
    public void close() {
        session.close();
        if (watchesItself) watched.close();
        loop.close();
        channels.close();
    }
}
