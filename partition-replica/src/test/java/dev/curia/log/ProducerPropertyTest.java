package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.io.NioFileSystem;
import dev.curia.log.producer.AbortedTxn;
import dev.curia.log.producer.ProducerDescription;
import dev.curia.log.segment.SegmentFiles;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.testkit.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random lives of producers and their transactions in a log, and in one that follows it: what the log knows of them equals what its slow twin
 * works out, after rolls, cuts, restarts, crashes, retention, and with files missing or damaged.
 */
class ProducerPropertyTest {
    private static final int RUNS = Integer.getInteger("producer.runs", 15);
    private static final LogConfig CONFIG =
            LogFixture.withSegmentBytes(LogFixture.config("index.interval.bytes", "200"), 3000);

    @TempDir
    Path path;

    @Test
    void agreesWithItsTwin() {
        Check.forAll(RUNS, SplittableRandom::nextLong, seed -> {
            Path directory = Files.createTempDirectory(path, "run");
            try (LogFixture leader = new LogFixture(directory.resolve("leader"), new NioFileSystem(), CONFIG);
                    LogFixture follower = new LogFixture(directory.resolve("follower"), new NioFileSystem(), CONFIG)) {
                new Run(leader, follower, new SplittableRandom(seed)).steps(150);
            }
        });
    }

    private static final class Run {
        private static final int PRODUCERS = 5;

        private final LogFixture leader;
        private final LogFixture follower;
        private final SplittableRandom random;
        private final ProducerTwin twin = new ProducerTwin();
        private long highWatermark;
        private long checkpointed;
        private int clock;

        Run(LogFixture leader, LogFixture follower, SplittableRandom random) {
            this.leader = leader;
            this.follower = follower;
            this.random = random;
        }

        void steps(int count) throws IOException {
            for (int i = 0; i < count; i++) {
                switch (random.nextInt(24)) {
                    case 0 -> leader.log.roll();
                    case 1 -> truncate();
                    case 2 -> restart(true);
                    case 3 -> restart(false);
                    case 4 -> leader.log.flush();
                    case 5 -> retain();
                    case 6 -> checkpoint();
                    case 7 -> advance();
                    case 8 -> replicate();
                    case 9 -> refused();
                    case 10 -> duplicate();
                    case 11, 12, 13, 14 -> end();
                    case 15 -> coordinatorsBatch();
                    default -> write();
                }
                check(leader.log);
            }
            replicate();
            check(follower.log);
        }

        /** In order, transactional or not, sometimes of a new epoch. */
        private void write() {
            long producer = random.nextInt(PRODUCERS);
            ProducerDescription known = twin.producers().get(producer);
            int epoch = known == null ? 0 : known.producerEpoch();
            boolean open = known != null && known.currentTxnFirstOffset() >= 0;
            boolean bump = known == null || (!open && random.nextInt(8) == 0);
            if (bump) epoch++;
            int sequence = known == null || bump ? 0 : next(known.lastSequence());
            append(data(producer, epoch, sequence, open || random.nextBoolean()), AppendOrigin.CLIENT);
        }

        private void coordinatorsBatch() {
            long producer = PRODUCERS; // one of its own: its batches are not in sequence
            ProducerDescription known = twin.producers().get(producer);
            append(data(producer, known == null ? 0 : known.producerEpoch(), 0, true), AppendOrigin.COORDINATOR);
        }

        private void end() {
            List<ProducerDescription> open = twin.producers().values().stream()
                    .filter(p -> p.currentTxnFirstOffset() >= 0 || random.nextInt(10) == 0)
                    .toList();
            if (open.isEmpty()) return;
            ProducerDescription p = open.get(random.nextInt(open.size()));
            boolean bump = random.nextBoolean();
            ByteBuffer marker = marker(
                    p.producerId(),
                    p.producerEpoch() + (bump ? 1 : 0),
                    random.nextBoolean(),
                    Math.max(0, p.coordinatorEpoch()) + random.nextInt(2));
            append(marker, bump ? AppendOrigin.BUMPING_COORDINATOR : AppendOrigin.COORDINATOR);
        }

        private void append(ByteBuffer batch, AppendOrigin origin) {
            AppendInfo info = leader.log.appendAsLeader(batch, 0, origin, LogFixture.NOW);
            assertThat(info.error()).as(info.message()).isEqualTo(ErrorCode.NONE);
            assertThat(info.duplicate()).isFalse();
            twin.add(ProducerTwin.Batch.of(
                    MemoryRecords.readableRecords(batch).batches().iterator().next()));
        }

