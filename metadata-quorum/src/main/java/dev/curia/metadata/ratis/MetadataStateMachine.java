package dev.curia.metadata.ratis;

import dev.curia.common.fault.FaultHandler;
import dev.curia.metadata.event.BatchEvents;
import dev.curia.metadata.event.EventPage;
import dev.curia.metadata.event.EventSettings;
import dev.curia.metadata.event.JournalBounds;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.MetadataLog.CommitListener;
import dev.curia.metadata.port.MetadataLog.Committed;
import dev.curia.metadata.rocksdb.Changelog;
import dev.curia.metadata.rocksdb.Checkpoints.Checkpoint;
import dev.curia.metadata.rocksdb.ImageStore;
import dev.curia.metadata.rocksdb.StoredEvents;
import dev.curia.metadata.rocksdb.StoredPosition;
import dev.curia.proto.admin.v1.ListEventsRequest;
import dev.curia.proto.admin.v1.ListEventsResponse;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.metadata.v1.MetadataBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * What Ratis applies its log to: bytes in, image out. It decides nothing about metadata; {@link BatchChain} says whether a batch
 * counts, the image applies it, the store keeps it.
 *
 * <p>Threads: Ratis' updater thread applies, takes snapshots and reinitializes, one call at a time. {@link #pause} and
 * {@link #close} come from other threads and wait for the call in progress. Anything that goes wrong with the state itself is fatal:
 * an exception out of apply would close this node's part of the group, then the next leader's, until no majority is left.
 */
final class MetadataStateMachine extends BaseStateMachine {
    /** What leadership tracking needs to know; called on Ratis' threads, must return at once. */
    interface Events {
        void leadershipMayHaveChanged();

        /** This node is no longer a member of the quorum. */
        void removedFromQuorum();

        /** What a batch meant that was decided in {@code term}; not empty. */
        void happened(long term, List<Event> events);
    }

    /** Published together: everything a reader may see at once. */
    private record State(MetadataImage image, BatchChain chain) {}

    private final Path liveStore;
    private final Changelog changelog;
    private final CommitListener commits;
    private final Events events;
    private final FaultHandler faults;
    private final JournalBounds journal;
    private final CheckpointStorage storage = new CheckpointStorage();
    private final ReadWriteLock storeLock = new ReentrantReadWriteLock();

    private @Nullable ImageStore store; // guarded by storeLock; null while paused and after close
    private volatile State state = new State(MetadataImage.EMPTY, BatchChain.START); // written by the updater thread

    MetadataStateMachine(
            Path liveStore,
            Changelog changelog,
            EventSettings journal,
            CommitListener commits,
            Events events,
            FaultHandler faults) {
        this.liveStore = liveStore;
        this.changelog = changelog;
        this.journal = new JournalBounds(journal);
        this.commits = commits;
        this.events = events;
        this.faults = faults;
    }

    MetadataImage image() {
        return state.image;
    }

    BatchChain chain() {
        return state.chain;
    }

    @Override
    public CheckpointStorage getStateMachineStorage() {
        return storage;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage raftStorage) throws IOException {
        super.initialize(server, groupId, raftStorage);
        getLifeCycle()
                .startAndTransition(
                        () -> {
                            storage.init(raftStorage);
                            restore(storage.rescan());
                        },
                        IOException.class);
    }

    /** Before a leader's snapshot replaces ours. The updater may still call apply until {@link #reinitialize}. */
    @Override
    public void pause() {
        if (getLifeCycleState() == LifeCycle.State.PAUSED) return;
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        closeStore();
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    /** After a leader's snapshot has been put in place of ours. Ratis does not force it to disk, and purges the log next. */
    @Override
    public void reinitialize() throws IOException {
        try {
            getLifeCycle()
                    .startAndTransition(
                            () -> {
                                Optional<Checkpoint> installed = storage.rescan();
                                if (installed.isPresent()) storage.checkpoints().force(installed.get());
                                restore(installed);
                            },
                            IOException.class);
        } catch (IOException | RuntimeException e) {
            faults.fatal("the leader's metadata snapshot cannot be used", e);
            throw e;
        }
    }

    private void restore(Optional<Checkpoint> checkpoint) throws IOException {
        storeLock.writeLock().lock();
        try {
            closeStore();
            ImageStore opened = checkpoint.isPresent()
                    ? ImageStore.restore(liveStore, checkpoint.get())
                    : ImageStore.create(liveStore);
            store = opened;
            ImageStore.Loaded loaded = opened.load();
            StoredPosition position = loaded.position();
            if (checkpoint.isPresent()) requireSame(checkpoint.get(), position);
            state = new State(loaded.image(), new BatchChain(position.batchTerm(), position.batchSequence()));
            restoreChangelog(loaded);
            journal.reset(opened.events().entries());
            if (position.index() >= 0) setLastAppliedTermIndex(TermIndex.valueOf(position.term(), position.index()));
            commits.onSnapshotInstalled(loaded.image());
        } finally {
            storeLock.writeLock().unlock();
        }
    }

    private static void requireSame(Checkpoint checkpoint, StoredPosition position) throws IOException {
        if (checkpoint.term() != position.term() || checkpoint.index() != position.index()) {
            throw new IOException("the checkpoint " + checkpoint.directory() + " holds the state of " + position
                    + ", which its name does not say; delete it to use the one before");
        }
    }

    private void restoreChangelog(ImageStore.Loaded loaded) {
        List<ImageStore.StoredBatch> batches = loaded.batches();
        changelog.reset(
                batches.isEmpty()
                        ? loaded.image().index()
                        : batches.get(0).batch().index() - 1);
        batches.forEach(stored -> changelog.add(stored.batch(), stored.bytes()));
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        TermIndex at = TermIndex.valueOf(entry);
        storeLock.readLock().lock();
        try {
            if (store == null) {
                return CompletableFuture.failedFuture(
                        new IllegalStateException("the state machine is paused at " + at));
            }
            byte[] bytes = entry.getStateMachineLogEntry().getLogData().toByteArray();
            Message reply = apply(store, at, bytes);
            updateLastAppliedTermIndex(at);
            return CompletableFuture.completedFuture(reply);
        } catch (Throwable t) {
            faults.fatal("the metadata log entry " + at + " cannot be applied", t);
            return CompletableFuture.failedFuture(t);
        } finally {
            storeLock.readLock().unlock();
        }
    }

    private Message apply(ImageStore open, TermIndex at, byte[] bytes) throws IOException {
        MetadataBatch batch = MetadataBatch.parseFrom(bytes);
        State old = state;
        if (!old.chain.accepts(at.getTerm(), batch.getControllerTerm(), batch.getSequence())) {
            return Outcomes.fenced(old.chain.lastSequenceIn(at.getTerm()));
        }
        long index = at.getIndex();
        MetadataImage.Applied applied = old.image.apply(index, batch.getRecordsList());
        List<Long> evicted = changelog.add(new Committed(index, batch.getRecordsList()), bytes.length);
        StoredPosition position = new StoredPosition(at.getTerm(), index, at.getTerm(), batch.getSequence(), index);
        List<Event> happened = BatchEvents.of(old.image, index, batch.getDecidedAtMs(), batch.getRecordsList());
        open.write(old.image, applied, position, bytes, evicted, journalEdit(index, batch.getDecidedAtMs(), happened));
        state = new State(applied.image(), new BatchChain(at.getTerm(), batch.getSequence()));
        commits.onCommitted(index, batch.getRecordsList(), applied.image());
        if (!happened.isEmpty()) events.happened(at.getTerm(), happened);
        return Outcomes.committed(index);
    }

    private StoredEvents.Edit journalEdit(long index, long atMs, List<Event> happened) {
        if (happened.isEmpty()) return StoredEvents.Edit.NONE;
        JournalBounds.Entry entry = new JournalBounds.Entry(index, happened.size(), atMs);
        return new StoredEvents.Edit(entry, happened, journal.add(entry));
    }

    /** From any thread. */
    ListEventsResponse listEvents(ListEventsRequest request) throws IOException {
        EventPage page = new EventPage(request);
        storeLock.readLock().lock();
        try {
            if (store == null) throw new IOException("this quorum node is taking over a snapshot, or stops");
            // What is applied meanwhile may be seen too, and is then seen again: read before.
            long upTo = state.image.index();
            store.events().read(page);
            return page.answer(upTo);
        } finally {
            storeLock.readLock().unlock();
        }
    }

    @Override
    public long takeSnapshot() throws IOException {
        storeLock.readLock().lock();
        try {
            TermIndex at = getLastAppliedTermIndex();
            long newest = storage.checkpoints().newest().map(Checkpoint::index).orElse(RaftLog.INVALID_LOG_INDEX);
            if (store == null || at.getIndex() <= newest) return newest;
            State now = state;
            StoredPosition position = new StoredPosition(
                    at.getTerm(), at.getIndex(), now.chain.term(), now.chain.sequence(), now.image.index());
            store.checkpoint(position, storage.checkpoints().directoryOf(at.getTerm(), at.getIndex()));
            storage.rescan();
            return at.getIndex();
        } catch (IOException | RuntimeException e) {
            faults.fatal("the metadata checkpoint cannot be written", e);
            throw e;
        } finally {
            storeLock.readLock().unlock();
        }
    }

    @Override
    public void notifyLeaderReady() {
        events.leadershipMayHaveChanged();
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        events.leadershipMayHaveChanged();
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId newLeader) {
        events.leadershipMayHaveChanged();
    }

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failedEntry) {
        faults.fatal("the metadata log cannot be written", cause);
    }

    @Override
    public void notifyServerShutdown(RoleInfoProto roleInfo, boolean allServer) {
        if (!allServer) events.removedFromQuorum();
    }

    @Override
    public void close() throws IOException {
        super.close();
        closeStore();
    }

    private void closeStore() {
        storeLock.writeLock().lock();
        try {
            if (store != null) store.close();
            store = null;
        } finally {
            storeLock.writeLock().unlock();
        }
    }
}
