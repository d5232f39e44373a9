package dev.curia.sim;

import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.EventJournal;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.proto.admin.v1.ListEventsResponse;
import dev.curia.proto.metadata.v1.MetadataBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One life of a quorum node's metadata log; see {@link SimRaft}. */
final class SimMetadataLog implements MetadataLog {
    /** Changes kept for watchers; behind that they start from the image. */
    private static final int CHANGES = 25;

    /** So far behind, a follower gets a snapshot. */
    private static final int SNAPSHOT_LAG = 40;

    private final SimRaft raft;
    private final SimProcess process;
    private final int id;
    private @Nullable CommitListener commits;
    private @Nullable LeadershipListener leadership;
    private long applied;
    private boolean active;
    private long activeTerm;
    private int lastKnownLeader;

    SimMetadataLog(SimRaft raft, SimProcess process, int id, int snapshot) {
        this.raft = raft;
        this.process = process;
        this.id = id;
        this.applied = snapshot;
    }

    SimProcess process() {
        return process;
    }

    int id() {
        return id;
    }

    long applied() {
        return applied;
    }

    void lead(long term) {
        if (!raft.leads(this, term) || leadership == null) return;
        if (active) stepDown(Long.MAX_VALUE);
        applyTo(raft.size());
        active = true;
        activeTerm = term;
        leadership.onLeader(term, lastSequence(term));
    }

    private long lastSequence(long term) {
        SimRaft.Entry last = raft.entry(applied - 1);
        return last.term() == term ? last.lastSequence() : 0;
    }

    /** @param upTo no longer in this term, if it is in one up to that */
    void stepDown(long upTo) {
        if (!active || activeTerm > upTo || raft.leads(this, activeTerm)) return;
        active = false;
        if (leadership != null) leadership.onFollower();
    }

    void applyTo(long index) {
        CommitListener to = commits;
        if (to == null || index <= applied) return;
        if (index - applied > SNAPSHOT_LAG) {
            applied = index;
            to.onSnapshotInstalled(image());
            return;
        }
        while (applied < index) {
            SimRaft.Entry entry = raft.entry(applied);
            applied++;
            MetadataBatch batch = entry.batch();
            if (entry.effective() && batch != null)
                to.onCommitted(entry.index(), batch.getRecordsList(), entry.after());
        }
    }

    @Override
    public void start(CommitListener commitListener, LeadershipListener leadershipListener) {
        commits = commitListener;
        leadership = leadershipListener;
        commitListener.onSnapshotInstalled(image());
    }

    @Override
    public CompletableFuture<Outcome> propose(MetadataBatch batch) {
        if (!active) return CompletableFuture.completedFuture(new Outcome.Refused("not the leader"));
        return raft.propose(this, activeTerm, batch);
    }

    @Override
    public MetadataImage image() {
        return applied == 0 ? MetadataImage.EMPTY : raft.entry(applied - 1).after();
    }

    @Override
    public Optional<List<Committed>> changesAfter(long index, int limit) {
        if (index < applied - CHANGES) return Optional.empty();
        List<Committed> changes = new ArrayList<>();
        for (long next = index; next < applied && changes.size() < limit; next++) {
            SimRaft.Entry entry = raft.entry(next);
            MetadataBatch batch = entry.batch();
            if (entry.effective() && batch != null) changes.add(new Committed(entry.index(), batch.getRecordsList()));
        }
        return Optional.of(changes);
    }

    @Override
    public QuorumStatus status() {
        raft.leader()
                .filter(known -> known == this || raft.network.isOpen(known.process.host, process.host))
                .ifPresent(known -> lastKnownLeader = known.id);
        Optional<QuorumStatus.Node> leader = lastKnownLeader == 0
                ? Optional.empty()
                : Optional.of(new QuorumStatus.Node(
                        lastKnownLeader,
                        SimQuorumNode.host(lastKnownLeader) + ":9093",
                        SimQuorumNode.address(lastKnownLeader).toString()));
        return new QuorumStatus(id, leader, raft.term(), raft.size(), applied, -1, List.of());
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
