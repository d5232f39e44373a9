package dev.curia.log;

import static dev.curia.log.LogFixture.batch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogFile;
import dev.curia.log.io.NioFileSystem;
import dev.curia.log.io.NoSpaceException;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log whose records count when they are written is filled up with zeros to the end of a block, in the same write. */
class FilledLogTest {
    private static final int BLOCK = 64 << 10;
    private static final String LONG = "a".repeat(BLOCK);
    private static final String SHORT = "b".repeat(10_000);

    @TempDir
    Path path;

    private LogFixture fixture(FileSystem files, LogConfig config) throws IOException {
        return new LogFixture(path, files, config);
    }

    private LogFixture fixture() throws IOException {
        return fixture(new NioFileSystem(), LogConfig.defaults());
    }

    @Test
    void aShortLogIsAsLongAsItsRecords() throws IOException {
        try (LogFixture fixture = fixture()) {
            fixture.append(batch(SHORT));
            assertThat(fixture.zeros()).isZero();
        }
    }

    @Test
    void theNextRecordsAreWrittenOverThemAndNobodySeesThem() throws IOException {
        try (LogFixture fixture = fixture()) {
            fixture.append(batch(LONG));
            assertThat(fixture.firstFile().length).isEqualTo(2 * BLOCK);
            assertThat(fixture.zeros()).isPositive();
            fixture.append(batch(SHORT));
            assertThat(fixture.firstFile().length).isEqualTo(2 * BLOCK);
            assertThat(fixture.zeros()).isPositive();
            fixture.append(batch(LONG));
            assertThat(fixture.firstFile().length).isEqualTo(3 * BLOCK);
            assertThat(fixture.records()).containsExactly("0=" + LONG, "1=" + SHORT, "2=" + LONG);
        }
    }

    @Test
    void afterACrashTheyAreTheEnd() throws IOException {
        try (LogFixture fixture = fixture()) {
            fixture.append(batch(LONG));
            fixture.append(batch(SHORT));

            fixture.crash();

            assertThat(fixture.records()).containsExactly("0=" + LONG, "1=" + SHORT);
            assertThat(fixture.zeros()).isZero();
            assertThat(fixture.metrics
                            .get("curia_log_recovery_cut_bytes")
                            .counter()
                            .count())
                    .as("they were no records")
                    .isZero();
            fixture.append(batch(SHORT));
            assertThat(fixture.firstFile().length).isEqualTo(2 * BLOCK);
            assertThat(fixture.records()).containsExactly("0=" + LONG, "1=" + SHORT, "2=" + SHORT);
        }
    }

    @Test
    void aStopAndANewSegmentTakeThemAway() throws IOException {
        try (LogFixture fixture = fixture()) {
            int size = batch(LONG).remaining();
            fixture.append(batch(LONG));
            fixture.stop();
            assertThat(fixture.firstFile().length).isEqualTo(size);
            fixture.reopen();
            fixture.append(batch(SHORT));
            size += batch(SHORT).remaining();
            assertThat(fixture.firstFile().length).isEqualTo(2 * BLOCK);
            fixture.log.roll();
            assertThat(fixture.firstFile().length).isEqualTo(size);
        }
    }

    @Test
    void aCutTakesThemAwayAndTheNextRecordsBringTheirs() throws IOException {
        try (LogFixture fixture = fixture()) {
            fixture.append(batch(LONG));
            fixture.append(batch(SHORT));
            fixture.log.truncateTo(1);
            assertThat(fixture.zeros()).isZero();
            fixture.append(batch(SHORT));
            assertThat(fixture.firstFile().length).isEqualTo(2 * BLOCK);
            assertThat(fixture.records()).containsExactly("0=" + LONG, "1=" + SHORT);
        }
    }

    @Test
    void thereAreNoneBehindWhatASegmentMayHold() throws IOException {
        LogConfig config = LogFixture.withSegmentBytes(LogConfig.defaults(), 2 * BLOCK - 1);
        try (LogFixture fixture = fixture(new NioFileSystem(), config)) {
            fixture.append(batch(LONG));
            assertThat(fixture.zeros()).isZero();
        }
    }

    @Test
    void theLastRoomIsForRecords() throws IOException {
        try (LogFixture fixture = fixture(withoutRoomForMore(new NioFileSystem()), LogConfig.defaults())) {
            fixture.append(batch(LONG));
            fixture.append(batch(SHORT));

            assertThat(fixture.log.isOnline()).isTrue();
            assertThat(fixture.failures).isEmpty();
            assertThat(fixture.zeros()).isZero();
            assertThat(fixture.records()).containsExactly("0=" + LONG, "1=" + SHORT);
        }
    }

    /** Of a write of several buffers the first one has room, and half of the next. */
    private static FileSystem withoutRoomForMore(FileSystem disk) {
        return proxy(FileSystem.class, (ignored, method, arguments) -> {
            if (!method.getName().equals("open")) return call(disk, method, arguments);
            return withoutRoomForMore(disk.open((Path) arguments[0]));
        });
    }

    private static LogFile withoutRoomForMore(LogFile file) {
        return proxy(LogFile.class, (ignored, method, arguments) -> {
            if (!method.getName().equals("write") || ((ByteBuffer[]) arguments[1]).length == 1)
                return call(file, method, arguments);
            ByteBuffer[] sources = (ByteBuffer[]) arguments[1];
            file.write((long) arguments[0], sources[0], sources[1].limit(sources[1].limit() / 2));
            throw new NoSpaceException(new IOException("No space left on device (injected)"));
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
