package dev.curia.metadata.ratis;

import dev.curia.metadata.rocksdb.Checkpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;
import org.jspecify.annotations.Nullable;

/** The image's checkpoints as Ratis' snapshots. Thread-safe. */
final class CheckpointStorage implements StateMachineStorage {
    private volatile @Nullable Checkpoints checkpoints;
    private volatile @Nullable SnapshotInfo latest;

    @Override
    public void init(RaftStorage storage) throws IOException {
        Checkpoints opened =
                new Checkpoints(storage.getStorageDir().getStateMachineDir().toPath());
        opened.deleteUnfinished();
        checkpoints = opened;
        rescan();
    }

    /** Looks for the newest checkpoint, after one was taken or installed. */
    Optional<Checkpoints.Checkpoint> rescan() throws IOException {
        Optional<Checkpoints.Checkpoint> newest = checkpoints().newest();
        latest = newest.isPresent() ? snapshotInfo(newest.get()) : null;
        return newest;
    }

    Checkpoints checkpoints() {
        Checkpoints opened = checkpoints;
        if (opened == null) throw new IllegalStateException("the snapshot storage is not open yet");
        return opened;
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return latest;
    }

    @Override
    public void format() {
        // Nothing to prepare: a state machine without checkpoints starts empty.
    }

    @Override
    public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) throws IOException {
        int keep = policy.getNumSnapshotsRetained();
        if (keep > 0) checkpoints().keepNewest(keep);
    }

    private static SnapshotInfo snapshotInfo(Checkpoints.Checkpoint checkpoint) throws IOException {
        List<FileInfo> files = new ArrayList<>();
        for (Path file : checkpoint.files()) files.add(new FileInfo(file, null));
        return new FileListSnapshotInfo(files, TermIndex.valueOf(checkpoint.term(), checkpoint.index()));
    }
}
