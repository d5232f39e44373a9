package dev.curia.metadata.port;

import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.admin.v1.ListEventsResponse;
import dev.curia.proto.metadata.v1.MetadataBatch;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A replicated log of one node in memory, with the rule that batches apply only in their term and sequence. It can hold commits back,
 * refuse, commit after having answered "unknown", change the term, and drop old changes. Thread-safe.
 */
public final class FakeMetadataLog implements MetadataLog {
    /** What becomes of the next proposals. */
    public enum Mode {
        COMMIT,
        HOLD,
        REFUSE,
        /** Answers that the outcome is unknown, and commits all the same. */
        COMMIT_BUT_UNKNOWN,
        /** Answers that the outcome is unknown, and loses the batch. */
        LOSE_BUT_UNKNOWN
    }

    private record Held(MetadataBatch batch, long term, CompletableFuture<Outcome> outcome) {}

    private final Deque<Held> held = new ArrayDeque<>();
    private final List<MetadataBatch> proposed = new ArrayList<>();
    private List<Committed> changes = new ArrayList<>();
    private Optional<QuorumStatus.Node> leader = Optional.empty();
    private Optional<CommitListener> commits = Optional.empty();
    private Optional<LeadershipListener> leadership = Optional.empty();
    private volatile MetadataImage image = MetadataImage.EMPTY;
    private Mode mode = Mode.COMMIT;
    private long term;
    private long lastSequence;
    private long index;

    @Override
    public synchronized void start(CommitListener commitListener, LeadershipListener leadershipListener) {
        commits = Optional.of(commitListener);
        leadership = Optional.of(leadershipListener);
    }

    /** This node becomes the leader of a new term. */
    public synchronized void lead() {
        term++;
        lastSequence = 0;
        index += 2; // an election takes an entry of its own
        leadership.orElseThrow().onLeader(term, 0);
    }

    public synchronized void follow() {
        leadership.orElseThrow().onFollower();
    }

    /** The term moves on without anyone being told: what is proposed from now on comes too late. */
    public synchronized void deposeSilently() {
        term++;
        lastSequence = 0;
    }

    public synchronized void mode(Mode next) {
        mode = next;
    }

    public synchronized void leader(QuorumStatus.Node node) {
        leader = Optional.of(node);
    }

    /** Decides everything held back, in order. */
    public synchronized void release() {
        mode = Mode.COMMIT;
        while (!held.isEmpty()) {
            Held next = held.remove();
            next.outcome.complete(apply(next.batch));
        }
    }

    /** Watchers behind the present have to start from the image. */
    public synchronized void forgetChanges() {
        changes = new ArrayList<>();
    }

    /** A leader's snapshot replaces the state. */
    public synchronized void install(MetadataImage snapshot) {
        image = snapshot;
        index = snapshot.index();
        forgetChanges();
        commits.orElseThrow().onSnapshotInstalled(snapshot);
    }

    /** Commits records of another controller. */
    public synchronized void commit(List<MetadataRecord> records) {
        commitNow(records);
    }

    public synchronized List<MetadataBatch> proposed() {
        return List.copyOf(proposed);
    }

    public synchronized int heldCount() {
        return held.size();
    }

    @Override
    public synchronized CompletableFuture<Outcome> propose(MetadataBatch batch) {
        proposed.add(batch);
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        switch (mode) {
            case COMMIT -> outcome.complete(apply(batch));
            case HOLD -> held.add(new Held(batch, term, outcome));
            case REFUSE -> outcome.complete(new Outcome.Refused("told to"));
            case COMMIT_BUT_UNKNOWN -> {
                apply(batch);
                outcome.complete(new Outcome.Unknown("told to"));
            }
            case LOSE_BUT_UNKNOWN -> outcome.complete(new Outcome.Unknown("told to"));
        }
        return outcome;
    }

    private Outcome apply(MetadataBatch batch) {
        index++;
        if (batch.getControllerTerm() != term || batch.getSequence() != lastSequence + 1) {
            return new Outcome.Fenced(lastSequence);
        }
        lastSequence++;
        commitNow(batch.getRecordsList());
        return new Outcome.Committed(index);
    }

    private void commitNow(List<MetadataRecord> records) {
        index++;
        image = image.apply(index, records).image();
        changes.add(new Committed(index, records));
        commits.orElseThrow().onCommitted(index, records, image);
    }

    @Override
    public MetadataImage image() {
        return image;
    }

    @Override
    public synchronized Optional<List<Committed>> changesAfter(long after, int limit) {
        if (after >= index) return Optional.of(List.of());
        boolean covered = !changes.isEmpty() && changes.get(0).index() <= after + 1;
        boolean known = changes.stream().anyMatch(change -> change.index() == after);
        if (!covered && !known) return Optional.empty();
        return Optional.of(changes.stream()
                .filter(change -> change.index() > after)
                .limit(limit)
                .toList());
    }

    @Override
    public synchronized QuorumStatus status() {
        return new QuorumStatus(1, leader, term, index, image.index(), -1, List.of());
    }

    @Override
    public CompletableFuture<Void> resignLeadership() {
        return CompletableFuture.completedFuture(null);
    }

    /** Keeps none. */
    @Override
    public EventJournal events() {
        return request -> ListEventsResponse.getDefaultInstance();
    }
}
