package dev.curia.log;

import static dev.curia.log.LogFixture.NOW;
import static dev.curia.log.LogFixture.batchAt;
import static dev.curia.log.LogFixture.config;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.io.NioFileSystem;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReaderPlaceTest {
    private static final long HOUR = 3_600_000;

    @TempDir
    Path directory;

    private LogFixture twoSegments(LogConfig config) throws Exception {
        LogFixture fixture = new LogFixture(directory, new NioFileSystem(), config);
        fixture.append(batchAt(NOW - 5 * HOUR, "a", "b"));
        fixture.append(batchAt(NOW - 4 * HOUR, "c"));
        fixture.log.roll();
        fixture.append(batchAt(NOW - HOUR, "d", "e"));
        return fixture;
    }

    private static ReaderPlace placeOf(LogFixture fixture, long offset) {
        return fixture.log.placeOf(offset, fixture.log.logEndOffset(), NOW);
    }

    @Test
    void aReaderIsAsOldAsWhatItReadsNextAndHasUntilItsSegmentIsTooOld() throws Exception {
        try (LogFixture fixture = twoSegments(config("retention.ms", Long.toString(6 * HOUR)))) {
            assertThat(placeOf(fixture, 0)).isEqualTo(new ReaderPlace(0, 5, NOW - 5 * HOUR, 2 * HOUR));
            assertThat(placeOf(fixture, 1))
                    .as("within a batch, as old as the batch")
                    .isEqualTo(new ReaderPlace(0, 5, NOW - 5 * HOUR, 2 * HOUR));
            assertThat(placeOf(fixture, 2)).isEqualTo(new ReaderPlace(0, 5, NOW - 4 * HOUR, 2 * HOUR));
            assertThat(placeOf(fixture, 3)).isEqualTo(new ReaderPlace(0, 5, NOW - HOUR, 5 * HOUR));
        }
    }

    @Test
    void whoHasReadAllWaitsForNothing() throws Exception {
        try (LogFixture fixture = twoSegments(config("retention.ms", Long.toString(6 * HOUR)))) {
            ReaderPlace all = new ReaderPlace(0, 5, -1, ReaderPlace.NEVER);
            assertThat(placeOf(fixture, 5)).isEqualTo(all);
            assertThat(placeOf(fixture, 9)).as("beyond the end").isEqualTo(all);
            assertThat(fixture.log.placeOf(3, 3, NOW))
                    .as("what is not committed is not there yet")
                    .isEqualTo(new ReaderPlace(0, 3, -1, ReaderPlace.NEVER));
        }
    }

    @Test
    void whoIsBeforeTheStartHasLostSomething() throws Exception {
        try (LogFixture fixture = twoSegments(config("retention.ms", Long.toString(6 * HOUR)))) {
            fixture.log.incrementLogStartOffset(3);
            assertThat(placeOf(fixture, 1)).isEqualTo(new ReaderPlace(3, 5, NOW - HOUR, 0));
        }
    }

    @Test
    void whatIsKeptForEverIsNeverPassed() throws Exception {
        try (LogFixture fixture = twoSegments(config("retention.ms", "-1"))) {
            assertThat(placeOf(fixture, 0).retentionLeftMs()).isEqualTo(ReaderPlace.NEVER);
        }
    }

    @Test
    void compactionIsNoRetention() throws Exception {
        try (LogFixture fixture = twoSegments(config("cleanup.policy", "compact", "retention.ms", "1"))) {
            assertThat(placeOf(fixture, 0).retentionLeftMs()).isEqualTo(ReaderPlace.NEVER);
        }
    }

    @Test
    void aBoundOnTheSizeIsReachedAtTheRateOfTheGrowth() throws Exception {
        try (LogFixture fixture = twoSegments(config("retention.ms", "-1"))) {
            long size = fixture.log.sizeInBytes();
            fixture.log.updateConfig(config("retention.ms", "-1", "retention.bytes", Long.toString(3 * size)));
            // In five hours it grew by its size, and the second segment's bytes are there already.
            assertThat(placeOf(fixture, 0).retentionLeftMs()).isBetween(10 * HOUR, 15 * HOUR);

            fixture.log.updateConfig(config("retention.ms", "-1", "retention.bytes", "1"));
            assertThat(placeOf(fixture, 0).retentionLeftMs()).isZero();
        }
    }
}
