package dev.curia.replica.node;

import dev.curia.log.LogRead;
import dev.curia.log.LogSlice;
import dev.curia.log.PartitionLog;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import dev.curia.replica.port.ReplicaLinks.Refused;
import dev.curia.replica.port.ReplicationSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A replica as the streams of its followers see it: what they say goes to the replica's thread, what they read comes from the log. */
final class ReplicaSource implements ReplicationSource {
    private final PartitionLog log;
    private final RecentAppends recent;
    private final ReplicaThread thread;
    private final Supplier<@Nullable Role> role; // asked on the thread
    private final Supplier<Snapshot> snapshot;

    ReplicaSource(
            PartitionLog log,
            RecentAppends recent,
            ReplicaThread thread,
            Supplier<@Nullable Role> role,
            Supplier<Snapshot> snapshot) {
        this.log = log;
        this.recent = recent;
        this.thread = thread;
        this.role = role;
        this.snapshot = snapshot;
    }

    @Override
    public void subscribe(Position position, Subscriber subscriber) {
        thread.submit(() -> {
            if (role.get() instanceof LeaderRole leader) {
                leader.subscribe(position, subscriber);
            } else {
                int epoch = snapshot.get().view().leaderEpoch();
                subscriber.ended(new Refused(ErrorCode.NOT_LEADER_OR_FOLLOWER, epoch, Optional.empty(), -1));
            }
        });
    }

    @Override
    public void acknowledge(Subscriber subscriber, int leaderEpoch, long logEndOffset, OptionalLong logStartOffset) {
        thread.submit(ifLeading(leader -> leader.acknowledge(subscriber, leaderEpoch, logEndOffset, logStartOffset)));
    }

    @Override
    public boolean offerAcknowledgement(
            Subscriber subscriber, int leaderEpoch, long logEndOffset, OptionalLong logStartOffset) {
        return thread.offer(
                ifLeading(leader -> leader.acknowledge(subscriber, leaderEpoch, logEndOffset, logStartOffset)));
    }

    @Override
    public void unsubscribe(Subscriber subscriber) {
        thread.submit(ifLeading(leader -> leader.unsubscribe(subscriber)));
    }

    private Runnable ifLeading(Consumer<LeaderRole> task) {
        return () -> {
            if (role.get() instanceof LeaderRole leader) task.accept(leader);
        };
    }

    @Override
    public ByteBuffer read(int leaderEpoch, long offset, ByteBuffer room) throws IOException {
        room.clear();
        Replica.View now = snapshot.get().view();
        if (!now.leading() || now.leaderEpoch() != leaderEpoch) return room.flip();
        // What was deleted or compacted meanwhile is not sent to one follower when others don't get it.
        boolean asAppended =
                offset >= now.logStartOffset() && offset >= log.compaction().reach();
        if (asAppended && recent.copy(offset, now.logEndOffset(), room)) return room.flip();
        LogRead found = log.read(offset, room.capacity(), true, now.logEndOffset());
        try (LogSlice slice = found.slice()) {
            if (found.error() != ErrorCode.NONE) return room.flip();
            if (slice.size() > room.capacity()) return slice.toBuffer();
            slice.readInto(room);
            return room.flip();
        }
    }

    @Override
    public long deletesRemovedTo() {
        return log.compaction().deletesRemovedTo();
    }
}
