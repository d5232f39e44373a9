package dev.curia.broker.group;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.LogSlice;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import dev.curia.replica.Replicas;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** The only partition of a topic, in memory: appends commit at once or when told to; leadership moves when told to. */
final class LedLog implements Replica, Replicas {
    private record Batch(long base, long next, ByteBuffer bytes) {}

    private record Waiter(long offset, Runnable wake) {}

    private final TopicPartition name = new TopicPartition(OffsetsTopic.NAME, 0);
    private final List<Batch> batches = new ArrayList<>();
    private final List<Runnable> unacknowledged = new ArrayList<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private long logEndOffset;
    private long highWatermark;
    private int leaderEpoch = 1;
    private boolean commitAtOnce = true;
    private boolean surelyLeading = true;
    private ErrorCode next = ErrorCode.NONE;

    synchronized void commitAtOnce(boolean now) {
        commitAtOnce = now;
    }

    /** Whether a controller is heard. */
    synchronized void surelyLeading(boolean now) {
        surelyLeading = now;
    }

    /** The next append is answered with this; REQUEST_TIMED_OUT after it was written. */
    synchronized void failNext(ErrorCode error) {
        next = error;
    }

    synchronized void lead(int epoch) {
        leaderEpoch = epoch;
        unacknowledged.clear();
    }

    synchronized long logEndOffset() {
        return logEndOffset;
    }

    synchronized void appendGarbage() {
        ByteBuffer bytes = MemoryRecords.withRecords(
                        Compression.NONE, new SimpleRecord(0, new byte[] {0, 1, 0}, new byte[1]))
                .buffer();
        store(bytes);
        commit();
    }

    void commit() {
        List<Runnable> due = new ArrayList<>();
        synchronized (this) {
            highWatermark = logEndOffset;
            due.addAll(unacknowledged);
            unacknowledged.clear();
            waiters.removeIf(waiter -> waiter.offset < highWatermark && due.add(waiter.wake));
        }
        due.forEach(Runnable::run);
    }

    private long store(ByteBuffer bytes) {
        long base = logEndOffset;
        int lastOffsetDelta = bytes.getInt(bytes.position() + 23);
        bytes.putLong(bytes.position(), base);
        logEndOffset = base + lastOffsetDelta + 1;
        batches.add(new Batch(base, logEndOffset, bytes));
        return base;
    }

    @Override
    public synchronized boolean isSurelyLeading() {
        return surelyLeading;
    }

    @Override
    public CompletableFuture<AppendResult> append(AppendRequest request) {
        CompletableFuture<AppendResult> done = new CompletableFuture<>();
        boolean atOnce;
        synchronized (this) {
            ErrorCode error = request.currentLeaderEpoch().orElse(leaderEpoch) == leaderEpoch
                    ? next
                    : ErrorCode.FENCED_LEADER_EPOCH;
            next = ErrorCode.NONE;
            if (error == ErrorCode.REQUEST_TIMED_OUT) store(request.records());
            if (error != ErrorCode.NONE) {
                return CompletableFuture.completedFuture(new AppendResult(error, "as the test wants", -1, -1, 0));
            }
            long base = store(request.records());
            unacknowledged.add(() -> done.complete(new AppendResult(ErrorCode.NONE, "", base, -1, 0)));
            atOnce = commitAtOnce;
        }
        if (atOnce) commit();
        return done;
    }

    @Override
    public synchronized ReadResult read(ReadRequest request) {
        boolean current = request.currentLeaderEpoch().orElse(leaderEpoch) == leaderEpoch;
        ByteBuffer bytes = ByteBuffer.allocate(0);
        for (Batch batch : batches) {
            if (current && batch.next > request.offset() && batch.next <= highWatermark) {
                bytes = batch.bytes.duplicate();
                break;
            }
        }
        return new ReadResult(
                current ? ErrorCode.NONE : ErrorCode.FENCED_LEADER_EPOCH,
                new Slice(bytes),
                view(),
                List.of(),
                Optional.empty());
    }

    @Override
    public Runnable onReadable(long offset, Isolation isolation, Runnable wake) {
        synchronized (this) {
            if (highWatermark <= offset) {
                Waiter waiter = new Waiter(offset, wake);
                waiters.add(waiter);
                return () -> forget(waiter);
            }
        }
        wake.run();
        return () -> {};
    }

    private synchronized void forget(Waiter waiter) {
        waiters.remove(waiter);
    }

    @Override
    public synchronized View view() {
        return new View(true, 1, leaderEpoch, 0, highWatermark, highWatermark, logEndOffset, List.of(1));
    }

    @Override
    public PartitionId id() {
        return new PartitionId(Uuid.ZERO, 0);
    }

    @Override
    public TopicPartition name() {
        return name;
    }

    @Override
    public OffsetResult offsetForTime(long timestampMs, Isolation isolation, OptionalInt currentLeaderEpoch) {
        return new OffsetResult(ErrorCode.NONE, -1, -1, -1);
    }

    @Override
    public CompletableFuture<DeleteResult> deleteRecords(long offset, Duration timeout) {
        throw new AssertionError("nobody deletes records here");
    }

    @Override
    public EpochResult endOffsetForEpoch(int epoch, OptionalInt currentLeaderEpoch) {
        return new EpochResult(ErrorCode.NONE, -1, -1);
    }

    @Override
    public Optional<Replica> find(TopicPartition partition) {
        return partition.equals(name) ? Optional.of(this) : Optional.empty();
    }

    @Override
    public CompletableFuture<ProducersResult> producers() {
        return CompletableFuture.completedFuture(new ProducersResult(ErrorCode.NONE, List.of()));
    }

    @Override
    public Optional<Replica> find(PartitionId partition) {
        return Optional.empty();
    }

    private record Slice(ByteBuffer bytes) implements LogSlice {
        @Override
        public FileChannel channel() {
            throw new AssertionError("this slice has no file");
        }

        @Override
        public long position() {
            return 0;
        }

        @Override
        public int size() {
            return bytes.remaining();
        }

        @Override
        public ByteBuffer toBuffer() {
            return bytes.duplicate();
        }

        @Override
        public void close() {}
    }
}
