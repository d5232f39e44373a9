package dev.curia.log;

import static dev.curia.log.LogFixture.batch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.io.FaultyFileSystem;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.testkit.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk without room refuses appends; nothing that was appended is harmed, and it goes on when there is room. */
class FullDiskTest {
    private static final long PLENTY = 1L << 30;
    private static final String LARGE = "y".repeat(900_000);

    @TempDir
    Path path;

    private static void makeRoom(LogFixture fixture, FaultyFileSystem files) {
        files.setRoom(PLENTY);
        for (int look = 0; look < 10; look++) fixture.later.runAll();
    }

    @Test
    void anAppendThatFitsInPartIsTakenBack() throws IOException {
        FaultyFileSystem files = new FaultyFileSystem(new SplittableRandom(1));
        try (LogFixture fixture = new LogFixture(path, files, LogConfig.defaults())) {
            fixture.append(batch("a"));
            long size = Files.size(fixture.file("00000000000000000000.log"));
            ByteBuffer first = batch("b");
            ByteBuffer second = batch("c".repeat(100));
            files.setRoom(first.remaining() + 20);
            ByteBuffer both = ByteBuffer.allocate(first.remaining() + second.remaining())
                    .put(first)
                    .put(second)
                    .flip();

            AppendInfo refused = fixture.append(both);

            assertThat(refused.error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
            assertThat(refused.message()).contains(path.toString(), "reserve");
            assertThat(fixture.log.isOnline()).isTrue();
            assertThat(fixture.failures).isEmpty();
            assertThat(Files.size(fixture.file("00000000000000000000.log"))).isEqualTo(size);
            assertThat(fixture.records()).containsExactly("0=a");

            files.setRoom(PLENTY);
            assertThat(fixture.append(batch("d")).error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
            makeRoom(fixture, files);
            assertThat(fixture.append(batch("e")).firstOffset()).isEqualTo(1);
            fixture.crash();
            assertThat(fixture.records()).containsExactly("0=a", "1=e");
        }
    }

    @Test
    void withoutRoomForAnotherSegmentThePresentOneGoesOn() throws IOException {
        FaultyFileSystem files = new FaultyFileSystem(new SplittableRandom(1));
        LogConfig config = LogFixture.config("segment.bytes", "1048576", "index.interval.bytes", "1");
        try (LogFixture fixture = new LogFixture(path, files, config)) {
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                fixture.append(batch("x".repeat(30_000)));
                expected.add(i + "=" + "x".repeat(30_000));
            }
            int segments = fixture.log.segments().size();
            // For each of the files that a new segment needs, the room ends there.
            long room = 0;
            while (fixture.log.segments().size() == segments) {
                files.setRoom(room);
                assertThat(fixture.append(batch(LARGE)).error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
                assertThat(fixture.records()).isEqualTo(expected);
                makeRoom(fixture, files);
                room += 7;
            }
            assertThat(room).isBetween(70L, 700L);
            assertThat(fixture.append(batch("z")).ok()).isTrue();
            expected.add("9=z");
            assertThat(fixture.append(batch(LARGE)).ok()).isTrue();
            expected.add("10=" + LARGE);
            assertThat(fixture.records()).isEqualTo(expected);
            fixture.crash();
            assertThat(fixture.records()).isEqualTo(expected);
            assertThat(fixture.failures).isEmpty();
        }
    }

    /** The obvious twin is the list of what was acknowledged. */
    @Test
    void exactlyWhatWasAcknowledgedIsThereWhereverTheRoomEnds() {
        Check.forAll(12, SplittableRandom::nextLong, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            FaultyFileSystem files = new FaultyFileSystem(random.split());
            LogConfig config = LogFixture.config("index.interval.bytes", "60");
            Path directory = Files.createTempDirectory(path, "run");
            try (LogFixture fixture = new LogFixture(directory, files, config)) {
                List<String> acknowledged = new ArrayList<>();
                for (int i = 0; i < 60; i++) step(fixture, files, acknowledged, random);
                makeRoom(fixture, files);
                fixture.crash();
                assertThat(fixture.records()).isEqualTo(acknowledged);
            }
        });
    }

    private static void step(
            LogFixture fixture, FaultyFileSystem files, List<String> acknowledged, SplittableRandom random)
            throws IOException {
        switch (random.nextInt(12)) {
            case 0, 1 -> files.setRoom(random.nextInt(1200));
            case 2, 3 -> makeRoom(fixture, files);
            case 4 -> tolerated(() -> fixture.log.roll());
            case 5 -> {
                int end = random.nextInt(acknowledged.size() + 1);
                if (tolerated(() -> fixture.log.truncateTo(end)))
                    acknowledged.subList(end, acknowledged.size()).clear();
            }
            case 6 -> tolerated(() -> fixture.log.flush());
            case 7 -> {
                try {
                    fixture.directory().checkpoint();
                } catch (dev.curia.log.io.NoSpaceException e) {
                    assertThat(fixture.log.isFull()).isTrue();
                }
            }
            case 8 -> {
                files.setRoom(PLENTY);
                fixture.crash();
            }
            default -> {
                String value = "v" + random.nextInt(1000) + "x".repeat(random.nextInt(120));
                AppendInfo info = fixture.append(batch(value), 1);
                if (info.ok()) acknowledged.add(info.firstOffset() + "=" + value);
                else assertThat(info.error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
            }
        }
        assertThat(fixture.failures).isEmpty();
        assertThat(fixture.records()).isEqualTo(acknowledged);
    }

    private static boolean tolerated(Runnable change) {
        try {
            change.run();
            return true;
        } catch (StorageException e) {
            assertThat(e.isNoSpace()).isTrue();
            return false;
        }
    }
}
