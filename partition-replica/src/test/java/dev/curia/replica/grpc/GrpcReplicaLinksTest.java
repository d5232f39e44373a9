package dev.curia.replica.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.Uuid;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.SystemClock;
import dev.curia.replica.port.LeaderLease;
import dev.curia.replica.port.LocalBroker;
import dev.curia.replica.port.Peers;
import dev.curia.replica.port.ReplicaLinks.Chunk;
import dev.curia.replica.port.ReplicaLinks.Feed;
import dev.curia.replica.port.ReplicaLinks.FeedEvents;
import dev.curia.replica.port.ReplicaLinks.Refused;
import dev.curia.replica.port.ReplicaLinks.Subscription;
import dev.curia.replica.port.ReplicaMetrics;
import dev.curia.replica.port.ReplicationSource;
import dev.curia.replica.port.StreamKind;
import dev.curia.testkit.Await;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The follower's side against a real leader service. */
class GrpcReplicaLinksTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int BATCH_BYTES = 100;
    private static final Subscription SUBSCRIPTION =
            new Subscription(new PartitionId(new Uuid(1, 1), 0), 1, StreamKind.TAIL, 0, 0, 0, -1, 0, 0);

    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    private final NetworkThreads threads = new NetworkThreads("links", 1);
    private final EventLoop loop = new EventLoop("loop", 1000, new SystemClock(), (w, c) -> faults.add(w + c));
    private final AtomicLong epoch = new AtomicLong(5);
    private final AtomicBoolean leaderKnown = new AtomicBoolean(true);
    private final Source source = new Source();
    private Server server;
    private GrpcReplicaLinks links;

    @BeforeEach
    void start() throws IOException {
        loop.start();
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .directExecutor()
                .addService(new ReplicationService(
                                new LocalBroker("c", 1, () -> 1, LeaderLease.ALWAYS),
                                id -> Optional.of(source),
                                List.of(loop),
                                loop,
                                new ReplicaMetrics(new SimpleMeterRegistry()))
                        .bind())
                .build()
                .start();
        Peers.Address address = new Peers.Address("127.0.0.1", server.getPort());
        links = new GrpcReplicaLinks(
                new LocalBroker("c", 2, epoch::get, LeaderLease.ALWAYS),
                LinkConfig.defaults(),
                id -> leaderKnown.get() ? Optional.of(address) : Optional.empty(),
                loop,
                new Random(1),
                threads,
                InsecureChannelCredentials.create());
    }

    @AfterEach
    void stop() {
        links.close();
        server.shutdownNow();
        Await.until("the server is down", PATIENCE, server::isTerminated);
        loop.close();
        threads.close();
        assertThat(faults).isEmpty();
    }

    @Test
    void aFollowerThatIsRegisteredAnewTellsLeadersItsNewEpoch() {
        links.subscribe(SUBSCRIPTION, new Again());
        Await.until("it subscribed", PATIENCE, () -> source.epochs.equals(List.of(5L)));

        epoch.set(6);
        links.registeredAnew();

        Await.until("it subscribed again", PATIENCE, () -> source.epochs.equals(List.of(5L, 6L)));
    }

    /** The next may be long in coming: where only what is on disk counts, there is none until something is appended. */
    @Test
    void whatIsAcknowledgedBeforeTheSubscriptionIsSentIsTold() {
        leaderKnown.set(false);
        Feed feed = links.subscribe(SUBSCRIPTION, new Again());
        feed.acknowledge(7, 3);
        feed.flush();
        leaderKnown.set(true);

        Await.until("it subscribed", PATIENCE, () -> !source.positions.isEmpty());
        assertThat(source.positions.get(0).acknowledgedOffset()).isEqualTo(7);
        assertThat(source.positions.get(0).logStartOffset()).isEqualTo(3);
    }

    /** No message need follow that could take it along. */
    @Test
    void whatIsSubscribedWhileTheStreamOpensIsSent() {
        links.subscribe(SUBSCRIPTION, new Again());
        links.subscribe(SUBSCRIPTION, new Again());

        Await.until("both subscribed", PATIENCE, () -> source.positions.size() == 2);
    }

    /** Credit rides on acknowledgements, and where only what is on disk counts these may come later than the next records. */
    @Test
    void aFollowerThatAcknowledgesNothingYetIsSentMore() {
        source.end = 20;
        Again follower = new Again();
        links.subscribe(SUBSCRIPTION, follower);
        Await.until("all records came", PATIENCE, () -> follower.receivedBytes.get() == 20L * BATCH_BYTES);
    }

    /** Subscribes again when the stream breaks, as replicas do. */
    private final class Again implements FeedEvents {
        final AtomicLong receivedBytes = new AtomicLong();

        @Override
        public void received(Chunk chunk) {
            receivedBytes.addAndGet(chunk.sizeInBytes());
            chunk.close();
        }

        @Override
        public void refused(Refused refusal) {
            faults.add("refused: " + refusal);
        }

        @Override
        public void broken() {
            links.subscribe(SUBSCRIPTION, this);
        }
    }

    /** A partition that notes how it is followed, and is read a batch at a time. */
    private static final class Source implements ReplicationSource {
        volatile long end;
        final List<Long> epochs = new CopyOnWriteArrayList<>();
        final List<Position> positions = new CopyOnWriteArrayList<>();

        @Override
        public void subscribe(Position position, Subscriber subscriber) {
            epochs.add(subscriber.brokerEpoch());
            positions.add(position);
            subscriber.accepted(new Ends(0, 0, end, 0));
        }

        @Override
        public void acknowledge(Subscriber subscriber, int leaderEpoch, long end, OptionalLong logStartOffset) {}

        @Override
        public boolean offerAcknowledgement(Subscriber subscriber, int leaderEpoch, long end, OptionalLong start) {
            return true;
        }

        @Override
        public void unsubscribe(Subscriber subscriber) {}

        @Override
        public ByteBuffer read(int leaderEpoch, long offset, ByteBuffer room) {
            if (offset >= end) return ByteBuffer.allocate(0);
            return ByteBuffer.allocate(BATCH_BYTES).putLong(0, offset).putInt(8, BATCH_BYTES - 12);
        }

        @Override
        public long deletesRemovedTo() {
            return 0;
        }
    }
}
