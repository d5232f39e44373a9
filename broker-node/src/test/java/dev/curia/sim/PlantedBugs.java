package dev.curia.sim;

import dev.curia.common.id.PartitionId;
import dev.curia.log.LogConfig;
import dev.curia.log.LogDirectories;
import dev.curia.log.LogDirectory;
import dev.curia.log.PartitionDirectory;
import dev.curia.log.PartitionLog;
import dev.curia.log.epoch.EpochHistory.EpochEnd;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.SmallFiles;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.replica.Replicas;
import dev.curia.replica.port.IsrProposals;
import dev.curia.replica.port.LeaderLease;
import dev.curia.replica.port.ReplicaLinks;
import dev.curia.replica.port.ReplicationSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Mistakes that replication could make, each put in by standing between two real parts. */
final class PlantedBugs {
    private PlantedBugs() {}

    /** An append is acknowledged when the leader has it. */
    static final class AckBeforeIsr implements Parts {
        @Override
        public short acks() {
            return 1;
        }
    }

    /** A follower does not say which epoch its log ends in, so that no leader finds where the logs part (KIP-101, KIP-279). */
    static final class SkippedTruncation implements Parts {
        @Override
        public ReplicaLinks links(ReplicaLinks real) {
            return new ReplicaLinks() {
                @Override
                public Feed subscribe(Subscription s, FeedEvents events) {
                    Subscription silent = new Subscription(
                            s.partition(),
                            s.leader(),
                            s.kind(),
                            s.leaderEpoch(),
                            s.partitionEpoch(),
                            s.logEndOffset(),
                            -1,
                            s.logStartOffset(),
                            s.acknowledgedOffset());
                    return real.subscribe(silent, events);
                }

                @Override
                public void close() {
                    real.close();
                }
            };
        }
    }

    /** A follower that has left a leader, for the one of the next epoch say, still acknowledges what that one sends. */
    static final class StaleLeaderEpoch implements Parts {
        @Override
        public ReplicaLinks links(ReplicaLinks real) {
            return new ReplicaLinks() {
                @Override
                public Feed subscribe(Subscription subscription, FeedEvents events) {
                    Clinging clinging = new Clinging(events);
                    clinging.feed = real.subscribe(subscription, clinging);
                    return clinging;
                }

                @Override
                public void close() {
                    real.close();
                }
            };
        }
    }

    private static final class Clinging implements ReplicaLinks.Feed, ReplicaLinks.FeedEvents {
        private final ReplicaLinks.FeedEvents events;
        private ReplicaLinks.@Nullable Feed feed;
        private boolean closed;

        Clinging(ReplicaLinks.FeedEvents events) {
            this.events = events;
        }

        @Override
        public void acknowledge(long logEndOffset, long logStartOffset) {
            if (feed != null) feed.acknowledge(logEndOffset, logStartOffset);
        }

        @Override
        public void flush() {
            if (feed != null) feed.flush();
        }

        @Override
        public void close() {
            closed = true; // and the feed goes on
        }

        @Override
        public void received(ReplicaLinks.Chunk chunk) {
            if (!closed) {
                events.received(chunk);
                return;
            }
            if (chunk.sizeInBytes() > 0) acknowledge(Values.endOffset(chunk.parts()), chunk.logStartOffset());
            chunk.close();
        }

        @Override
        public void refused(ReplicaLinks.Refused refusal) {
            if (!closed) events.refused(refusal);
        }

        @Override
        public void broken() {
            if (!closed) events.broken();
        }
    }

    /** A follower that starts cuts its log to the high watermark that it knew (KIP-101). */
    static final class TruncationToTheWatermark implements Parts {
        @Override
        public Optional<Faults.Profile> faults() {
            return Optional.of(Faults.Profile.of(300 * World.MILLIS, 3 * World.SECONDS, Faults.Kind.KILL_BROKER));
        }

        @Override
        public void opened(LogDirectories directories) throws IOException {
            for (LogDirectory directory : directories.all()) {
                for (PartitionDirectory partition : directory.partitions()) {
                    if (partition.topicId().isEmpty()) continue;
                    PartitionLog log =
                            directory.open(partition.name(), partition.topicId().get(), LogConfig.of(Map.of()));
                    log.truncateTo(directory.highWatermark(partition.name()));
                    directory.release(partition.name());
                }
            }
        }
    }

    /** A leader takes the largest epoch below a follower's last one for that epoch, and so does not see where the logs part (KIP-279). */
    static final class EpochTakenForAnother implements Parts {
        @Override
        public Optional<Faults.Profile> faults() {
            return Optional.of(Faults.Profile.of(
                    200 * World.MILLIS,
                    2 * World.SECONDS,
                    Faults.Kind.KILL_NEW_LEADERS,
                    Faults.Kind.PASS_LEADERSHIP_ON,
                    Faults.Kind.SLOW_LINK));
        }

