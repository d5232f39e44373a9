package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.producer.AbortedTxn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of aborted transactions go with their segments, and come back from the records. */
class TransactionIndexTest {
    private static final String FIRST = "00000000000000000000.txnindex";
    private static final AbortedTxn A = new AbortedTxn(1, 0, 2, 1);
    private static final AbortedTxn B = new AbortedTxn(2, 1, 5, 4);

    @TempDir
    Path path;

    private LogFixture fixture;

    @BeforeEach
    void open() throws IOException {
        fixture = new LogFixture(path);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Transactions of producers 1 and 2: A ends in the first segment, B, which began there, in the second, that of offset 3. */
    private void twoSegments() {
        begin(1);
        begin(2);
        end(1, true);
        fixture.log.roll();
        fixture.append(LogFixture.batch("x"));
        begin(3);
        end(2, true);
        end(3, false);
    }

    @Test
    void onlyAnAbortMakesAFile() throws IOException {
        begin(1);
        end(1, false);
        begin(2);
        assertThat(files(".txnindex")).isEmpty();
        end(2, true);
        assertThat(files(".txnindex")).containsExactly(FIRST);
        assertThat(fixture.file(FIRST)).hasSize(34);
    }

    @Test
    void aMarkerInALaterSegmentIsFoundFromTheRecordsOn() {
        twoSegments();
        assertThat(fixture.log.abortedTransactions(0, 7)).containsExactly(A, B);
        assertThat(fixture.log.abortedTransactions(0, 1)).containsExactly(A);
        assertThat(fixture.log.abortedTransactions(1, 2)).containsExactly(A, B);
        assertThat(fixture.log.abortedTransactions(3, 4)).containsExactly(B);
        assertThat(fixture.log.abortedTransactions(6, 7)).isEmpty();
        assertThat(fixture.log.abortedTransactions(4, 4)).isEmpty();
    }

    @Test
    void aReaderOfCommittedRecordsIsToldOfWhatItGetsOnly() throws IOException {
        twoSegments();
        try (LogSlice slice = read(0, 1, 7).slice()) {
            assertThat(slice.size()).isPositive();
        }
        assertThat(read(0, 1, 7).aborted()).containsExactly(A);
        assertThat(read(0, 1000, 7).aborted()).containsExactly(A, B);
        assertThat(read(6, 1000, 7).aborted()).isEmpty();
        assertThat(read(1, 1000, 1).aborted()).isEmpty();
        assertThat(fixture.log.read(0, 1000, true, 7).aborted()).isEmpty();
    }

    private LogRead read(long from, int maxBytes, long stable) throws IOException {
        LogRead read = fixture.log.readCommitted(from, maxBytes, true, stable);
        read.slice().close();
        return read;
    }

    @Test
    void whatIsCutIsNoLongerAborted() throws IOException {
        twoSegments();
        fixture.log.truncateTo(5);
        assertThat(fixture.log.abortedTransactions(0, 5)).containsExactly(A);
        assertThat(fixture.log.lastStableOffset(5)).isEqualTo(1);
        end(2, false);
        assertThat(fixture.log.abortedTransactions(0, 6)).containsExactly(A);
        fixture.log.truncateTo(2);
        assertThat(fixture.log.abortedTransactions(0, 2)).isEmpty();
        assertThat(fixture.log.lastStableOffset(2)).isZero();
        end(1, true);
        assertThat(fixture.log.abortedTransactions(0, 3)).containsExactly(A);
        fixture.log.truncateFullyAndStartAt(9);
        assertThat(files(".txnindex")).isEmpty();
        assertThat(files(".snapshot")).isEmpty();
        assertThat(fixture.log.lastStableOffset(9)).isEqualTo(9);
    }

    @Test
    void indexAndSnapshotGoWithTheirSegment() throws IOException {
        twoSegments();
        fixture.log.roll();
        fixture.log.flush();
        fixture.log.incrementLogStartOffset(7);
        fixture.log.startCheckpoint().request();
        fixture.log.dropSegmentsBeforeStart();
        assertThat(files(".txnindex.deleted")).hasSize(2);
        assertThat(files(".txnindex")).isEmpty();
        assertThat(files(".snapshot")).containsExactly("00000000000000000007.snapshot");
        fixture.later.runAll();
        assertThat(files(".deleted")).isEmpty();
        assertThat(fixture.log.abortedTransactions(0, 7)).isEmpty();
        fixture.crash();
        assertThat(fixture.log.producers().size()).isEqualTo(3);
    }

    @Test
    void aRestartOfAnyKindKeepsThem() throws IOException {
        twoSegments();
        List<byte[]> before = contents();
        fixture.restart();
        assertThat(fixture.log.abortedTransactions(0, 7)).containsExactly(A, B);
        fixture.crash();
        assertThat(fixture.log.abortedTransactions(0, 7)).containsExactly(A, B);
        assertThat(contents()).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void whatADamagedIndexSaidIsFoundInTheRecords() throws IOException {
        twoSegments();
        List<byte[]> before = contents();
        fixture.stop();
        for (String file : files(".txnindex")) {
            byte[] bytes = Files.readAllBytes(fixture.file(file));
            bytes[0] = 1; // the version
            Files.write(fixture.file(file), bytes);
        }
        fixture.reopen();
        assertThat(contents()).usingRecursiveComparison().isEqualTo(before);
        assertThat(fixture.log.abortedTransactions(0, 7)).containsExactly(A, B);
    }

    @Test
    void damageThatALookUpMeetsIsMendedWhileAppendsGoOn() throws IOException {
        twoSegments();
        List<byte[]> before = contents();
        for (String file : files(".txnindex")) {
            byte[] bytes = Files.readAllBytes(fixture.file(file));
            bytes[1] = 7;
            Files.write(fixture.file(file), bytes);
        }
        begin(4);
        end(4, true);
        assertThat(fixture.log.abortedTransactions(0, 9)).containsExactly(A, B, new AbortedTxn(4, 7, 8, 9));
        assertThat(fixture.log.isOnline()).isTrue();
        assertThat(contents().get(0)).isEqualTo(before.get(0));
        end(1, true);
        begin(4, 1);
        end(4, true);
        fixture.restart();
        assertThat(fixture.log.abortedTransactions(6, 12))
                .containsExactly(new AbortedTxn(4, 7, 8, 9), new AbortedTxn(4, 10, 11, 12));
    }

    @Test
    void aCutThroughADamagedIndexMakesItAnew() throws IOException {
        begin(1);
        end(1, true);
        begin(2);
        end(2, true);
        begin(3);
        byte[] bytes = Files.readAllBytes(fixture.file(FIRST));
        Files.write(fixture.file(FIRST), java.util.Arrays.copyOf(bytes, 3));
        fixture.log.truncateTo(4);
        assertThat(fixture.log.abortedTransactions(0, 4))
                .containsExactly(new AbortedTxn(1, 0, 1, 2), new AbortedTxn(2, 2, 3, 4));
        assertThat(fixture.file(FIRST)).hasBinaryContent(bytes);
    }

    private void begin(long producer) {
        begin(producer, 0);
    }

    private void begin(long producer, int sequence) {
        ByteBuffer batch = MemoryRecords.withTransactionalRecords(
                        Compression.NONE, producer, (short) 0, sequence, new SimpleRecord(LogFixture.NOW, new byte[9]))
                .buffer();
        assertThat(fixture.append(batch).ok()).isTrue();
    }

    private void end(long producer, boolean abort) {
        ControlRecordType type = abort ? ControlRecordType.ABORT : ControlRecordType.COMMIT;
        var marker = MemoryRecords.withEndTransactionMarker(
                0, LogFixture.NOW, 0, producer, (short) 0, new EndTransactionMarker(type, 0));
        assertThat(fixture.log
                        .appendAsLeader(marker.buffer(), 0, AppendOrigin.COORDINATOR, LogFixture.NOW)
                        .ok())
                .isTrue();
    }

    private List<String> files(String suffix) throws IOException {
        try (Stream<Path> all = Files.list(fixture.log.directory())) {
            return all.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    private List<byte[]> contents() throws IOException {
        List<byte[]> contents = new java.util.ArrayList<>();
        for (String file : files(".txnindex")) contents.add(Files.readAllBytes(fixture.file(file)));
        return contents;
    }
}
