package dev.curia.metadata.ratis;

import dev.curia.common.fault.FaultHandler;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.Clock;
import dev.curia.metadata.event.EventReporter;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.EventJournal;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.ProcessWatch;
import dev.curia.metadata.port.QuorumMembership;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.metadata.rocksdb.Changelog;
import dev.curia.metadata.rocksdb.ImageStore;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.metadata.v1.MetadataBatch;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftPeerId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata log of one quorum node, on Ratis.
 *
 * <p>Threads: commits are reported and proposals answered on Ratis' apply thread, leadership on a thread of its own.
 *
 * <p>Durability: a {@code Committed} proposal is on the disks of a majority.
 */
public final class RatisMetadataLog implements MetadataLog, AutoCloseable {
    /** The largest batch, serialized; the rest of an entry is for Ratis. */
    public static final int MAX_BATCH_BYTES = RatisSettings.MAX_ENTRY_BYTES - 4096;

    private static final Logger LOG = LoggerFactory.getLogger(RatisMetadataLog.class);
    private static final int CHANGELOG_BATCHES = 4096;
    private static final long CHANGELOG_BYTES = 16 << 20;
    private static final int EVENTS = 4096;
    private static final long LEADERSHIP_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long REMOVAL_NOTICE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration OUTCOME_WITHIN = Duration.ofSeconds(30);

    /** What exists between start and close. */
    private record Running(
            QuorumDirectory directory,
            MetadataStateMachine stateMachine,
            QuorumServer server,
            LeadershipTracker tracker,
            Succession succession,
            EventLoop loop) {}

    private final QuorumNodeConfig config;
    private final Clock clock;
    private final MeterRegistry meters;
    private final FaultHandler faults;
    private final ProcessWatch processes;
    private final Optional<RaftTls> tls;
    private final EventReporter reporter;
    private final Changelog changelog = new Changelog(CHANGELOG_BATCHES, CHANGELOG_BYTES);

    private volatile @Nullable Running running;
    private volatile boolean closing;
    private volatile boolean removed;

    /**
     * @param meters takes Ratis' metrics; the same for all nodes of a process
     * @param processes watches the leader's
     * @param tls of the voters' own port; empty: plaintext
     */
    public RatisMetadataLog(
            QuorumNodeConfig config,
            Clock clock,
            MeterRegistry meters,
            FaultHandler faults,
            ProcessWatch processes,
            Optional<RaftTls> tls) {
        this.config = config;
        this.clock = clock;
        this.meters = meters;
        this.reporter = new EventReporter(meters);
        this.faults = faults;
        this.processes = processes;
        this.tls = tls;
    }