        @Override
        public ReplicationSource.Directory sources(
                ReplicationSource.Directory real, Function<PartitionId, Optional<PartitionLog>> logs) {
            return partition -> real.source(partition).map(source -> new Forwarding(source) {
                @Override
                public void subscribe(Position p, Subscriber subscriber) {
                    int epoch = logs.apply(partition)
                            .map(log -> log.endOffsetForEpoch(p.lastEpoch()))
                            .filter(end -> end.endOffset() >= p.logEndOffset())
                            .map(EpochEnd::epoch)
                            .orElse(p.lastEpoch());
                    super.subscribe(
                            new Position(
                                    p.leaderEpoch(),
                                    p.partitionEpoch(),
                                    p.logEndOffset(),
                                    epoch,
                                    p.logStartOffset(),
                                    p.acknowledgedOffset()),
                            subscriber);
                }
            });
        }
    }

    /** A leader serves followers of whatever leader epoch, and counts what they acknowledge (KIP-320). */
    static final class UnfencedFollowers implements Parts {
        @Override
        public Optional<Faults.Profile> faults() {
            return Optional.of(Faults.Profile.of(
                    200 * World.MILLIS,
                    3 * World.SECONDS,
                    Faults.Kind.PASS_LEADERSHIP_ON,
                    Faults.Kind.SLOW_LINK,
                    Faults.Kind.ISOLATE));
        }

        @Override
        public ReplicationSource.Directory sources(
                ReplicationSource.Directory real, Function<PartitionId, Optional<PartitionLog>> logs) {
            return partition -> real.source(partition).map(source -> new Forwarding(source) {
                private int epoch() {
                    return ((Replicas) real)
                            .find(partition)
                            .orElseThrow()
                            .view()
                            .leaderEpoch();
                }

                @Override
                public void subscribe(Position p, Subscriber subscriber) {
                    super.subscribe(
                            new Position(
                                    epoch(),
                                    Integer.MAX_VALUE,
                                    p.logEndOffset(),
                                    p.lastEpoch(),
                                    p.logStartOffset(),
                                    p.acknowledgedOffset()),
                            subscriber);
                }

                @Override
                public void acknowledge(Subscriber by, int leaderEpoch, long end, OptionalLong start) {
                    super.acknowledge(by, epoch(), end, start);
                }

                @Override
                public ByteBuffer read(int leaderEpoch, long offset, ByteBuffer room) throws IOException {
                    return super.read(epoch(), offset, room);
                }
            });
        }
    }

    /** A broker vouches for its data whatever happened to it, so that the last in-sync replica leads without what it lost (KIP-966). */
    static final class UncleanStopForgotten implements Parts {
        @Override
        public OptionalLong intactBrokerEpoch(OptionalLong real, long lastRegistered) {
            return lastRegistered < 0 ? real : OptionalLong.of(lastRegistered);
        }

        @Override
        public Optional<Faults.Profile> faults() {
            return Optional.of(Faults.Profile.of(
                    World.SECONDS,
                    5 * World.SECONDS,
                    Faults.Kind.POWER_LOSS,
                    Faults.Kind.KILL_BROKER,
                    Faults.Kind.ISOLATE));
        }
    }

