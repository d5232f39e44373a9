package dev.curia.metadata.port;

import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.metadata.v1.MetadataBatch;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The replicated log of metadata records and the image it adds up to on this node. Thread-safe, but proposals keep their order only
 * when one thread makes them. Callbacks come from the log's own threads, in log order; they must hand over at once, never block.
 */
public interface MetadataLog {
    /** Commits of this node, in log order, each exactly once since {@link #start}. */
    interface CommitListener {
        /** @param image already holds {@code records}; its index is {@code index} */
        void onCommitted(long index, List<MetadataRecord> records, MetadataImage image);

        /** The state was replaced, by what the disk holds at start or by a leader's snapshot: forget what came before. */
        void onSnapshotInstalled(MetadataImage image);
    }

    /** Whether this node may act as the active controller. */
    interface LeadershipListener {
        /**
         * This node leads and has applied everything from earlier terms.
         *
         * @param lastSequence of the last batch applied in {@code term}; the next proposal carries one more
         */
        void onLeader(long term, long lastSequence);

        /** Not leading, or no longer. Everything proposed and not yet answered may or may not commit. */
        void onFollower();
    }

    /** What became of a proposal. */
    sealed interface Outcome {
        /** Applied at this index. */
        record Committed(long index) implements Outcome {}

        /**
         * In the log, but without effect: its term or sequence was not the next. Sequence 0 never is, so an empty batch of it is a
         * probe: when it is answered, every earlier proposal of this node has been decided.
         *
         * @param lastSequence of the last batch applied in the term of this log entry; 0: none yet
         */
        record Fenced(long lastSequence) implements Outcome {}

        /** Not in the log and never will be. */
        record Refused(String reason) implements Outcome {}

        /** May or may not take effect: leadership was lost, or time ran out. */
        record Unknown(String reason) implements Outcome {}
    }

    /** One committed batch. */
    record Committed(long index, List<MetadataRecord> records) {}

    /** Begins to take part; listeners are called from now on. Throws when the node's disk or identity is not usable. */
    void start(CommitListener commits, LeadershipListener leadership);

    /** Puts a batch into the log. Never throws, never blocks; the future never fails. An oversized batch is Refused. */
    CompletableFuture<Outcome> propose(MetadataBatch batch);

    /** The newest applied state. */
    MetadataImage image();

    /** Batches after {@code index}, oldest first, at most {@code limit}; empty optional: too old, start from {@link #image()}. */
    Optional<List<Committed>> changesAfter(long index, int limit);

    QuorumStatus status();

    EventJournal events();

    /** Hands leadership to another node if this one leads; the future completes when done or given up. */
    CompletableFuture<Void> resignLeadership();
}