    /** @throws QuorumStartException when the directory, the disk or the port cannot be used; nothing stays open then */
    @Override
    public void start(CommitListener commits, LeadershipListener leadership) {
        QuorumDirectory directory = QuorumDirectory.open(config);
        directory.recoveries().forEach(record -> LOG.warn("quorum recovered: {}", record));
        loadLibraryAhead();
        EventLoop loop = new EventLoop("quorum-events", EVENTS, clock, faults);
        MetadataStateMachine stateMachine = new MetadataStateMachine(
                directory.liveStore(), changelog, config.tuning().events(), commits, events(loop), faults);
        try {
            MicrometerMetricRegistries.setTarget(meters);
            QuorumServer server = QuorumServer.start(config, directory, stateMachine, tls);
            LeadershipTracker tracker =
                    new LeadershipTracker(server, term -> stateMachine.chain().lastSequenceIn(term), leadership);
            Succession succession = new Succession(config.nodeId(), server, processes, loop);
            running = new Running(directory, stateMachine, server, tracker, succession, loop);
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
        loop.start();
        loop.submit(this::watch);
    }

    /** Beside Ratis' own start, which takes as long; the store waits for it, and meets any failure again. */
    private static void loadLibraryAhead() {
        Thread loader = new Thread(ImageStore::loadLibrary, "rocksdb-library");
        loader.setDaemon(true);
        loader.start();
    }

    private MetadataStateMachine.Events events(EventLoop loop) {
        return new MetadataStateMachine.Events() {
            @Override
            public void leadershipMayHaveChanged() {
                // A full inbox loses nothing: the watch looks again anyway.
                loop.offer(RatisMetadataLog.this::checkLeadership);
            }

            @Override
            public void removedFromQuorum() {
                removed = true;
            }

            @Override
            public void happened(long term, List<Event> events) {
                Running now = running;
                // Decided by this node's controller, so neither told by another one nor, before a restart, by this one.
                if (now != null && now.server.leaderReady() && now.server.term() == term) reporter.report(events);
            }
        };
    }

    /** On the event loop, from start to close. */
    private void watch() {
        Running now = running;
        if (now == null || closing) return;
        if (now.server.ended()) {
            now.tracker.deactivate();
            now.succession.close();
            // Ratis says that the node was removed only after it has ended its part.
            now.loop.schedule(REMOVAL_NOTICE_NANOS, this::reportEnd);
        } else {
            check(now);
            now.loop.schedule(LEADERSHIP_POLL_NANOS, this::watch);
        }
    }

    /** Ratis ends its part of the group on failures that it tells nobody: a node must not go on as if it took part. */
    private void reportEnd() {
        if (removed) {
            LOG.warn("node {} was removed from the metadata quorum; it takes no further part", config.nodeId());
        } else if (!closing) {
            faults.fatal(
                    "the metadata quorum's server of node " + config.nodeId() + " has stopped by itself",
                    new IllegalStateException("the cause is in the log before this line"));
        }
    }

    private void checkLeadership() {
        Running now = running;
        if (now != null && !closing) check(now);
    }

    private static void check(Running now) {
        now.tracker.check();
        now.succession.check();
    }

    @Override
    public CompletableFuture<Outcome> propose(MetadataBatch batch) {
        Running now = running;
        if (now == null || closing) {
            return CompletableFuture.completedFuture(
                    new Outcome.Refused("node " + config.nodeId() + " is not running"));
        }
        Optional<Outcome> refusal = refusal(now, batch.getSerializedSize());
        if (refusal.isPresent()) return CompletableFuture.completedFuture(refusal.get());
        CompletableFuture<Outcome> outcome;
        try {
            outcome = now.server.submit(batch.toByteArray()).handle(Outcomes::of);
        } catch (IOException | RuntimeException e) {
            outcome = CompletableFuture.completedFuture(Outcomes.of(null, e));
        }
        return outcome.completeOnTimeout(
                new Outcome.Unknown("no outcome within " + OUTCOME_WITHIN),
                OUTCOME_WITHIN.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private Optional<Outcome> refusal(Running now, int batchBytes) {
        if (!now.server.leaderReady()) {
            return Optional.of(new Outcome.Refused("node " + config.nodeId() + " does not lead the metadata quorum"));
        }
        // Ratis would depose this leader for trying.
        return batchBytes <= MAX_BATCH_BYTES
                ? Optional.empty()
                : Optional.of(new Outcome.Refused(
                        "the batch of " + batchBytes + " bytes is larger than " + MAX_BATCH_BYTES + "; split it"));
    }

    @Override
    public MetadataImage image() {
        Running now = running;
        return now == null ? MetadataImage.EMPTY : now.stateMachine.image();
    }

    @Override
    public Optional<List<Committed>> changesAfter(long index, int limit) {
        return changelog.after(index, limit);
    }

    /** @throws IllegalStateException before start and after close */
    @Override
    public QuorumStatus status() {
        Running now = running;
        if (now == null) throw new IllegalStateException("node " + config.nodeId() + " is not running");
        return now.server.status(now.stateMachine.image().index());
    }

    /** Who is in the quorum, and how this node fares in it. */
    public QuorumMembership membership() {
        return new RatisMembership(config, () -> Optional.ofNullable(running).map(Running::server), () -> removed);
    }

    @Override
    public EventJournal events() {
        return request -> {
            Running now = running;
            if (now == null) throw new IOException("node " + config.nodeId() + " is not running");
            return now.stateMachine.listEvents(request);
        };
    }

    @Override
    public CompletableFuture<Void> resignLeadership() {
        Running now = running;
        Optional<RaftPeerId> successor = now == null ? Optional.empty() : now.server.successor();
        if (now == null || successor.isEmpty()) return CompletableFuture.completedFuture(null);
        try {
            return now.server
                    .transferLeadership(successor.get(), transferTimeout())
                    .handle((reply, failure) -> {
                        Throwable reason = failure == null ? reply.getException() : failure;
                        if (reason != null) LOG.info("leadership was not handed to node {}", successor.get(), reason);
                        return null;
                    });
        } catch (IOException e) {
            LOG.info("leadership was not handed to node {}", successor.get(), e);
            return CompletableFuture.completedFuture(null);
        }
    }

    /** Beyond this, the others elect a leader by themselves just as fast. */
    private Duration transferTimeout() {
        return config.tuning().electionTimeout().multipliedBy(3);
    }

    /** Hands leadership over, leaves the quorum and closes the store. Waits; not from a callback. */
    @Override
    public void close() {
        Running now = running;
        if (now == null || closing) return;
        resignLeadership()
                .completeOnTimeout(null, transferTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .join();
        closing = true;
        now.loop.offer(now.tracker::deactivate);
        now.loop.offer(now.succession::close);
        now.loop.close();
        try {
            now.server.close();
            now.stateMachine.close();
        } catch (IOException e) {
            LOG.warn("node {} left the metadata quorum with an error", config.nodeId(), e);
        } finally {
            running = null;
            now.directory.close();
        }
    }
}