    /** A broker that stops vouches for all its logs, also for those that it has not scanned since it was killed. */
    static final class CleanStopUnseen implements Parts {
        @Override
        public void stopped(FileSystem disk) {
            Path file = SimBroker.DATA.resolve(".kafka_cleanshutdown");
            try {
                if (!disk.exists(file)) SmallFiles.replaceText(disk, file, "{}");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A replica that caught up joins the ISR although its broker has started anew since, perhaps without what it had (KIP-903). */
    static final class StaleBrokerEpoch implements Parts {
        private static final int LONGEST_MILLIS = 4_000;

        @Override
        public IsrProposals proposals(IsrProposals real, SimProcess process, Supplier<MetadataImage> committed) {
            return proposal -> {
                CompletableFuture<IsrProposals.Verdict> verdict = new CompletableFuture<>();
                send(proposal, real, process, committed, process.random.nextInt(LONGEST_MILLIS), verdict);
                return verdict;
            };
        }

        /** On its way for a while, or until a member has started anew meanwhile: that is when it does harm. */
        private static void send(
                IsrProposals.Proposal proposal,
                IsrProposals real,
                SimProcess process,
                Supplier<MetadataImage> committed,
                int millis,
                CompletableFuture<IsrProposals.Verdict> verdict) {
            if (millis > 0 && !anyIsBackAnew(proposal, committed.get())) {
                process.after(World.MILLIS, () -> send(proposal, real, process, committed, millis - 1, verdict));
                return;
            }
            var unused = real.propose(renewed(proposal, committed.get())).thenAccept(verdict::complete);
        }

        private static boolean anyIsBackAnew(IsrProposals.Proposal proposal, MetadataImage image) {
            return proposal.isr().stream()
                    .anyMatch(member -> image.broker(member.brokerId())
                            .filter(broker -> !broker.fenced()
                                    && member.brokerEpoch() >= 0
                                    && member.brokerEpoch() < broker.epoch())
                            .isPresent());
        }

        private static IsrProposals.Proposal renewed(IsrProposals.Proposal proposal, MetadataImage image) {
            List<IsrProposals.Member> members = proposal.isr().stream()
                    .map(member -> new IsrProposals.Member(
                            member.brokerId(),
                            image.broker(member.brokerId())
                                    .map(BrokerRegistration::epoch)
                                    .orElse(member.brokerEpoch())))
                    .toList();
            return new IsrProposals.Proposal(
                    proposal.partition(),
                    proposal.leaderEpoch(),
                    proposal.partitionEpoch(),
                    members,
                    proposal.cause(),
                    proposal.why());
        }

        @Override
        public Optional<Faults.Profile> faults() {
            return Optional.of(Faults.Profile.of(
                    300 * World.MILLIS,
                    5 * World.SECONDS,
                    Faults.Kind.POWER_CYCLE,
                    Faults.Kind.SLOW_LINK,
                    Faults.Kind.PAUSE_BROKER));
        }
    }

    /** A broker acts on metadata from before its registration, and so leads as its former life did, with what is left of that one's log. */
    static final class MetadataOfAFormerLife implements Parts {
        @Override
        public long firstCurrentIndex(long registeredIndex) {
            return 0;
        }

        @Override
        public boolean watchesTheController() {
            return false; // there it would find such metadata too rarely
        }

        @Override
        public Optional<Faults.Profile> faults() {
            return Optional.of(Faults.Profile.of(
                    300 * World.MILLIS,
                    3 * World.SECONDS,
                    Faults.Kind.POWER_CYCLE,
                    Faults.Kind.SLOW_LINK,
                    Faults.Kind.LOSSY_LINK));
        }
    }

    /** A leader that is cut off goes on to serve. */
    static final class LeaseIgnored implements Parts {
        @Override
        public LeaderLease lease(LeaderLease real) {
            return LeaderLease.ALWAYS;
        }

        @Override
        public Optional<Faults.Profile> faults() {
            return Optional.of(
                    Faults.Profile.of(World.SECONDS, 8 * World.SECONDS, Faults.Kind.ISOLATE, Faults.Kind.PAUSE_BROKER));
        }
    }

    private static class Forwarding implements ReplicationSource {
        private final ReplicationSource real;

        Forwarding(ReplicationSource real) {
            this.real = real;
        }

        @Override
        public void subscribe(Position position, Subscriber subscriber) {
            real.subscribe(position, subscriber);
        }

        @Override
        public void acknowledge(Subscriber by, int leaderEpoch, long end, OptionalLong start) {
            real.acknowledge(by, leaderEpoch, end, start);
        }

        @Override
        public final boolean offerAcknowledgement(Subscriber by, int leaderEpoch, long end, OptionalLong start) {
            acknowledge(by, leaderEpoch, end, start);
            return true;
        }

        @Override
        public void unsubscribe(Subscriber subscriber) {
            real.unsubscribe(subscriber);
        }

        @Override
        public ByteBuffer read(int leaderEpoch, long offset, ByteBuffer room) throws IOException {
            return real.read(leaderEpoch, offset, room);
        }

        @Override
        public long deletesRemovedTo() {
            return real.deletesRemovedTo();
        }
    }

    /** The high watermark follows the fastest follower, in sync or not: what one acknowledges counts for all. */
    static final class WatermarkOfAnyFollower implements Parts {
        @Override
        public ReplicationSource.Directory sources(
                ReplicationSource.Directory real, Function<PartitionId, Optional<PartitionLog>> logs) {
            return partition -> real.source(partition).map(source -> new Generous(source, subscribers(partition)));
        }

        private final Map<PartitionId, List<ReplicationSource.Subscriber>> all = new HashMap<>();

        private List<ReplicationSource.Subscriber> subscribers(PartitionId partition) {
            return all.computeIfAbsent(partition, p -> new ArrayList<>());
        }
    }

    private static final class Generous extends Forwarding {
        private final List<Subscriber> all;

        Generous(ReplicationSource real, List<Subscriber> all) {
            super(real);
            this.all = all;
        }

        @Override
        public void subscribe(Position position, Subscriber subscriber) {
            all.add(subscriber);
            super.subscribe(position, subscriber);
        }

        @Override
        public void acknowledge(Subscriber by, int leaderEpoch, long end, OptionalLong start) {
            for (Subscriber each : all) super.acknowledge(each, leaderEpoch, end, start);
        }

        @Override
        public void unsubscribe(Subscriber subscriber) {
            all.remove(subscriber);
            super.unsubscribe(subscriber);
        }
    }
}
