package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.io.CrashingFileSystem;
import dev.curia.log.producer.ProducerDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A life of transactions in a log, stopped at each call that changes the disk, by a kill and by a power loss. Whatever records are left: what the
 * log knows of producers, aborted transactions and stable offsets afterwards is what follows from just these records.
 */
class ProducerCrashTest {
    private static final LogConfig CONFIG =
            LogFixture.withSegmentBytes(LogFixture.config("index.interval.bytes", "100"), 700);

    private static final int SCRIPTS = Integer.getInteger("crash.scripts", 1);

    @TempDir
    Path path;

    @Test
    void whatIsKnownFollowsFromTheRecordsThatAreLeft() {
        CrashRuns runs = new CrashRuns(path, (files, random) -> {
            Script script = new Script(files, random);
            return (powerLoss, verify) -> script.play(powerLoss);
        });
        assertThat(runs.ofScripts(SCRIPTS)).isGreaterThan(200L * SCRIPTS);
    }

    private static final class Script {
        private static final int STEPS = 35;
        private static final int PRODUCERS = 3;

        private final CrashingFileSystem files;
        private final SplittableRandom random;

        Script(CrashingFileSystem files, SplittableRandom random) {
            this.files = files;
            this.random = random;
        }

        void play(boolean powerLoss) throws IOException {
            LogFixture fixture = null;
            try {
                fixture = new LogFixture(Path.of("/log"), files, CONFIG);
                for (int i = 0; i < STEPS; i++) step(fixture);
                fixture.stop();
            } catch (IOException | StorageException down) {
                assertThat(files.crashed())
                        .as("failed without a crash: " + down)
                        .isTrue();
            }
            if (powerLoss) files.powerLoss();
            else files.restart();
            if (fixture == null) return;
            fixture.failures.clear();
            fixture.reopenOrCreate();
            check(fixture);
            fixture.directory().close();
        }

        private void step(LogFixture fixture) throws IOException {
            PartitionLog log = fixture.log;
            switch (random.nextInt(16)) {
                case 0 -> log.roll();
                case 1 -> log.truncateTo(random.nextLong(Math.max(0, log.logEndOffset() - 6), log.logEndOffset() + 1));
                case 2 -> log.flush();
                case 3 -> fixture.directory().checkpoint();
                case 4 ->
                    fixture.directory()
                            .checkpointHighWatermarks(Map.of(LogFixture.NAME, random.nextLong(log.logEndOffset() + 1)));
                case 5 -> {
                    fixture.stop();
                    fixture.reopen();
                }
                case 6, 7, 8, 9 -> end(log);
                default -> write(log);
            }
            if (!fixture.log.isOnline()) throw new IOException("offline");
        }

        private void write(PartitionLog log) throws IOException {
            long producer = random.nextInt(PRODUCERS);
            ProducerDescription known = known(log).get(producer);
            int sequence = known == null ? 0 : known.lastSequence() + 1;
            short epoch = known == null ? 0 : known.producerEpoch();
            boolean open = known != null && known.currentTxnFirstOffset() >= 0;
            var record = new SimpleRecord(LogFixture.NOW, new byte[random.nextInt(60)]);
            MemoryRecords batch = open || random.nextInt(4) > 0
                    ? MemoryRecords.withTransactionalRecords(Compression.NONE, producer, epoch, sequence, record)
                    : MemoryRecords.withIdempotentRecords(Compression.NONE, producer, epoch, sequence, record);
            append(log, batch.buffer(), AppendOrigin.CLIENT);
        }

        private void end(PartitionLog log) throws IOException {
            List<ProducerDescription> open = log.producers().describe().stream()
                    .filter(p -> p.currentTxnFirstOffset() >= 0)
                    .sorted((a, b) -> Long.compare(a.producerId(), b.producerId()))
                    .toList();
            if (open.isEmpty()) return;
            ProducerDescription p = open.get(random.nextInt(open.size()));
            var type = random.nextInt(3) == 0 ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
            var marker = MemoryRecords.withEndTransactionMarker(
                    0, LogFixture.NOW, 0, p.producerId(), p.producerEpoch(), new EndTransactionMarker(type, 0));
            append(log, marker.buffer(), AppendOrigin.COORDINATOR);
        }

        private static void append(PartitionLog log, ByteBuffer batch, AppendOrigin origin) throws IOException {
            AppendInfo info = log.appendAsLeader(batch, 0, origin, LogFixture.NOW);
            if (!info.ok()) throw new IOException(info.message());
        }

        private static Map<Long, ProducerDescription> known(PartitionLog log) {
            Map<Long, ProducerDescription> known = new HashMap<>();
            log.producers().describe().forEach(p -> known.put(p.producerId(), p));
            return known;
        }

        private static void check(LogFixture fixture) throws IOException {
            PartitionLog log = fixture.log;
            ProducerTwin twin = new ProducerTwin();
            for (long offset = 0; offset < log.logEndOffset(); ) {
                try (LogSlice slice =
                        log.read(offset, 1 << 20, true, Long.MAX_VALUE).slice()) {
                    for (RecordBatch batch :
                            MemoryRecords.readableRecords(slice.toBuffer()).batches()) {
                        twin.add(ProducerTwin.Batch.of(batch));
                        offset = batch.nextOffset();
                    }
                }
            }
            assertThat(known(log)).isEqualTo(twin.producers());
            long highWatermark = Math.min(fixture.directory().highWatermark(LogFixture.NAME), log.logEndOffset());
            assertThat(log.lastStableOffset(highWatermark)).isEqualTo(twin.lastStableOffset(0, highWatermark));
            assertThat(log.abortedTransactions(0, log.logEndOffset())).isEqualTo(twin.aborted());
        }
    }
}
