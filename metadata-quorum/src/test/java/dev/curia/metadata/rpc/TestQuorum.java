package dev.curia.metadata.rpc;

import dev.curia.common.id.Uuid;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.SystemClock;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.access.PortSecurity;
import dev.curia.metadata.acl.Authorization;
import dev.curia.metadata.client.BrokerIdentity;
import dev.curia.metadata.client.BrokerSession;
import dev.curia.metadata.client.MetadataWatcher;
import dev.curia.metadata.client.QuorumChannels;
import dev.curia.metadata.client.QuorumClient;
import dev.curia.metadata.client.ReplicaReport;
import dev.curia.metadata.controller.ActiveController;
import dev.curia.metadata.controller.LeaderBalance;
import dev.curia.metadata.controller.SessionConfig;
import dev.curia.metadata.decide.TopicDefaults;
import dev.curia.metadata.image.ServerEndpoint;
import dev.curia.metadata.port.BrokerProbe;
import dev.curia.metadata.port.FakeMetadataLog;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.metadata.v1.BrokerEvents;
import dev.curia.proto.metadata.v1.LogEnds;
import dev.curia.proto.metadata.v1.LogEndsRequest;
import io.grpc.InsecureChannelCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** Quorum nodes over fake logs, with real servers, loops and clients, all closed in reverse order. */
final class TestQuorum implements AutoCloseable {
    private static final SessionConfig SESSIONS =
            new SessionConfig(Duration.ofMillis(50), Duration.ofSeconds(2), Duration.ofMillis(100));

    private final SystemClock clock = new SystemClock();
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();

    record Node(FakeMetadataLog log, QuorumRpcServer server) {
        HostPort address() {
            return new HostPort("127.0.0.1", server.port());
        }
    }

    final class Client {
        final QuorumChannels channels = own(new QuorumChannels(InsecureChannelCredentials.create()));
        final List<Integer> seenBrokers = new CopyOnWriteArrayList<>();
        final List<Long> indexes = new CopyOnWriteArrayList<>();
        final List<HostPort> bootstrap;
        final QuorumClient requests;
        final MetadataWatcher watcher;
        final EventLoop loop = loop("client");

        Client(List<HostPort> bootstrap, Duration deadline) {
            this.bootstrap = bootstrap;
            requests = new QuorumClient(channels, bootstrap, deadline, loop, clock, new Random(1));
            watcher = own(new MetadataWatcher("", channels, bootstrap, loop, clock, new Random(2), (delta, image) -> {
                seenBrokers.addAll(delta.brokers());
                indexes.add(image.index());
            }));
            watcher.start();
        }
    }

    final class Broker implements BrokerSession.Listener, BrokerSession.Condition {
        private final Client client;
        volatile ReplicaReport offline = ReplicaReport.NONE;
        volatile BrokerEvents untold = BrokerEvents.getDefaultInstance();
        volatile long keptBefore;
        final List<String> events = new CopyOnWriteArrayList<>();
        final BrokerSession session;

        Broker(Client client, BrokerIdentity identity) {
            this.client = client;
            session = own(new BrokerSession(
                    identity, client.channels, client.bootstrap, loop("session"), clock, new Random(3), this, this));
            session.start();
        }

        @Override
        public void registered(long brokerEpoch, long index) {
            events.add("registered");
        }

        @Override
        public void unfenced() {
            events.add("unfenced");
        }

        @Override
        public void fenced() {
            events.add("fenced");
        }

        @Override
        public void committed(long index) {}

        @Override
        public long appliedIndex() {
            return client.watcher.image().index();
        }

        @Override
        public boolean ready() {
            return true;
        }

        @Override
        public ReplicaReport replicas() {
            return offline;
        }

        @Override
        public LogEnds logEnds(LogEndsRequest request) {
            return LogEnds.getDefaultInstance();
        }

        @Override
        public BrokerEvents events() {
            return untold;
        }

        @Override
        public void eventsKept(long before) {
            keptBefore = before;
        }

        @Override
        public void replicasReported(long version, long index) {
            events.add("reported " + version);
        }

        @Override
        public void rejected(Status status) {
            events.add("rejected " + status.getCode());
        }
    }

    Node node() {
        FakeMetadataLog log = new FakeMetadataLog();
        QuorumRpcServer server = server(new HostPort("127.0.0.1", 0), log);
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Node(log, server);
    }

    QuorumRpcServer server(HostPort address, FakeMetadataLog log) {
        return server(address, log, Authorization.OFF);
    }

    QuorumRpcServer server(HostPort address, FakeMetadataLog log, Authorization authorization) {
        EventLoop loop = loop("controller");
        ActiveController controller = new ActiveController(
                new ActiveController.Settings(
                        Fixtures.CLUSTER,
                        new TopicDefaults(1, 1, Map.of()),
                        SESSIONS,
                        LeaderBalance.Config.DEFAULT,
                        Duration.ofSeconds(5)),
                log,
                loop,
                clock,
                new Random(4),
                (what, cause) -> faults.add(cause),
                BrokerProbe.NONE);
        QuorumRpcServer server = own(new QuorumRpcServer(
                address,
                controller,
                log,
                loop("watch"),
                Duration.ofMillis(100),
                Optional.empty(),
                authorization,
                PortSecurity.plaintext()));
        log.start(server.commits(), controller);
        return server;
    }

    Client client(List<HostPort> bootstrap) {
        return client(bootstrap, Duration.ofSeconds(10));
    }

    Client client(List<HostPort> bootstrap, Duration deadline) {
        return new Client(bootstrap, deadline);
    }

    Broker broker(Client client, int id, int incarnation) {
        return broker(client, id, incarnation, Fixtures.CLUSTER);
    }

    Broker broker(Client client, int id, int incarnation, String cluster) {
        return new Broker(
                client,
                new BrokerIdentity(
                        cluster,
                        id,
                        Fixtures.incarnation(incarnation),
                        List.of(),
                        new ServerEndpoint("RPC", "127.0.0.1", 9095, "PLAINTEXT"),
                        Optional.empty(),
                        List.of(Uuid.ZERO),
                        -1));
    }

    private EventLoop loop(String name) {
        EventLoop loop =
                own(new EventLoop(name, ActiveController.LOOP_CAPACITY, clock, (what, cause) -> faults.add(cause)));
        loop.start();
        return loop;
    }

    private <T extends AutoCloseable> T own(T resource) {
        owned.push(resource);
        return resource;
    }

    @Override
    public void close() {
        for (AutoCloseable resource : owned) {
            try {
                resource.close();
            } catch (Exception e) {
                faults.add(e);
            }
        }
        if (!faults.isEmpty()) throw new AssertionError("faults: " + faults, faults.peek());
    }
}
