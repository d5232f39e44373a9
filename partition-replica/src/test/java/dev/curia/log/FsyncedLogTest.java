package dev.curia.log;

import static dev.curia.log.LogFixture.batch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.io.FaultyFileSystem;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.NioFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log whose records count when they are on disk has zeros behind them, which the next records are written over. */
class FsyncedLogTest {
    private static final LogConfig FSYNCED = LogFixture.config("curia.durability", "fsynced");
    private static final int LEAST_ZEROS = 16 << 10;

    @TempDir
    Path path;

    private LogFixture fixture(LogConfig config) throws IOException {
        return fixture(new NioFileSystem(), config);
    }

    private LogFixture fixture(FileSystem files, LogConfig config) throws IOException {
        return new LogFixture(path, files, config);
    }

    @Test
    void smallForcesFindZerosWhichNobodySees() throws IOException {
        try (LogFixture fixture = fixture(FSYNCED)) {
            fixture.append(batch("a"));
            assertThat(fixture.zeros()).isEqualTo(LEAST_ZEROS);
            int length = fixture.firstFile().length;
            fixture.log.flush();
            fixture.append(batch("b"));
            assertThat(fixture.firstFile()).hasSize(length);
            assertThat(fixture.records()).containsExactly("0=a", "1=b");

            fixture.crash();

            assertThat(fixture.records()).containsExactly("0=a", "1=b");
            assertThat(fixture.zeros()).isZero();
            assertThat(fixture.metrics
                            .get("curia_log_recovery_cut_bytes")
                            .counter()
                            .count())
                    .as("they were no records")
                    .isZero();
            fixture.append(batch("c"));
            fixture.stop();
            assertThat(fixture.firstFile().length).isLessThan(LEAST_ZEROS);
            fixture.reopen();
            assertThat(fixture.records()).containsExactly("0=a", "1=b", "2=c");
        }
    }

    @Test
    void thereAreAsManyAsRecordsButNoMoreThanASegmentHolds() throws IOException {
        int segmentBytes = 50_000;
        try (LogFixture fixture = fixture(LogFixture.withSegmentBytes(FSYNCED, segmentBytes))) {
            fixture.append(batch("a".repeat(10_000)));
            fixture.append(batch("b".repeat(10_000)));
            assertThat(fixture.zeros()).isBetween(LEAST_ZEROS - 10_100, LEAST_ZEROS);
            fixture.append(batch("c".repeat(10_000)));
            assertThat(fixture.firstFile()).hasSize(segmentBytes);
            fixture.log.roll();
            assertThat(fixture.firstFile().length).isBetween(30_000, 31_000);
        }
    }

    @Test
    void largeForcesGetNone() throws IOException {
        try (LogFixture fixture = fixture(FSYNCED)) {
            fixture.append(batch("a".repeat(100_000)));
            fixture.log.flush();
            fixture.append(batch("b".repeat(200_000)));
            assertThat(fixture.zeros()).isZero();
        }
    }

    @Test
    void whatCountsWhenItIsWrittenGetsNone() throws IOException {
        try (LogFixture fixture = fixture(LogConfig.defaults())) {
            for (String value : List.of("a", "b", "c")) fixture.append(batch(value));
            assertThat(fixture.zeros()).isZero();
        }
    }

    @Test
    void aCutTakesThemAway() throws IOException {
        try (LogFixture fixture = fixture(FSYNCED)) {
            fixture.append(batch("a"));
            fixture.append(batch("b"));
            fixture.log.truncateTo(1);
            assertThat(fixture.zeros()).isZero();
            fixture.append(batch("c"));
            assertThat(fixture.zeros()).isEqualTo(LEAST_ZEROS);
            assertThat(fixture.records()).containsExactly("0=a", "1=c");
        }
    }

    @Test
    void theLastRoomIsForRecords() throws IOException {
        FaultyFileSystem files = new FaultyFileSystem(new SplittableRandom(1));
        try (LogFixture fixture = fixture(files, FSYNCED)) {
            int size = batch("a").remaining();
            files.setRoom(2L * size + 10);

            assertThat(fixture.append(batch("a")).ok()).isTrue();
            assertThat(fixture.zeros()).isZero();

            assertThat(fixture.log.isOnline()).isTrue();
            assertThat(fixture.failures).isEmpty();
            assertThat(fixture.firstFile()).isEqualTo(Arrays.copyOf(fixture.firstFile(), size));
            assertThat(fixture.records()).containsExactly("0=a");
        }
    }
}
