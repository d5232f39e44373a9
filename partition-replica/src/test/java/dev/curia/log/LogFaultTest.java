package dev.curia.log;

import static dev.curia.log.LogFixture.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.log.io.FaultyFileSystem;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.testkit.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFaultTest {
    private static final LogConfig CONFIG = LogFixture.config("index.interval.bytes", "200");

    @TempDir
    Path path;

    @Test
    void aFailedFsyncTakesTheDirectoryOffline() throws IOException {
        FaultyFileSystem files = new FaultyFileSystem(new SplittableRandom(1));
        try (LogFixture fixture = new LogFixture(path, files, CONFIG)) {
            fixture.append(batch("a"));
            files.failNextForce();
            assertThatThrownBy(() -> fixture.log.flush()).isInstanceOf(StorageException.class);
            assertThat(fixture.failures).hasSize(1);
            assertThat(fixture.log.recoveryPoint()).isZero();

            assertThat(fixture.append(batch("b")).error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
            assertThat(fixture.log.read(0, 99, true, 99).error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
            fixture.stop();
            assertThat(path.resolve(".kafka_cleanshutdown")).doesNotExist();
            assertThat(fixture.failures).hasSize(1);
        }
    }

    @Test
    void aTornWriteIsNotAcknowledgedAndIsCutAtTheNextStart() throws IOException {
        FaultyFileSystem files = new FaultyFileSystem(new SplittableRandom(1));
        try (LogFixture fixture = new LogFixture(path, files, CONFIG)) {
            fixture.append(batch("a"));
            files.tearNextWrite();
            assertThat(fixture.append(batch("b")).error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
            assertThat(fixture.log.logEndOffset()).isEqualTo(1);
            fixture.crash();
            assertThat(fixture.records()).containsExactly("0=a");
            assertThat(fixture.append(batch("c")).firstOffset()).isEqualTo(1);
        }
    }

    /** What was flushed is there after any power loss, and what else is there is what was written. */
    @Test
    void flushedRecordsSurvivePowerLoss() {
        Check.forAll(40, SplittableRandom::nextLong, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            FaultyFileSystem files = new FaultyFileSystem(random.split());
            Path directory = Files.createTempDirectory(path, "run");
            try (LogFixture fixture = new LogFixture(directory, files, CONFIG)) {
                fixture.log.flush();
                List<String> written = new ArrayList<>();
                for (int i = 0; i < 40; i++) step(fixture, files, written, random);
            }
        });
    }

    private static void step(LogFixture fixture, FaultyFileSystem files, List<String> written, SplittableRandom random)
            throws IOException {
        switch (random.nextInt(10)) {
            case 0 -> fixture.log.flush();
            case 1 -> fixture.directory().checkpoint();
            case 2 -> fixture.log.roll();
            case 3 -> {
                int end = random.nextInt(written.size() + 1);
                fixture.log.truncateTo(end);
                written.subList(end, written.size()).clear();
            }
            case 4 -> {
                long flushed = fixture.log.recoveryPoint();
                fixture.close();
                files.powerLoss();
                fixture.reopen();
                List<String> found = fixture.records();
                assertThat(found.size()).isBetween((int) flushed, written.size());
                assertThat(found).isEqualTo(written.subList(0, found.size()));
                written.subList(found.size(), written.size()).clear();
            }
            default -> {
                String value = "v" + random.nextInt(1000) + "x".repeat(random.nextInt(80));
                AppendInfo info = fixture.append(batch(value), 1);
                written.add(info.firstOffset() + "=" + value);
            }
        }
        assertThat(fixture.failures).isEmpty();
    }
}
