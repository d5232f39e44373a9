package dev.curia.broker.kafka.net;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/** A partition of one replica and one file, simple enough to be right by looking: the listener's other side in tests. */
final class FileReplica implements Replica {
    private record Batch(long baseOffset, long lastOffset, long maxTimestamp, long position, int size) {}

    private record Waiter(long offset, Runnable wake) {}

    private final PartitionId id;
    private final TopicPartition name;
    private final FileChannel file;
    private final AtomicInteger openSlices;
    private final List<Batch> batches = new ArrayList<>();
    private final List<Waiter> waiters = new ArrayList<>();
    /** As a new leader that does not know the high watermark yet. */
    volatile boolean beforeTheEnd;

    private long start;
    private long end;

    FileReplica(PartitionId id, TopicPartition name, Path directory, AtomicInteger openSlices) {
        this.id = id;
        this.name = name;
        this.openSlices = openSlices;
        try {
            file = FileChannel.open(
                    directory.resolve(id.toString()),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public PartitionId id() {
        return id;
    }

    @Override
    public TopicPartition name() {
        return name;
    }

    @Override
    public synchronized View view() {
        return new View(true, TestBroker.ID, 0, start, end, end, end, List.of(TestBroker.ID));
    }

    @Override
    public boolean isSurelyLeading() {
        return view().leading();
    }

    @Override
    public CompletableFuture<AppendResult> append(AppendRequest request) {
        List<Runnable> wakes = new ArrayList<>();
        AppendResult result;
        try {
            result = write(request.records(), wakes);
        } catch (IOException | RuntimeException e) {
            result = new AppendResult(ErrorCode.CORRUPT_MESSAGE, String.valueOf(e.getMessage()), -1, -1, -1);
        } finally {
            request.released().run();
        }
        wakes.forEach(Runnable::run);
        return CompletableFuture.completedFuture(result);
    }

    private synchronized AppendResult write(ByteBuffer bytes, List<Runnable> wakes) throws IOException {
        long base = end;
        for (MutableRecordBatch batch :
                MemoryRecords.readableRecords(bytes.duplicate()).batches()) {
            batch.ensureValid();
            long last = end + batch.lastOffset() - batch.baseOffset();
            batch.setLastOffset(last);
            batch.setPartitionLeaderEpoch(0);
            batches.add(new Batch(end, last, batch.maxTimestamp(), file.size(), batch.sizeInBytes()));
            ByteBuffer copy = ByteBuffer.allocate(batch.sizeInBytes());
            batch.writeTo(copy);
            file.write(copy.flip(), file.size());
            end = last + 1;
        }
        waiters.removeIf(waiter -> {
            if (end <= waiter.offset) return false;
            wakes.add(waiter.wake);
            return true;
        });
        return new AppendResult(ErrorCode.NONE, "", base, -1, 0);
    }

    @Override
    public synchronized ReadResult read(ReadRequest request) {
        if (request.offset() < start || request.offset() > end) {
            return result(ErrorCode.OFFSET_OUT_OF_RANGE, 0, 0);
        }
        long position = 0;
        int size = 0;
        for (Batch batch : batches) {
            if (batch.lastOffset < request.offset()) continue;
            boolean first = size == 0;
            if (size + batch.size > request.maxBytes() && !(first && request.minOneBatch())) break;
            if (first) position = batch.position;
            size += batch.size;
        }
        return result(ErrorCode.NONE, position, size);
    }

    private ReadResult result(ErrorCode error, long position, int size) {
        return new ReadResult(
                error, new CountedSlice(file, position, size, openSlices), view(), List.of(), Optional.empty());
    }

    @Override
    public Runnable onReadable(long offset, Isolation isolation, Runnable wake) {
        synchronized (this) {
            if (end <= offset) {
                Waiter waiter = new Waiter(offset, wake);
                waiters.add(waiter);
                return () -> {
                    synchronized (this) {
                        waiters.remove(waiter);
                    }
                };
            }
        }
        wake.run();
        return () -> {};
    }

    synchronized int waiting() {
        return waiters.size();
    }

    @Override
    public synchronized OffsetResult offsetForTime(
            long timestampMs, Isolation isolation, OptionalInt currentLeaderEpoch) {
        if (beforeTheEnd) return new OffsetResult(ErrorCode.OFFSET_NOT_AVAILABLE, -1, -1, -1);
        if (timestampMs == -1) return new OffsetResult(ErrorCode.NONE, end, -1, 0);
        if (timestampMs == -3) {
            return batches.stream()
                    .max(Comparator.comparingLong(Batch::maxTimestamp))
                    .map(batch -> new OffsetResult(ErrorCode.NONE, batch.lastOffset, batch.maxTimestamp, 0))
                    .orElse(new OffsetResult(ErrorCode.NONE, -1, -1, -1));
        }
        if (timestampMs < -1) return new OffsetResult(ErrorCode.NONE, start, -1, 0);
        return batches.stream()
                .filter(batch -> batch.maxTimestamp >= timestampMs)
                .findFirst()
                .map(batch -> new OffsetResult(ErrorCode.NONE, batch.baseOffset, batch.maxTimestamp, 0))
                .orElse(new OffsetResult(ErrorCode.NONE, -1, -1, -1));
    }

    @Override
    public synchronized CompletableFuture<DeleteResult> deleteRecords(long offset, Duration timeout) {
        if (offset > end) {
            return CompletableFuture.completedFuture(new DeleteResult(ErrorCode.OFFSET_OUT_OF_RANGE, "no", -1));
        }
        start = Math.max(start, offset == -1 ? end : offset);
        return CompletableFuture.completedFuture(new DeleteResult(ErrorCode.NONE, "", start));
    }

    @Override
    public CompletableFuture<ProducersResult> producers() {
        return CompletableFuture.completedFuture(new ProducersResult(ErrorCode.NONE, List.of()));
    }

    @Override
    public synchronized EpochResult endOffsetForEpoch(int leaderEpoch, OptionalInt currentLeaderEpoch) {
        return new EpochResult(ErrorCode.NONE, 0, end);
    }
}
