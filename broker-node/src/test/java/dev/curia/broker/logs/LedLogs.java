package dev.curia.broker.logs;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.time.Clock;
import dev.curia.common.time.SystemClock;
import dev.curia.log.Background;
import dev.curia.log.DiskReserve;
import dev.curia.log.LogDirectories;
import dev.curia.log.LogDirectory;
import dev.curia.log.LogMetrics;
import dev.curia.log.io.NioFileSystem;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.AppendRequest;
import dev.curia.replica.Replica.AppendResult;
import dev.curia.replica.Replica.Origin;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.replica.Replicas;
import dev.curia.replica.grpc.NetworkThreads;
import dev.curia.replica.node.HostedReplicas;
import dev.curia.replica.node.ProducerLimits;
import dev.curia.replica.node.ReplicaConfig;
import dev.curia.replica.node.ReplicaThreads;
import dev.curia.replica.port.IsrProposals.Verdict;
import dev.curia.replica.port.LeaderLease;
import dev.curia.replica.port.LocalBroker;
import dev.curia.replica.port.ReplicaLinks;
import dev.curia.replica.port.ReplicaMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Real replicas on real logs, each alone in its in-sync set, with a clock that a test can put forward, and what producers and coordinators write. */
public final class LedLogs implements AutoCloseable {
    private static final int BROKER = 7;
    private static final long TIME = 1_700_000_000_000L;

    private final HostedReplicas replicas;
    private final AtomicLong aheadMillis = new AtomicLong();
    private final NetworkThreads threads = new NetworkThreads("led-logs", 1);

    public LedLogs(Path directory) throws IOException {
        Clock system = new SystemClock();
        Clock clock = new Clock() {
            @Override
            public long monotonicNanos() {
                return system.monotonicNanos() + TimeUnit.MILLISECONDS.toNanos(aheadMillis.get());
            }

            @Override
            public long wallMillis() {
                return system.wallMillis() + aheadMillis.get();
            }
        };
        LogDirectories directories = LogDirectories.open(
                List.of(directory),
                "test",
                BROKER,
                new LogDirectory.Ports(
                        new NioFileSystem(),
                        new Random(1),
                        new Background(Runnable::run, Runnable::run, (delay, task) -> () -> {}),
                        new DiskReserve(0),
                        new LogMetrics(new SimpleMeterRegistry()),
                        (path, what, cause) -> {
                            throw new AssertionError(what, cause);
                        }));
        directories.forgetMissing(); // nothing was ever there
        ReplicaConfig config = new ReplicaConfig(
                Duration.ofMillis(200),
                Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                Duration.ofMinutes(5),
                ProducerLimits.defaults(),
                1);
        replicas = new HostedReplicas(
                new LocalBroker("test", BROKER, () -> 1, LeaderLease.ALWAYS),
                config,
                clock,
                ReplicaThreads.on(threads.drivers(), config, clock, (what, cause) -> {
                    throw new AssertionError(what, cause);
                }),
                directories,
                proposal -> CompletableFuture.completedFuture(Verdict.failed(ErrorCode.INVALID_UPDATE_VERSION)),
                new NoLinks(),
                new ReplicaMetrics(new SimpleMeterRegistry()));
        replicas.start();
    }

    /** Makes a replica that does not lead yet, with small segments. */
    public Replica host(PartitionId id, TopicPartition name) {
        return assign(id, name, BROKER + 1, 0);
    }

    public Replica lead(PartitionId id, TopicPartition name) {
        return assign(id, name, BROKER, 1);
    }

    /** The leader epoch stays 0, as in the metadata that clients are told. */
    private Replica assign(PartitionId id, TopicPartition name, int leader, int partitionEpoch) {
        replicas.apply(new ReplicaAssignment(
                        id,
                        name,
                        leader,
                        0,
                        partitionEpoch,
                        List.of(BROKER),
                        List.of(BROKER),
                        List.of(),
                        Map.of("segment.bytes", "1048576", "index.interval.bytes", "200")))
                .join();
        return replicas.find(id).orElseThrow();
    }

    public Replicas replicas() {
        return replicas;
    }

    /** Time passes for the replicas, all at once. */
    public void putClockForward(Duration by) {
        aheadMillis.addAndGet(by.toMillis());
    }

    public static AppendResult transactional(
            Replica replica, long producer, int epoch, int sequence, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(TIME, null, values[i].getBytes(StandardCharsets.UTF_8));
        }
        return append(
                replica,
                MemoryRecords.withTransactionalRecords(Compression.NONE, producer, (short) epoch, sequence, records)
                        .buffer(),
                Origin.CLIENT);
    }

    /** A batch as it is. */
    public static AppendResult write(Replica replica, ByteBuffer batch) {
        return append(replica, batch, Origin.CLIENT);
    }

    public static AppendResult end(Replica replica, long producer, int epoch, boolean commit) {
        ControlRecordType type = commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        return append(
                replica,
                MemoryRecords.withEndTransactionMarker(
                                0, TIME, 0, producer, (short) epoch, new EndTransactionMarker(type, 1))
                        .buffer(),
                Origin.COORDINATOR);
    }

    private static AppendResult append(Replica replica, ByteBuffer batch, Origin origin) {
        AppendResult result = replica.append(new AppendRequest(
                        batch, (short) -1, Duration.ofSeconds(20), origin, OptionalInt.empty(), () -> {}))
                .join();
        if (result.error() != ErrorCode.NONE) throw new AssertionError(result);
        return result;
    }

    @Override
    public void close() {
        replicas.close();
        threads.close();
    }

    private static final class NoLinks implements ReplicaLinks {
        @Override
        public Feed subscribe(Subscription subscription, FeedEvents events) {
            return new Feed() {
                @Override
                public void acknowledge(long logEndOffset, long logStartOffset) {}

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };
        }

        @Override
        public void close() {}
    }
}
