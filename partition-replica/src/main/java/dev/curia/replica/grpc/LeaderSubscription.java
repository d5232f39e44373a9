package dev.curia.replica.grpc;

import dev.curia.replica.port.ReplicaLinks.Refused;
import dev.curia.replica.port.ReplicationSource;
import dev.curia.replica.port.ReplicationSource.Ends;
import dev.curia.replica.port.SendBudget;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One partition on a {@link LeaderStream}. The partition's thread publishes news into the volatile fields; what has been sent is confined
 * to the stream's loop.
 */
final class LeaderSubscription implements ReplicationSource.Subscriber {
    final int handle;
    final int leaderEpoch;
    final ReplicationSource source;

    private final LeaderStream stream;
    private final LeaderSender sender;
    private final int brokerId;
    private final long brokerEpoch;
    private final AtomicBoolean dirty = new AtomicBoolean();
    private final AtomicBoolean moved = new AtomicBoolean();
    private volatile @Nullable Ends ends;
    private volatile SendBudget budget = SendBudget.UNLIMITED;
    private volatile @Nullable Refused refused;

    volatile long nextOffset; // written on the stream's loop

    // Confined to the stream's loop.
    boolean announced;
    boolean inNews;
    boolean inData;
    boolean inHeld;
    private long sentHighWatermark = -1;
    private long sentLogStart = -1;
    private long sentReplicated = -1;

    LeaderSubscription(
            LeaderStream stream,
            int handle,
            LeaderStream.Peer peer,
            ReplicationSource source,
            ReplicationSource.Position from) {
        this.stream = stream;
        this.sender = peer.sender();
        this.handle = handle;
        this.brokerId = peer.brokerId();
        this.brokerEpoch = peer.brokerEpoch();
        this.source = source;
        this.leaderEpoch = from.leaderEpoch();
        this.nextOffset = from.logEndOffset();
    }

    @Override
    public int brokerId() {
        return brokerId;
    }

    @Override
    public long brokerEpoch() {
        return brokerEpoch;
    }

    @Override
    public void limited(SendBudget now) {
        budget = now;
        wake();
    }

    SendBudget budget() {
        return budget;
    }

    @Override
    public ReplicationSource.Sending sending() {
        return new ReplicationSource.Sending(nextOffset, sender.outOfCredit());
    }

    @Override
    public void accepted(Ends now) {
        changed(now);
    }

    @Override
    public void changed(Ends now) {
        Ends before = ends;
        ends = now;
        if (before != null && now.equals(before.withHighWatermark(now.highWatermark()))) watermarkMoved();
        else wake();
    }

    @Override
    public void ended(Refused why) {
        refused = why;
        wake();
    }

    private void wake() {
        if (!dirty.getAndSet(true)) stream.changed(this);
    }

    /** There is a new watermark, which may wait for data to ride on. */
    void watermarkMoved() {
        if (!moved.getAndSet(true)) stream.watermarkMoved(this);
    }

    /** Takes note of what is published now; later news will call again. */
    void seen() {
        dirty.set(false);
    }

    /** As {@link #seen}, of the watermark alone. */
    void watermarkSeen() {
        moved.set(false);
    }

    /** Null: not answered yet. */
    @Nullable
    Ends ends() {
        return ends;
    }

    @Nullable
    Refused refused() {
        return refused;
    }

    boolean hasData(Ends now) {
        return now.logEndOffset() > nextOffset;
    }

    boolean hasNews(Ends now) {
        return hasUrgentNews(now) || now.highWatermark() > sentHighWatermark;
    }

    /** What does not wait: anything but the watermark. */
    boolean hasUrgentNews(Ends now) {
        return !announced || now.logStartOffset() > sentLogStart || now.replicatedOffset() != sentReplicated;
    }

    /** The frame that says {@code now} and carries {@code records}; whoever asks for it sends it. */
    LeaderFrame frame(Ends now, RecordBody records) {
        boolean first = !announced;
        announced = true;
        sentHighWatermark = now.highWatermark();
        sentLogStart = now.logStartOffset();
        sentReplicated = now.replicatedOffset();
        return new LeaderFrame(
                handle,
                leaderEpoch,
                nextOffset,
                now.highWatermark(),
                now.logStartOffset(),
                null,
                first,
                sentReplicated,
                source.deletesRemovedTo(), // asked after the records were read
                records);
    }
}
