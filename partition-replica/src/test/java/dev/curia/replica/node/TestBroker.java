package dev.curia.replica.node;

import dev.curia.common.fault.FaultHandler;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.loop.LoopDriver;
import dev.curia.common.time.SystemClock;
import dev.curia.log.Background;
import dev.curia.log.DiskReserve;
import dev.curia.log.LogDirectories;
import dev.curia.log.LogDirectory;
import dev.curia.log.LogMetrics;
import dev.curia.log.ManualTimers;
import dev.curia.log.clean.CleanerConfig;
import dev.curia.log.clean.CleanerMetrics;
import dev.curia.log.clean.LogCleaner;
import dev.curia.log.io.SmallDisk;
import dev.curia.replica.grpc.GrpcReplicaLinks;
import dev.curia.replica.grpc.LinkConfig;
import dev.curia.replica.grpc.NetworkThreads;
import dev.curia.replica.grpc.ReplicationService;
import dev.curia.replica.port.IsrProposals;
import dev.curia.replica.port.LeaderLease;
import dev.curia.replica.port.LocalBroker;
import dev.curia.replica.port.Peers;
import dev.curia.replica.port.ReplicaMetrics;
import dev.curia.testkit.Await;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** One broker's replication, wired as a broker wires it. */
final class TestBroker {
    static final String CLUSTER = "test-cluster";
    private static final int INBOX = 16_384;
    private static final CleanerConfig CLEANER =
            new CleanerConfig(true, 1, 1 << 20, 0.9, 64 << 10, Double.MAX_VALUE, 20);

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final ManualTimers later = new ManualTimers();
    final HostedReplicas replicas;
    final ReplicationService service;
    private final LogDirectories directories;
    private final GrpcReplicaLinks links;
    private final EventLoop timers;
    private final List<EventLoop> tails = new ArrayList<>();
    private final NetworkThreads threads = new NetworkThreads("replication", 2);
    private final EventLoop catchUp;
    private final Server server;
    private final ExecutorService flushes = Executors.newSingleThreadExecutor();
    private final LogCleaner cleaner;

    TestBroker(
            int id,
            long epoch,
            Disks disks,
            ReplicaConfig config,
            Peers peers,
            IsrProposals proposals,
            FaultHandler faults)
            throws IOException {
        SystemClock clock = new SystemClock();
        LocalBroker self = new LocalBroker(CLUSTER, id, () -> epoch, LeaderLease.ALWAYS);
        ReplicaMetrics metrics = new ReplicaMetrics(meters);
        cleaner = new LogCleaner(CLEANER, clock, new Random(id), faults, new CleanerMetrics(meters));
        cleaner.start();
        directories = LogDirectories.open(
                disks.directories(),
                CLUSTER,
                id,
                new LogDirectory.Ports(
                        disks.files(),
                        new Random(epoch),
                        new Background(flushes, Runnable::run, later, cleaner),
                        new DiskReserve(0),
                        new LogMetrics(meters),
                        (path, what, cause) -> {
                            if (!disks.expectedToFail().contains(path)) faults.fatal(path + " failed: " + what, cause);
                        }));
        // The very first start: nothing can be missing.
        if (disks.used().compareAndSet(false, true)) directories.forgetMissing();
        timers = loop("timers-" + id, clock, faults);
        for (LoopDriver driver : threads.drivers()) {
            tails.add(EventLoop.driven("tail-" + id, INBOX, clock, faults, driver));
        }
        tails.forEach(EventLoop::start);
        catchUp = loop("catch-up-" + id, clock, faults);
        links = new GrpcReplicaLinks(
                self,
                LinkConfig.defaults(),
                peers,
                timers,
                new Random(id),
                threads,
                InsecureChannelCredentials.create());
        replicas = new HostedReplicas(
                self,
                config,
                clock,
                ReplicaThreads.on(threads.drivers(), config, clock, faults),
                directories,
                proposals,
                links,
                metrics);
        service = new ReplicationService(self, replicas, tails, catchUp, metrics);
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .channelType(threads.serverType())
                .bossEventLoopGroup(threads.group())
                .workerEventLoopGroup(threads.group())
                .directExecutor()
                .permitKeepAliveTime(5, TimeUnit.SECONDS)
                .addService(service.bind())
                .build()
                .start();
        replicas.start();
    }

    /** Looks at the free space until no directory is full. */
    void awaitRoom() {
        Await.until("there is room", TestCluster.PATIENCE, () -> {
            later.runAll();
            return directories.all().stream().noneMatch(LogDirectory::isFull);
        });
    }

    /** What a broker keeps when its process ends. */
    record Disks(List<Path> directories, SmallDisk files, Set<Path> expectedToFail, AtomicBoolean used) {
        static Disks of(List<Path> directories) {
            SmallDisk files = new SmallDisk();
            directories.forEach(files::at);
            return new Disks(directories, files, ConcurrentHashMap.newKeySet(), new AtomicBoolean());
        }

        SmallDisk.Mount disk(int index) {
            return files.at(directories.get(index));
        }

        void breakDown(int index) {
            expectedToFail.add(directories.get(index));
            disk(index).breakDown();
        }
    }

    private static EventLoop loop(String name, SystemClock clock, FaultHandler faults) {
        EventLoop loop = new EventLoop(name, INBOX, clock, faults);
        loop.start();
        return loop;
    }

    Peers.Address address() {
        return new Peers.Address("127.0.0.1", server.getPort());
    }

    void close() {
        server.shutdownNow();
        Await.until("the server is down", TestCluster.PATIENCE, server::isTerminated);
        replicas.close();
        cleaner.close();
        links.close();
        flushes.shutdown();
        tails.forEach(EventLoop::close);
        List.of(catchUp, timers).forEach(EventLoop::close);
        threads.close();
    }
}
