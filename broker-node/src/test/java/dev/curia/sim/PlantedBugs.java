package dev.curia.sim;

import dev.curia.common.id.PartitionId;
import dev.curia.log.LogSlice;
import dev.curia.replica.port.ReplicaLinks;
import dev.curia.replica.port.ReplicationSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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

    /** The high watermark follows the fastest follower, in sync or not: what one acknowledges counts for all. */
    static final class WatermarkOfAnyFollower implements Parts {
        @Override
        public ReplicationSource.Directory sources(ReplicationSource.Directory real) {
            return partition -> real.source(partition).map(source -> new Generous(source, subscribers(partition)));
        }

        private final Map<PartitionId, List<ReplicationSource.Subscriber>> all = new HashMap<>();

        private List<ReplicationSource.Subscriber> subscribers(PartitionId partition) {
            return all.computeIfAbsent(partition, p -> new ArrayList<>());
        }
    }

    private record Generous(ReplicationSource real, List<ReplicationSource.Subscriber> all)
            implements ReplicationSource {
        @Override
        public void subscribe(Position position, Subscriber subscriber) {
            all.add(subscriber);
            real.subscribe(position, subscriber);
        }

        @Override
        public void acknowledge(Subscriber by, int leaderEpoch, long logEndOffset, OptionalLong logStartOffset) {
            for (Subscriber each : all) real.acknowledge(each, leaderEpoch, logEndOffset, logStartOffset);
        }

        @Override
        public void unsubscribe(Subscriber subscriber) {
            all.remove(subscriber);
            real.unsubscribe(subscriber);
        }

        @Override
        public Optional<LogSlice> read(int leaderEpoch, long offset, int maxBytes) {
            return real.read(leaderEpoch, offset, maxBytes);
        }

        @Override
        public long deletesRemovedTo() {
            return real.deletesRemovedTo();
        }
    }
}
