package dev.curia.metadata.ratis;

import dev.curia.common.net.HostPort;
import dev.curia.common.time.SystemClock;
import dev.curia.metadata.event.EventSettings;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.ProcessWatch;
import dev.curia.proto.metadata.v1.MetadataBatch;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.testkit.Await;
import dev.curia.testkit.FreePorts;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A quorum node in this JVM that remembers what its listeners heard and can play the controller. */
final class TestNode implements AutoCloseable, MetadataLog.CommitListener, MetadataLog.LeadershipListener {
    static final String CLUSTER = "test-cluster";
    static final Duration SOON = Duration.ofSeconds(20);
    /** Everything early: elections, snapshots, purges. */
    static final QuorumTuning TINY = new QuorumTuning(
            Duration.ofMillis(300), Duration.ofMillis(100), 50, 8192, 5, 1024, false, EventSettings.DEFAULT);

    record Leadership(long term, long lastSequence) {}

    final QuorumNodeConfig config;
    final RatisMetadataLog log;
    final List<Throwable> faults = new CopyOnWriteArrayList<>();
    final List<Long> committed = new CopyOnWriteArrayList<>();
    final AtomicInteger imagesReplaced = new AtomicInteger();
    volatile @Nullable Leadership leadership;
    /** Says that the process of the leader whom this node follows is gone. */
    volatile @Nullable Runnable leaderIsGone;

    private long sequence;

    private TestNode(QuorumNodeConfig config, MeterRegistry meters) {
        this.config = config;
        this.log = new RatisMetadataLog(
                config, new SystemClock(), meters, (what, cause) -> faults.add(cause), this::watch, Optional.empty());
    }

    private ProcessWatch.Watched watch(HostPort leader, Runnable gone) {
        leaderIsGone = gone;
        return () -> leaderIsGone = null;
    }

    static QuorumNodeConfig config(int id, Path directory, List<Voter> voters, QuorumTuning tuning) {
        return new QuorumNodeConfig(id, CLUSTER, directory, voters, Optional.empty(), tuning);
    }

    static void format(QuorumNodeConfig config) {
        QuorumDirectory.format(
                config.directory(), config.clusterId(), config.nodeId(), new SplittableRandom(config.nodeId()));
    }

    static TestNode start(QuorumNodeConfig config, MeterRegistry meters) {
        TestNode node = new TestNode(config, meters);
        node.log.start(node, node);
        return node;
    }

    static List<Voter> voters(int count) {
        List<Voter> voters = new ArrayList<>();
        for (int port : FreePorts.find(count)) {
            int id = voters.size() + 1;
            voters.add(new Voter(id, "127.0.0.1", port, 10_000 + id));
        }
        return voters;
    }

    /** The next batch of this controller. */
    CompletableFuture<MetadataLog.Outcome> propose(List<MetadataRecord> records) {
        Leadership now = awaitLeadership();
        return log.propose(batch(now.term, ++sequence, records));
    }

    long write(String key, String value) {
        MetadataLog.Outcome outcome = propose(List.of(record(key, value))).join();
        if (outcome instanceof MetadataLog.Outcome.Committed done) return done.index();
        throw new AssertionError("not committed: " + outcome);
    }

    Leadership awaitLeadership() {
        return Await.value("leadership of node " + config.nodeId(), SOON, () -> leadership);
    }

    static MetadataBatch batch(long term, long sequence, List<MetadataRecord> records) {
        return MetadataBatch.newBuilder()
                .setControllerTerm(term)
                .setSequence(sequence)
                .addAllRecords(records)
                .build();
    }

    static MetadataRecord record(String key, String value) {
        return ImageRecords.configRecord(ConfigResource.brokers(), key, value);
    }

    @Nullable
    String value(String key) {
        return log.image().config(ConfigResource.brokers()).get(key);
    }

    @Override
    public void onCommitted(long index, List<MetadataRecord> records, MetadataImage image) {
        committed.add(index);
    }

    @Override
    public void onSnapshotInstalled(MetadataImage image) {
        imagesReplaced.incrementAndGet();
    }

    @Override
    public void onLeader(long term, long lastSequence) {
        sequence = lastSequence;
        leadership = new Leadership(term, lastSequence);
    }

    @Override
    public void onFollower() {
        leadership = null;
    }

    @Override
    public void close() {
        log.close();
    }
}