        private void refused() {
            for (ProducerDescription p : twin.producers().values()) {
                boolean open = p.currentTxnFirstOffset() >= 0;
                int epoch = p.producerEpoch();
                if (p.producerId() < PRODUCERS) {
                    int gap = next(next(p.lastSequence())) + 7;
                    refuse(data(p.producerId(), epoch, gap, open), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
                    refuse(data(p.producerId(), epoch + 1, 1, open), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
                    if (open) {
                        refuse(data(p.producerId(), epoch, next(p.lastSequence()), false), ErrorCode.INVALID_TXN_STATE);
                    }
                }
                if (epoch > 0) {
                    refuse(data(p.producerId(), epoch - 1, 0, open), ErrorCode.INVALID_PRODUCER_EPOCH);
                    refuse(marker(p.producerId(), epoch - 1, true, 99), ErrorCode.INVALID_PRODUCER_EPOCH);
                }
                if (p.coordinatorEpoch() > 0) {
                    refuse(
                            marker(p.producerId(), epoch, true, p.coordinatorEpoch() - 1),
                            ErrorCode.TRANSACTION_COORDINATOR_FENCED);
                }
            }
            refuse(data(1000, 0, 1, true), ErrorCode.UNKNOWN_PRODUCER_ID);
        }

        private void refuse(ByteBuffer batch, ErrorCode expected) {
            boolean control = MemoryRecords.readableRecords(batch)
                    .batches()
                    .iterator()
                    .next()
                    .isControlBatch();
            AppendInfo info = leader.log.appendAsLeader(
                    batch, 0, control ? AppendOrigin.COORDINATOR : AppendOrigin.CLIENT, LogFixture.NOW);
            assertThat(info.error()).isEqualTo(expected);
        }

        /** What retention has removed is not known as duplicate after a restart, but for a producer's last batch. */
        private void duplicate() {
            long first = leader.log.segments().get(0).baseOffset();
            for (long producer = 0; producer < PRODUCERS; producer++) {
                for (ProducerTwin.Batch batch : twin.lastFive(producer)) {
                    if (batch.base() < first) continue;
                    ByteBuffer again =
                            data(producer, batch.epoch(), batch.sequence(), batch.transactional(), batch.count());
                    AppendInfo info = leader.log.appendAsLeader(again, 0, AppendOrigin.CLIENT, LogFixture.NOW);
                    assertThat(info.duplicate()).as(batch + ": " + info).isTrue();
                    assertThat(info.firstOffset()).isEqualTo(batch.base());
                    assertThat(info.lastOffset()).isEqualTo(batch.last());
                }
            }
        }

        private void truncate() throws IOException {
            long end = leader.log.logEndOffset();
            long start = leader.log.logStartOffset();
            long offset = random.nextLong(Math.max(start, end - 15), end + 1);
            leader.log.truncateTo(offset);
            twin.truncateTo(offset);
            long cut = leader.log.logEndOffset();
            highWatermark = Math.min(highWatermark, cut);
            if (follower.log.logEndOffset() > cut) follower.log.truncateTo(cut);
        }

        private void restart(boolean clean) throws IOException {
            if (clean) {
                checkpoint();
                leader.stop();
            } else {
                leader.directory().close();
            }
            if (random.nextBoolean()) damage(clean);
            leader.reopen();
            highWatermark = Math.max(leader.log.logStartOffset(), Math.min(checkpointed, leader.log.logEndOffset()));
        }

        /** Leaves the oldest snapshot alone: what was before the log's first batch is nowhere else. */
        private void damage(boolean clean) throws IOException {
            List<Path> files;
            try (Stream<Path> all = Files.list(leader.log.directory())) {
                files = all.sorted().toList();
            }
            long first = leader.log.segments().get(0).baseOffset();
            long last =
                    leader.log.segments().get(leader.log.segments().size() - 1).baseOffset();
            for (Path file : files) {
                if (random.nextInt(3) != 0) continue;
                long snapshot =
                        SegmentFiles.offsetOf(file, SegmentFiles.SNAPSHOT).orElse(-1);
                if (snapshot > first) {
                    if (random.nextBoolean()) Files.delete(file);
                    else flip(file);
                }
                long index = SegmentFiles.offsetOf(file, SegmentFiles.TXN_INDEX).orElse(-1);
                if (index < 0) continue;
                // After a crash the last segment is read again; of the others only what cannot be right shows.
                if (!clean && index == last) Files.delete(file);
                else if (random.nextBoolean()) Files.write(file, new byte[5], StandardOpenOption.APPEND);
                else flip(file, 0);
            }
        }

        private void flip(Path file) throws IOException {
            flip(file, random.nextInt(Math.max(1, (int) Files.size(file))));
        }

        private static void flip(Path file, int at) throws IOException {
            byte[] bytes = Files.readAllBytes(file);
            if (bytes.length == 0) return;
            bytes[at] ^= 0x40;
            Files.write(file, bytes);
        }

        private void retain() {
            leader.log.flush();
            long start = random.nextLong(leader.log.logStartOffset(), highWatermark + 1);
            leader.log.incrementLogStartOffset(start);
            leader.log.startCheckpoint().request();
            leader.log.dropSegmentsBeforeStart();
            leader.later.runAll();
        }

        private void checkpoint() throws IOException {
            leader.directory().checkpointHighWatermarks(Map.of(LogFixture.NAME, highWatermark));
            checkpointed = highWatermark;
        }

        private void advance() {
            highWatermark = random.nextLong(highWatermark, leader.log.logEndOffset() + 1);
        }

        /** The follower takes what it misses, some batches at a time. */
        private void replicate() throws IOException {
            long from = follower.log.logEndOffset();
            if (from < leader.log.logStartOffset()) {
                return; // It would have to start over, without what it knew.
            }
            while (from < leader.log.logEndOffset()) {
                try (LogSlice slice = leader.log
                        .read(from, random.nextInt(1, 2000), true, Long.MAX_VALUE)
                        .slice()) {
                    AppendInfo info = follower.log.appendAsFollower(slice.toBuffer(), 0, LogFixture.NOW);
                    assertThat(info.ok()).as(info.message()).isTrue();
                }
                from = follower.log.logEndOffset();
            }
            if (random.nextInt(3) == 0) follower.crash();
        }

        private void check(PartitionLog log) {
            Map<Long, ProducerDescription> known = new HashMap<>();
            log.producers().describe().forEach(p -> known.put(p.producerId(), p));
            if (log == follower.log && log.logEndOffset() < leader.log.logEndOffset()) return;
            assertThat(known).isEqualTo(twin.producers());
            if (log == leader.log) {
                assertThat(log.lastStableOffset(highWatermark))
                        .isEqualTo(twin.lastStableOffset(log.logStartOffset(), highWatermark));
            }
            long start = log.logStartOffset();
            long from = random.nextLong(start, log.logEndOffset() + 1);
            long to = random.nextLong(from, log.logEndOffset() + 1);
            assertThat(log.abortedTransactions(from, to)).isEqualTo(overlapping(from, to));
            assertThat(log.abortedTransactions(start, log.logEndOffset()))
                    .isEqualTo(overlapping(start, log.logEndOffset()));
            checkRead(log, from, to);
        }

        private void checkRead(PartitionLog log, long from, long stable) {
            LogRead read = log.readCommitted(from, random.nextInt(2000), true, stable);
            try (LogSlice slice = read.slice()) {
                long end = from;
                if (slice.size() > 0) {
                    for (RecordBatch batch :
                            MemoryRecords.readableRecords(slice.toBuffer()).batches()) end = batch.nextOffset();
                }
                List<AbortedTxn> expected = new ArrayList<>(overlapping(from, end));
                assertThat(read.aborted()).isEqualTo(expected);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        private List<AbortedTxn> overlapping(long from, long to) {
            return twin.aborted().stream()
                    .filter(txn -> from < to && txn.lastOffset() >= from && txn.firstOffset() < to)
                    .toList();
        }

        private ByteBuffer data(long producer, int epoch, int sequence, boolean transactional) {
            return data(producer, epoch, sequence, transactional, random.nextInt(1, 4));
        }

        private ByteBuffer data(long producer, int epoch, int sequence, boolean transactional, int count) {
            SimpleRecord[] records = new SimpleRecord[count];
            for (int i = 0; i < count; i++) records[i] = new SimpleRecord(LogFixture.NOW + clock++, new byte[30]);
            MemoryRecords batch = transactional
                    ? MemoryRecords.withTransactionalRecords(
                            Compression.NONE, producer, (short) epoch, sequence, records)
                    : MemoryRecords.withIdempotentRecords(Compression.NONE, producer, (short) epoch, sequence, records);
            return batch.buffer();
        }

        private ByteBuffer marker(long producer, int epoch, boolean abort, int coordinatorEpoch) {
            ControlRecordType type = abort ? ControlRecordType.ABORT : ControlRecordType.COMMIT;
            return MemoryRecords.withEndTransactionMarker(
                            0,
                            LogFixture.NOW + clock++,
                            0,
                            producer,
                            (short) epoch,
                            new EndTransactionMarker(type, coordinatorEpoch))
                    .buffer();
        }

        private static int next(int sequence) {
            return sequence < 0 ? 0 : (int) ((sequence + 1L) & Integer.MAX_VALUE);
        }
    }
}
