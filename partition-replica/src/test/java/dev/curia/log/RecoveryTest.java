package dev.curia.log;

import static dev.curia.log.LogFixture.batch;
import static dev.curia.log.LogFixture.idempotent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.log.io.CrashingFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {
    private static final String SEGMENT = "00000000000000000000.log";

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

    @Test
    void aCleanStopKeepsEverything() throws IOException {
        fixture.append(batch("a"), 1);
        fixture.log.roll();
        fixture.append(batch("b"), 2);
        fixture.restart();
        assertThat(fixture.directory().stoppedCleanly()).isTrue();
        assertThat(fixture.directory().cleanShutdownBrokerEpoch()).hasValue(7);
        assertThat(fixture.log.recoveryPoint()).isEqualTo(2);
        assertThat(fixture.records()).containsExactly("0=a", "1=b");
        assertThat(fixture.log.endOffsetForEpoch(1).endOffset()).isEqualTo(1);
    }

    /** A broker has thousands of logs that nobody wrote to since its start: its stop should not wait for the disk for each. */
    @Test
    void aLogThatOnlyHadANewLeaderIsClosedWithoutTouchingItsFiles(@TempDir Path scratch) throws IOException {
        CrashingFileSystem files = new CrashingFileSystem(scratch, new SplittableRandom(1));
        try (LogFixture idle = new LogFixture(Path.of("/logs"), files, LogConfig.defaults())) {
            idle.append(batch("a"), 1);
            idle.restart();
            long untouched = callsOfStop(files, idle);
            idle.reopen();
            idle.log.startLeaderEpoch(2);
            assertThat(callsOfStop(files, idle)).isEqualTo(untouched);
            idle.reopen();
            assertThat(idle.records()).containsExactly("0=a");
            idle.append(batch("b"), 3);
            assertThat(callsOfStop(files, idle)).isGreaterThan(untouched);
            idle.reopen();
            assertThat(idle.log.epochAt(0)).hasValue(1);
            assertThat(idle.log.epochAt(1)).hasValue(3);
        }
    }

    private static long callsOfStop(CrashingFileSystem files, LogFixture log) throws IOException {
        long before = files.calls();
        log.stop();
        return files.calls() - before;
    }

    @Test
    void aKillKeepsWhatWasWrittenAndItsEpochs() throws IOException {
        fixture.append(batch("a"), 1);
        fixture.log.roll();
        fixture.append(batch("b"), 2);
        fixture.crash();
        assertThat(fixture.directory().stoppedCleanly()).isFalse();
        assertThat(fixture.directory().cleanShutdownBrokerEpoch()).isEmpty();
        assertThat(fixture.records()).containsExactly("0=a", "1=b");
        assertThat(fixture.log.lastEpoch()).hasValue(2);
        assertThat(fixture.append(batch("c"), 2).firstOffset()).isEqualTo(2);
    }

    @Test
    void aTornTailIsCutAtTheFirstBadBatch() throws IOException {
        fixture.append(batch("a"));
        long whole = Files.size(fixture.file(SEGMENT));
        fixture.append(batch("b"));
        Path file = fixture.file(SEGMENT);
        for (long cut = Files.size(file) - 1; cut > whole; cut--) {
            truncate(file, cut);
            fixture.crash();
            assertThat(fixture.records()).as("cut at %s", cut).containsExactly("0=a");
            assertThat(Files.size(file)).isEqualTo(whole);
            fixture.append(batch("b"));
        }
    }

    @Test
    void damageBehindTheRecoveryPointIsCutWithAllThatFollows() throws IOException {
        fixture.append(batch("a"));
        fixture.log.flush();
        fixture.directory().checkpoint();
        long flushed = Files.size(fixture.file(SEGMENT));
        fixture.append(batch("b"));
        fixture.append(batch("c"));
        flip(fixture.file(SEGMENT), flushed + 65);
        fixture.crash();
        assertThat(fixture.records()).containsExactly("0=a");
    }

    @Test
    void damageBeforeTheRecoveryPointIsNeverCut() throws IOException {
        fixture.append(batch("a"));
        fixture.append(batch("b"));
        fixture.log.flush();
        fixture.directory().checkpoint();
        Path file = fixture.file(SEGMENT);
        long size = Files.size(file);
        flip(file, 65);
        assertThatThrownBy(() -> fixture.crash())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(SEGMENT)
                .hasMessageContaining("position 0")
                .hasMessageContaining("checksum");
        assertThat(Files.size(file)).isEqualTo(size);
    }

    @Test
    void damageInAnOlderSegmentIsNotScannedForButMetOnReading() throws IOException {
        fixture.append(batch("a"));
        fixture.append(batch("b"));
        fixture.log.roll();
        fixture.append(batch("c"));
        fixture.log.roll();
        fixture.directory().checkpoint();
        flip(fixture.file(SEGMENT), 16); // the format version
        fixture.crash();
        assertThat(fixture.log.isOnline()).isTrue();
        assertThat(fixture.log.read(1, 99, true, 99).error().name()).isEqualTo("KAFKA_STORAGE_ERROR");
        assertThat(fixture.log.isOnline()).isFalse();
        assertThat(fixture.directory().isOnline())
                .as("only this replica is lost")
                .isTrue();
    }

    @Test
    void missingOrDamagedIndexesAreBuiltAnew() throws IOException {
        for (int i = 0; i < 50; i++) fixture.append(batch("x".repeat(1000) + i));
        fixture.log.roll();
        fixture.append(batch("end"));
        var before = fixture.records();
        Path index = fixture.file("00000000000000000000.index");
        Path times = fixture.file("00000000000000000000.timeindex");
        byte[] indexBytes = Files.readAllBytes(index);
        byte[] timeBytes = Files.readAllBytes(times);
        assertThat(indexBytes).hasSizeGreaterThan(64);
        fixture.stop();
        Files.delete(index);
        Files.write(times, new byte[] {1}, StandardOpenOption.APPEND);
        fixture.reopen();
        assertThat(fixture.records()).isEqualTo(before);
        assertThat(Files.readAllBytes(index)).isEqualTo(indexBytes);
        assertThat(Files.readAllBytes(times)).isEqualTo(timeBytes);
    }

    @Test
    void truncationLowersTheRecoveryPointOnDisk() throws IOException {
        fixture.append(batch("a"));
        fixture.append(batch("b"));
        fixture.log.flush();
        fixture.directory().checkpoint();
        fixture.log.truncateTo(1);
        assertThat(Files.readString(path.resolve("recovery-point-offset-checkpoint")))
                .isEqualTo("0\n1\norders 0 1\n");
        fixture.append(batch("c"));
        flip(fixture.file(SEGMENT), Files.size(fixture.file(SEGMENT)) - 1);
        fixture.crash();
        assertThat(fixture.records()).containsExactly("0=a");
    }

    @Test
    void epochsOfATruncatedTailDoNotComeBack() throws IOException {
        fixture.append(batch("a"), 1);
        fixture.append(batch("b"), 5);
        fixture.log.flush();
        fixture.log.truncateTo(1);
        fixture.append(batch("c"), 3);
        fixture.crash();
        assertThat(fixture.log.lastEpoch()).hasValue(3);
        assertThat(fixture.log.endOffsetForEpoch(4).epoch()).isEqualTo(3);
    }

    @Test
    void duplicatesOfTheLastFiveBatchesAreKnownAfterEveryKindOfRestart() throws IOException {
        for (int i = 0; i < 7; i++) fixture.append(idempotent(9, 0, i, "v" + i));
        for (boolean clean : new boolean[] {true, false}) {
            if (clean) fixture.restart();
            else fixture.crash();
            for (int i = 2; i < 7; i++) {
                AppendInfo again = fixture.append(idempotent(9, 0, i, "v" + i));
                assertThat(again.duplicate()).as("batch %s", i).isTrue();
                assertThat(again.firstOffset()).isEqualTo(i);
            }
            assertThat(fixture.append(idempotent(9, 0, 1, "v1")).error().name())
                    .isEqualTo("OUT_OF_ORDER_SEQUENCE_NUMBER");
            fixture.log.roll();
        }
        assertThat(fixture.append(idempotent(9, 0, 7, "v7")).firstOffset()).isEqualTo(7);
    }

    @Test
    void truncationForgetsTheSequencesItCut() throws IOException {
        fixture.append(idempotent(9, 0, 0, "a"));
        fixture.append(idempotent(9, 0, 1, "b"));
        fixture.log.truncateTo(1);
        AppendInfo again = fixture.append(idempotent(9, 0, 1, "b"));
        assertThat(again.ok()).isTrue();
        assertThat(again.duplicate()).isFalse();
        assertThat(fixture.append(idempotent(9, 0, 0, "a")).duplicate()).isTrue();
    }

    @Test
    void aDamagedProducerSnapshotIsReplacedByTheLog() throws IOException {
        fixture.append(idempotent(9, 0, 0, "a"));
        fixture.append(idempotent(9, 0, 1, "b"));
        fixture.stop();
        flip(fixture.file("00000000000000000002.snapshot"), 12);
        fixture.reopen();
        assertThat(fixture.append(idempotent(9, 0, 1, "b")).duplicate()).isTrue();
    }

    private static void truncate(Path file, long size) throws IOException {
        try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    private static void flip(Path file, long position) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) position] ^= 1;
        Files.write(file, bytes);
    }
}
