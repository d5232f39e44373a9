package dev.curia.broker.grpc;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.LogSlice;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/** A leading replica in memory. A batch becomes readable when {@link #commit} says so. */
final class MemoryReplica implements Replica {
    private record Stored(long baseOffset, long nextOffset, ByteBuffer bytes) {}

    private record Waiter(long offset, Runnable wake) {}

    private final TopicPartition name;
    private final List<Stored> batches = new ArrayList<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private final List<Runnable> unacknowledged = new ArrayList<>();
    private long logEndOffset;
    private long highWatermark;
    private boolean leading = true;
    private ErrorCode appendError = ErrorCode.NONE;

    MemoryReplica(TopicPartition name) {
        this.name = name;
    }

    /** Acknowledges and shows all that was appended. */
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

    void resign() {
        List<Waiter> due;
        synchronized (this) {
            leading = false;
            due = List.copyOf(waiters);
            waiters.clear();
        }
        due.forEach(waiter -> waiter.wake.run());
    }

    synchronized void failAppendsWith(ErrorCode error) {
        appendError = error;
    }

    synchronized int waiting() {
        return waiters.size();
    }

    synchronized long logEndOffset() {
        return logEndOffset;
    }

    @Override
    public PartitionId id() {
        return new PartitionId(Uuid.ZERO, name.partition());
    }

    @Override
    public TopicPartition name() {
        return name;
    }

    @Override
    public synchronized View view() {
        return new View(leading, leading ? 1 : 2, 5, 0, highWatermark, highWatermark, logEndOffset, List.of(1));
    }

    @Override
    public boolean isSurelyLeading() {
        return view().leading();
    }

    @Override
    public synchronized CompletableFuture<AppendResult> append(AppendRequest request) {
        if (appendError != ErrorCode.NONE)
            return CompletableFuture.completedFuture(new AppendResult(appendError, "as the test wants", -1, -1, 0));
        ByteBuffer bytes = request.records();
        long base = logEndOffset;
        int lastOffsetDelta = bytes.getInt(bytes.position() + 23);
        bytes.putLong(bytes.position(), base);
        logEndOffset = base + lastOffsetDelta + 1;
        batches.add(new Stored(base, logEndOffset, bytes));
        CompletableFuture<AppendResult> done = new CompletableFuture<>();
        unacknowledged.add(() -> done.complete(new AppendResult(ErrorCode.NONE, "", base, -1, 0)));
        return done;
    }

    @Override
    public synchronized ReadResult read(ReadRequest request) {
        ErrorCode error = ErrorCode.NONE;
        if (!leading) error = ErrorCode.NOT_LEADER_OR_FOLLOWER;
        else if (request.offset() > logEndOffset) error = ErrorCode.OFFSET_OUT_OF_RANGE;
        ByteBuffer bytes = ByteBuffer.allocate(0);
        if (error == ErrorCode.NONE) {
            for (Stored batch : batches) {
                if (batch.nextOffset > request.offset() && batch.nextOffset <= highWatermark) {
                    bytes = batch.bytes.duplicate();
                    break;
                }
            }
        }
        return new ReadResult(error, new MemorySlice(bytes), view(), List.of(), Optional.empty());
    }

    @Override
    public Runnable onReadable(long offset, Isolation isolation, Runnable wake) {
        synchronized (this) {
            if (leading && highWatermark <= offset) {
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
    public synchronized OffsetResult offsetForTime(
            long timestampMs, Isolation isolation, OptionalInt currentLeaderEpoch) {
        return new OffsetResult(ErrorCode.NONE, timestampMs == -1 ? highWatermark : 0, -1, 5);
    }

    @Override
    public CompletableFuture<DeleteResult> deleteRecords(long offset, Duration timeout) {
        throw new AssertionError("nobody deletes records here");
    }

    @Override
    public CompletableFuture<ProducersResult> producers() {
        return CompletableFuture.completedFuture(new ProducersResult(ErrorCode.NONE, List.of()));
    }

    @Override
    public EpochResult endOffsetForEpoch(int leaderEpoch, OptionalInt currentLeaderEpoch) {
        return new EpochResult(ErrorCode.NONE, 5, logEndOffset());
    }

    private record MemorySlice(ByteBuffer bytes) implements LogSlice {
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
