package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.io.NioFileSystem;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartOffsetsTest {
    private static final Uuid ID = new Uuid(1, 2);

    @TempDir
    Path path;

    /** What waits for the directory's background. */
    private final ArrayDeque<Runnable> background = new ArrayDeque<>();

    private final List<String> told = new ArrayList<>();
    private LogDirectory directory;

    @BeforeEach
    void open() throws IOException {
        LogDirectory.Ports ports = new LogDirectory.Ports(
                new NioFileSystem(),
                new SplittableRandom(1),
                new Background(background::add, Runnable::run, new ManualTimers()),
                new DiskReserve(0),
                new LogMetrics(new SimpleMeterRegistry()),
                (dir, what, cause) -> {
                    throw new AssertionError(what, cause);
                });
        directory = LogDirectory.open(path, "c", 1, ports);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    /** A log of ten records, none of them flushed. */
    private PartitionLog log(int partition) throws IOException {
        PartitionLog log = directory.create(name(partition), ID, LogConfig.defaults());
        for (int i = 0; i < 10; i++) {
            log.appendAsLeader(LogFixture.batch("v"), 0, AppendOrigin.CLIENT, LogFixture.NOW);
        }
        log.startCheckpoint()
                .onWritten(
                        () -> told.add(partition + "=" + log.startCheckpoint().offset()));
        return log;
    }

    private static TopicPartition name(int partition) {
        return new TopicPartition("t", partition);
    }

    private void runOne() {
        Objects.requireNonNull(background.poll(), "nothing waits").run();
    }

    private String file() throws IOException {
        return Files.readString(path.resolve("log-start-offset-checkpoint"));
    }

    @Test
    void aRequestedStartSurvivesACrashAndAnotherDoesNot() throws IOException {
        PartitionLog asked = log(0);
        PartitionLog silent = log(1);
        asked.incrementLogStartOffset(4);
        silent.incrementLogStartOffset(4);
        asked.startCheckpoint().request();
        assertThat(asked.startCheckpoint().offset()).isZero();
        runOne();
        assertThat(asked.startCheckpoint().offset()).isEqualTo(4);
        assertThat(silent.startCheckpoint().offset()).isZero();
        assertThat(told).containsExactly("0=4");

        directory.close();
        open();
        PartitionLog again = directory.open(name(0), ID, LogConfig.defaults());
        assertThat(again.logStartOffset()).isEqualTo(4);
        assertThat(again.startCheckpoint().offset()).isEqualTo(4);
        assertThat(directory.open(name(1), ID, LogConfig.defaults()).logStartOffset())
                .isZero();
    }

    @Test
    void requestsShareAWriteWhichTakesTheNewestStart() throws IOException {
        List<PartitionLog> logs = List.of(log(0), log(1), log(2));
        for (PartitionLog log : logs) {
            log.incrementLogStartOffset(3);
            log.startCheckpoint().request();
        }
        logs.get(0).incrementLogStartOffset(7);
        assertThat(background).hasSize(1);
        runOne();
        assertThat(file().lines().skip(2)).containsExactlyInAnyOrder("t 0 7", "t 1 3", "t 2 3");
        assertThat(told).containsExactly("0=7", "1=3", "2=3");
        assertThat(background).isEmpty();
    }

    @Test
    void aRequestThatComesDuringAWriteIsServedByTheNext() throws IOException {
        PartitionLog log = log(0);
        log.incrementLogStartOffset(3);
        log.startCheckpoint().onWritten(() -> {
            told.add("at " + log.startCheckpoint().offset());
            if (log.logStartOffset() == 8) return;
            log.incrementLogStartOffset(8);
            log.startCheckpoint().request();
        });
        log.startCheckpoint().request();
        runOne();
        assertThat(background).hasSize(1);
        runOne();
        assertThat(told).containsExactly("at 3", "at 8");
        assertThat(file()).isEqualTo("0\n1\nt 0 8\n");
        log.startCheckpoint().request();
        assertThat(background).isEmpty();
    }

    @Test
    void whatADeletedLogAskedForIsNotLeftToItsSuccessor() throws IOException {
        PartitionLog old = log(0);
        old.incrementLogStartOffset(9);
        old.startCheckpoint().request();
        directory.delete(name(0));
        directory.create(name(0), ID, LogConfig.defaults());
        runOne();
        assertThat(told).isEmpty();
        assertThat(path.resolve("log-start-offset-checkpoint")).doesNotExist();
    }

    @Test
    void aLogThatWasCutToBeforeItsStartTakesTheCheckpointWithIt() throws IOException {
        PartitionLog log = log(0);
        log.incrementLogStartOffset(9);
        log.startCheckpoint().request();
        runOne();
        log.truncateFullyAndStartAt(2);
        assertThat(log.startCheckpoint().offset()).isEqualTo(2);
        assertThat(file()).isEqualTo("0\n1\nt 0 2\n");
        log.truncateFullyAndStartAt(20);
        assertThat(log.startCheckpoint().offset()).isEqualTo(2);
        log.startCheckpoint().request();
        runOne();
        assertThat(log.startCheckpoint().offset()).isEqualTo(20);
    }

    @Test
    void thePeriodicCheckpointWritesStartsToo() throws IOException {
        PartitionLog log = log(0);
        log.incrementLogStartOffset(5);
        directory.checkpoint();
        assertThat(told).containsExactly("0=5");
        assertThat(file()).isEqualTo("0\n1\nt 0 5\n");
    }
}
