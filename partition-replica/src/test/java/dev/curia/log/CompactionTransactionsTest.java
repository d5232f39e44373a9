package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.batch.AppendOrigin;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactionTransactionsTest {
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    Path path;

    private static void write(CompactionFixture log, long producer, int epoch, int sequence, String... texts) {
        ByteBuffer batch = MemoryRecords.withTransactionalRecords(
                        Compression.NONE, producer, (short) epoch, sequence, log.records(texts))
                .buffer();
        log.append(batch, AppendOrigin.CLIENT);
    }

    private static void end(CompactionFixture log, long producer, int epoch, ControlRecordType type) {
        ByteBuffer marker = MemoryRecords.withEndTransactionMarker(
                        0, log.clock.wallMillis(), 0, producer, (short) epoch, new EndTransactionMarker(type, 0))
                .buffer();
        log.append(marker, AppendOrigin.COORDINATOR);
    }

    /** Rolls, writes a key over so that there is something to clean, rolls, cleans. */
    private static void compact(CompactionFixture log) {
        log.log().roll();
        log.put("other=1");
        log.log().roll();
        log.clean();
    }

    private static List<String> batches(CompactionFixture log) throws IOException {
        return log.batches().stream()
                .filter(batch -> batch.hasProducerId())
                .map(batch -> batch.baseOffset() + "-" + batch.lastOffset() + " "
                        + (batch.isControlBatch() ? "marker" : records(batch)))
                .toList();
    }

    private static int records(RecordBatch batch) {
        int count = 0;
        for (Record unused : batch) count++;
        return count;
    }

    private static List<String> indexFiles(CompactionFixture log) throws IOException {
        try (Stream<Path> files = Files.list(log.log().directory())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.contains(".txnindex") && !name.endsWith(".deleted"))
                    .toList();
        }
    }

    @Test
    void abortedRecordsGoAndTheirMarkerAndIndexEntryADayAfterThem() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            log.put("a=1");
            write(log, 7, 0, 0, "a=2", "b=2");
            end(log, 7, 0, ControlRecordType.ABORT);
            write(log, 7, 0, 2, "c=3");
            end(log, 7, 0, ControlRecordType.COMMIT);
            compact(log);

            assertThat(log.contents()).containsExactly("0:a=1", "4:c=3", "6:other=1");
            assertThat(batches(log)).containsExactly("3-3 marker", "4-4 1", "5-5 marker");
            assertThat(log.log().abortedTransactions(0, 100)).hasSize(1);

            // No batch of the transaction is left now: the marker's time begins.
            compact(log);
            assertThat(log.batches().get(1).deleteHorizonMs()).hasValue(log.clock.wallMillis() + DAY.toMillis());
            log.clock.advance(DAY);
            compact(log);

            assertThat(batches(log)).containsExactly("4-4 1", "5-5 marker");
            assertThat(log.log().abortedTransactions(0, 100)).isEmpty();
            assertThat(indexFiles(log)).isEmpty();
            log.fixture.restart();
            assertThat(log.contents()).containsExactly("0:a=1", "4:c=3", "8:other=1");
        }
    }

    @Test
    void anAbortedRecordDoesNotHideACommittedOne() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            log.put("a=1", "b=1");
            write(log, 7, 0, 0, "a=2");
            write(log, 8, 0, 0, "b=2");
            end(log, 7, 0, ControlRecordType.ABORT);
            end(log, 8, 0, ControlRecordType.COMMIT);
            compact(log);

            assertThat(log.contents()).containsExactly("0:a=1", "3:b=2", "6:other=1");
        }
    }

    @Test
    void recordsOfAnOpenTransactionStayAndSoDoesAllBehindThem() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            log.put("a=1");
            log.put("a=2");
            write(log, 7, 0, 0, "a=3");
            log.put("a=4");
            log.stableEnd = log.log().lastStableOffset(log.log().logEndOffset());
            assertThat(log.stableEnd).isEqualTo(2);
            compact(log);

            assertThat(log.contents()).containsExactly("1:a=2", "2:a=3", "3:a=4", "4:other=1");
        }
    }

    @Test
    void aMarkerStaysUntilEveryReplicaHasIt() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            write(log, 7, 0, 0, "a=1");
            end(log, 7, 0, ControlRecordType.ABORT);
            write(log, 7, 0, 1, "a=2");
            end(log, 7, 0, ControlRecordType.COMMIT);
            log.replicatedEnd = 1L;
            compact(log);
            compact(log);
            log.clock.advance(DAY);
            compact(log);
            assertThat(batches(log)).containsExactly("1-1 marker", "2-2 1", "3-3 marker");

            log.replicatedEnd = 2L;
            compact(log);
            assertThat(batches(log)).containsExactly("2-2 1", "3-3 marker");
            assertThat(log.log().compaction().deletesRemovedTo()).isEqualTo(2);
        }
    }

    @Test
    void aProducersSequenceSurvivesInTheHeaderOfItsLastBatch() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            log.append(
                    MemoryRecords.withIdempotentRecords(Compression.NONE, 7, (short) 3, 0, log.records("a=1", "b=1"))
                            .buffer(),
                    AppendOrigin.CLIENT);
            log.append(
                    MemoryRecords.withIdempotentRecords(Compression.NONE, 7, (short) 3, 2, log.records("a=2", "b=2"))
                            .buffer(),
                    AppendOrigin.CLIENT);
            log.put("a=3", "b=3");
            compact(log);
            assertThat(batches(log)).containsExactly("2-3 0");

            log.fixture.stop();
            try (Stream<Path> files = Files.list(log.log().directory())) {
                for (Path file : files.toList()) if (file.toString().endsWith(".snapshot")) Files.delete(file);
            }
            log.fixture.reopen();
            AppendInfo gap = log.log()
                    .appendAsLeader(
                            MemoryRecords.withIdempotentRecords(Compression.NONE, 7, (short) 3, 5, log.records("a=4"))
                                    .buffer(),
                            0,
                            AppendOrigin.CLIENT,
                            log.clock.wallMillis());
            assertThat(gap.ok()).isFalse();
            log.append(
                    MemoryRecords.withIdempotentRecords(Compression.NONE, 7, (short) 3, 4, log.records("a=4"))
                            .buffer(),
                    AppendOrigin.CLIENT);
        }
    }

    @Test
    void theMarkerThatRaisedAProducersEpochStays() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            write(log, 7, 0, 0, "a=1");
            end(log, 7, 1, ControlRecordType.ABORT);
            log.put("a=2");
            compact(log);
            compact(log);
            log.clock.advance(DAY);
            compact(log);
            compact(log);

            assertThat(batches(log)).containsExactly("1-1 marker");
        }
    }
}
