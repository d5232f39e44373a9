package dev.curia.sim;

import dev.curia.broker.bridge.BrokerCondition;
import dev.curia.broker.bridge.BrokerStanding;
import dev.curia.broker.bridge.EventOutbox;
import dev.curia.broker.bridge.MetadataBridge;
import dev.curia.broker.bridge.PublishedMetadata;
import dev.curia.broker.bridge.QuorumIsrProposals;
import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.net.HostPort;
import dev.curia.log.Background;
import dev.curia.log.DiskReserve;
import dev.curia.log.LogDirectories;
import dev.curia.log.LogDirectory;
import dev.curia.log.LogMetrics;
import dev.curia.log.PartitionLog;
import dev.curia.metadata.client.BrokerIdentity;
import dev.curia.metadata.client.BrokerSession;
import dev.curia.metadata.client.MetadataWatcher;
import dev.curia.metadata.client.QuorumChannels;
import dev.curia.metadata.client.QuorumClient;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.ServerEndpoint;
import dev.curia.replica.grpc.GrpcPeerCalls;
import dev.curia.replica.grpc.GrpcReplicaLinks;
import dev.curia.replica.grpc.LeaderChannels;
import dev.curia.replica.grpc.LinkConfig;
import dev.curia.replica.grpc.ReplicationService;
import dev.curia.replica.lease.ControllerLease;
import dev.curia.replica.lease.LeaseKeeper;
import dev.curia.replica.node.HostedReplicas;
import dev.curia.replica.node.ProducerLimits;
import dev.curia.replica.node.ReplicaConfig;
import dev.curia.replica.node.ReplicaThreads;
import dev.curia.replica.port.LocalBroker;
import dev.curia.replica.port.Peers;
import dev.curia.replica.port.ReplicaMetrics;
import dev.curia.replica.port.ReplicationSource;
import io.grpc.ManagedChannel;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** One life of a broker, wired as {@code BrokerRole} does, without the listeners of clients: these are served by {@link #replicas}. */
final class SimBroker {
    private static final int RPC_PORT = 9095;
    private static final long HAND_OVER_PATIENCE = 2 * World.SECONDS;
    static final Path DATA = Path.of("/data");

    final int id;
    final SimProcess process;
    final Uuid incarnation;
    final PublishedMetadata published;
    final HostedReplicas replicas;
    private final LogDirectories directories;
    private final Membership membership;
    private boolean stopping;

    SimBroker(SimProcess process, int id, SimCluster cluster) throws IOException {
        SimNetwork network = cluster.network;
        Parts parts = cluster.parts;
        this.id = id;
        this.process = process;
        this.incarnation = Uuid.random(process.random);
        this.published = new PublishedMetadata(id);
        MeterRegistry meters = new SimpleMeterRegistry();
        ReplicaMetrics metrics = new ReplicaMetrics(meters);
        EventLoop timers = process.loop("broker-timers");
        directories = LogDirectories.open(
                List.of(DATA),
                SimQuorumNode.CLUSTER,
                id,
                new LogDirectory.Ports(
                        cluster.disk(id),
                        process.random.split(),
                        new Background(process.pool(3 * World.MILLIS), process.pool(3 * World.MILLIS), timers),
                        new DiskReserve(0),
                        new LogMetrics(meters),
                        (path, what, cause) -> process.faults().fatal("log directory failed: " + what, cause)));
        Optional<String> machineBoot = Optional.of(cluster.disk(id).boot());
        parts.opened(directories);
        long lastRegistered = cluster.raft
                .committed()
                .broker(id)
                .map(BrokerRegistration::epoch)
                .orElse(-1L);
        long previousEpoch = parts.intactBrokerEpoch(directories.intactBrokerEpoch(machineBoot), lastRegistered)
                .orElse(-1);
        AtomicLong brokerEpoch = new AtomicLong(-1);
        ControllerLease lease = published.lease(process);
        LocalBroker self = new LocalBroker(SimQuorumNode.CLUSTER, id, brokerEpoch::get, parts.lease(lease));
        QuorumChannels channels = new QuorumChannels(to -> new SimChannel(network, process, to));
        QuorumClient quorum = new QuorumClient(
                channels, SimQuorumNode.addresses(), Duration.ofSeconds(10), timers, process, process.random.split());
        GrpcReplicaLinks links = new GrpcReplicaLinks(
                self, LinkConfig.defaults(), published, timers, process.random.split(), new Channels(network, process));
        ReplicaConfig config = config();
        replicas = new HostedReplicas(
                self,
                config,
                process,
                new ReplicaThreads(
                        List.of(process.newLoop("partition-loop-0"), process.newLoop("partition-loop-1")),
                        process.pool(3 * World.MILLIS)),
                directories,
                parts.proposals(new QuorumIsrProposals(quorum, self), process, cluster.raft::committed),
                parts.links(links),
                metrics);
        serve(network, self, parts.sources(replicas, this::log), metrics, lease);
        membership = join(channels, links, brokerEpoch, lease, new Past(previousEpoch, machineBoot, parts));
        GrpcPeerCalls peers = new GrpcPeerCalls(id, published, new Channels(network, process));
        new LeaseKeeper(lease, peers, published::others, timers, process).start();
    }

    private static ReplicaConfig config() {
        return new ReplicaConfig(
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                Duration.ofSeconds(3),
                Duration.ofMinutes(5),
                ProducerLimits.defaults(),
                2);
    }

    private void serve(
            SimNetwork network,
            LocalBroker self,
            ReplicationSource.Directory sources,
            ReplicaMetrics metrics,
            ControllerLease lease) {
        ReplicationService replication = new ReplicationService(
                self,
                sources,
                List.of(process.loop("replication-tail")),
                process.loop("replication-catch-up"),
                metrics);
        replication.contactToldBy(lease::contact);
        network.listen(process, new HostPort(process.host, RPC_PORT), List.of(replication.bind()));
    }

    /** What a broker vouches for, and what lets its next life do so. */
    private record Past(long brokerEpoch, Optional<String> machineBoot, Parts parts) {}

    /** Of a broker in its cluster. */
    private record Membership(BrokerStanding standing, BrokerSession session) {}

    private Membership join(
            QuorumChannels channels, GrpcReplicaLinks links, AtomicLong brokerEpoch, ControllerLease lease, Past past) {
        EventLoop metadataLoop = process.loop("metadata");
        MetadataBridge bridge = new MetadataBridge(published, Map.of(), replicas);
        MetadataWatcher metadata = new MetadataWatcher(
                SimQuorumNode.CLUSTER,
                channels,
                SimQuorumNode.addresses(),
                metadataLoop,
                process,
                process.random.split(),
                bridge);
        BrokerStanding standing = new BrokerStanding(
                process.faults(),
                node -> {
                    if (past.parts.watchesTheController()) metadata.prefer(node);
                },
                brokerEpoch,
                index -> {
                    directories.registered(brokerEpoch.get(), past.machineBoot);
                    bridge.registered(past.parts.firstCurrentIndex(index));
                    metadata.start();
                },
                () -> {
                    directories.registered(brokerEpoch.get(), past.machineBoot);
                    links.registeredAnew();
                },
                metadata::expect,
                bridge::replicasReported,
                process,
                lease);
        BrokerIdentity identity = new BrokerIdentity(
                SimQuorumNode.CLUSTER,
                id,
                incarnation,
                List.of(new ServerEndpoint("CLIENT", process.host, 9092, "PLAINTEXT")),
                new ServerEndpoint("RPC", process.host, RPC_PORT, "PLAINTEXT"),
                Optional.empty(),
                directories.all().stream().map(LogDirectory::id).toList(),
                past.brokerEpoch);
        EventOutbox events = new EventOutbox(process, new SimpleMeterRegistry());
        BrokerSession session = new BrokerSession(
                identity,
                channels,
                SimQuorumNode.addresses(),
                metadataLoop,
                process,
                process.random.split(),
                new BrokerCondition(published, bridge, replicas, events),
                standing);
        replicas.onTroublesChanged(session::changed);
        replicas.start();
        session.start();
        return new Membership(standing, session);
    }

    /** As {@code BrokerRole} stops: hands over if anybody listens, ends the replicas, closes the logs. */
    void stop(Runnable stopped) {
        if (stopping) return;
        stopping = true;
        if (!membership.standing.isUnfenced()) {
            endReplicas(stopped);
            return;
        }
        AtomicBoolean asked = new AtomicBoolean(true);
        Runnable next = () -> {
            if (asked.getAndSet(false)) endReplicas(stopped);
        };
        var unused = membership.session.requestShutdown().thenRun(() -> process.after(0, next));
        process.after(HAND_OVER_PATIENCE, next);
    }

    boolean isStopping() {
        return stopping;
    }

    private void endReplicas(Runnable stopped) {
        membership.session.close();
        var unused = replicas.end()
                .thenRun(() -> process.after(0, () -> {
                    process.awaitPools();
                    replicas.close();
                    stopped.run();
                }));
    }

    /** Whether this life is the one that the metadata knows. */
    boolean isRegistered(MetadataImage image) {
        return image.broker(id)
                .map(BrokerRegistration::incarnationId)
                .filter(incarnation::equals)
                .isPresent();
    }

    static String host(int id) {
        return "b" + id;
    }

    private Optional<PartitionLog> log(PartitionId partition) {
        return replicas.find(partition).flatMap(replica -> log(replica.name()));
    }

    /** A replica's log, whatever its role; empty: it has none open now. */
    Optional<PartitionLog> log(TopicPartition name) {
        return directories.all().stream()
                .flatMap(directory -> directory.logs().stream())
                .filter(log -> log.name().equals(name))
                .findFirst();
    }

    /** Connects to other brokers. */
    private record Channels(SimNetwork network, SimProcess process) implements LeaderChannels {
        @Override
        public ManagedChannel open(Peers.Address address, int maxFrameBytes) {
            return new SimChannel(network, process, new HostPort(address.host(), address.port()));
        }
    }
}
