package dev.curia.replica.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.AppendInfo;
import dev.curia.log.Background;
import dev.curia.log.CrashRuns;
import dev.curia.log.DiskReserve;
import dev.curia.log.ExpectedLog;
import dev.curia.log.LogConfig;
import dev.curia.log.LogDirectories;
import dev.curia.log.LogDirectory;
import dev.curia.log.LogFixture;
import dev.curia.log.LogMetrics;
import dev.curia.log.LogMove;
import dev.curia.log.ManualTimers;
import dev.curia.log.PartitionLog;
import dev.curia.log.StorageException;
import dev.curia.log.Verification;
import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.io.CrashingFileSystem;
import dev.curia.replica.ReplicaAssignment;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log that moves back and forth between two directories while it lives – appends, rolls, cuts, a moving start, flushes, checkpoints, restarts –
 * and is stopped at each call that changes a disk, once as by a kill and once as by a power loss. At the next start there is one log, and it has
 * all that it promised.
 */
class MoveCrashTest {
    private static final TopicPartition NAME = new TopicPartition("orders", 0);
    private static final PartitionId ID = new PartitionId(new Uuid(1, 2), 0);
    private static final ReplicaAssignment ASSIGNMENT =
            new ReplicaAssignment(ID, NAME, 1, 0, 0, List.of(1), List.of(1), List.of(), Map.of());
    private static final LogConfig CONFIG =
            LogFixture.withSegmentBytes(LogFixture.config("index.interval.bytes", "100", "retention.ms", "-1"), 700);
    private static final long NOW = 1_700_000_000_000L;
    private static final int SCRIPTS = Integer.getInteger("move.crash.scripts", 1);
    private static final List<Path> PATHS = List.of(Path.of("/a"), Path.of("/b"));

    @TempDir
    Path path;

    private long swaps;

    @Test
    void aCrashAtAnyMomentLeavesTheOldLogOrTheWholeNewOne() {
        CrashRuns runs = new CrashRuns(path, (files, random) -> new Script(files, random)::play);
        assertThat(runs.ofScripts(SCRIPTS)).isGreaterThan(300L * SCRIPTS);
        assertThat(swaps).as("logs that moved while they lived").isPositive();
    }

    private final class Script {
        private static final int STEPS = 45;

        private final CrashingFileSystem files;
        private final SplittableRandom random;
        private final ExpectedLog expected = new ExpectedLog();
        private final List<IOException> failures = new ArrayList<>();
        private ManualTimers later = new ManualTimers();
        private LogDirectories directories;
        private ReplicaStore store;
        private PartitionLog log;
        private @Nullable LogMove move;
        private boolean moved;
        private long lives = 7;
        private long end;
        private int epoch;
        private int serial;

        Script(CrashingFileSystem files, SplittableRandom random) throws IOException {
            this.files = files;
            this.random = random;
            this.directories = directories();
            directories.forgetMissing();
            this.store = new ReplicaStore(directories, () -> lives);
            this.log = open();
            append();
            log.flush();
            expected.promiseAll();
        }

        void play(boolean powerLoss, boolean verify) throws IOException {
            try {
                for (int i = 0; i < STEPS; i++) step();
                failedIfDown();
            } catch (IOException | StorageException down) {
                assertThat(files.crashed())
                        .as("failed without a crash: " + down)
                        .isTrue();
            }
            if (powerLoss) files.powerLoss();
            else files.restart();
            move = null; // its thread ended with the process
            moved = false;
            directories.close();
            reopen();
            check(!powerLoss);
            if (verify) verify();
            goOn();
            if (verify) verify();
        }

        private LogDirectories directories() throws IOException {
            return LogDirectories.open(
                    PATHS,
                    "cluster-a",
                    1,
                    new LogDirectory.Ports(
                            files,
                            new SplittableRandom(lives),
                            new Background(Runnable::run, Runnable::run, later),
                            new DiskReserve(0),
                            new LogMetrics(new SimpleMeterRegistry()),
                            (dir, what, cause) -> failures.add(cause)));
        }

        private void reopen() throws IOException {
            lives++;
            failures.clear();
            later = new ManualTimers();
            directories = directories();
            store = new ReplicaStore(directories, () -> lives);
            log = open();
        }

        private PartitionLog open() throws IOException {
            PartitionLog opened = store.open(ASSIGNMENT, true).log();
            opened.updateConfig(CONFIG);
            return opened;
        }

        private void step() throws IOException {
            switch (random.nextInt(24)) {
                case 0 -> log.roll();
                case 1 -> truncate();
                case 2 -> {
                    log.flush();
                    failedIfDown();
                    expected.promiseAll();
                }
                case 3 -> {
                    long start = log.logStartOffset();
                    store.checkpoint(Map.of(NAME, end));
                    failedIfDown();
                    expected.promiseStart(start);
                }
                case 4 -> {
                    long start = random.nextLong(log.logStartOffset(), end + 1);
                    expected.startMayBe(start);
                    log.incrementLogStartOffset(start);
                }
                case 5 -> {
                    log.dropSegmentsBeforeStart();
                    later.runAll();
                    failedIfDown();
                }
                case 6 -> {
                    if (random.nextInt(4) == 0) restart();
                }
                case 7 -> {
                    if (random.nextInt(4) == 0) cancel();
                }
                case 8, 9, 10, 11, 12 -> append();
                default -> {
                    boolean before = moved;
                    advanceMove();
                    if (moved && !before) swaps++;
                }
            }
        }

        private void advanceMove() throws IOException {
            LogMove present = move;
            if (present == null) {
                LogDirectory here = store.directoryOf(log).orElseThrow();
                LogDirectory other = directories.all().get(directories.all().indexOf(here) == 0 ? 1 : 0);
                move = store.beginMove(log, other);
            } else if (moved) {
                present.finish();
                failedIfDown();
                store.finished(present, ID.topicId());
                move = null;
                moved = false;
            } else if (present.copy(random.nextInt(1, 400)) == 0 && present.isCaughtUp()) {
                present.prepare(end);
                if (random.nextInt(3) == 0) append();
                if (random.nextInt(4) == 0) {
                    log.flush();
                    failedIfDown();
                    expected.promiseAll();
                }
                LogMove.Swap result = present.swap();
                failedIfDown();
                assertThat(result).isNotEqualTo(LogMove.Swap.ENDED);
                if (result == LogMove.Swap.DONE) {
                    moved = true;
                    store.swapped(present, ID.topicId());
                }
            }
        }

        private void cancel() throws IOException {
            LogMove present = move;
            if (present == null || moved) return;
            present.cancel();
            failedIfDown();
            move = null;
        }

        private void restart() throws IOException {
            LogMove present = move;
            if (present != null) {
                if (moved) present.finish();
                else present.interrupt();
            }
            failedIfDown();
            move = null;
            moved = false;
            directories.close(lives);
            failedIfDown();
            expected.promiseAll();
            reopen();
            failedIfDown();
            Optional<LogDirectory> leftover = store.leftover(ID);
            if (leftover.isPresent() && !leftover.equals(store.directoryOf(log))) {
                move = store.beginMove(log, leftover.get());
            }
            failedIfDown();
        }

        private void append() throws IOException {
            epoch += random.nextInt(4) == 0 ? 1 : 0;
            int count = random.nextInt(1, 4);
            int number = serial++;
            List<String> values = new ArrayList<>();
            for (int i = 0; i < count; i++) values.add("v" + number + "." + i + "x".repeat(random.nextInt(90)));
            expected.trying(end, values, number);
            SimpleRecord[] records = values.stream()
                    .map(value -> new SimpleRecord(NOW, null, value.getBytes(StandardCharsets.UTF_8)))
                    .toArray(SimpleRecord[]::new);
            ByteBuffer batch = MemoryRecords.withIdempotentRecords(Compression.NONE, number, (short) 0, 0, records)
                    .buffer();
            AppendInfo info = log.appendAsLeader(batch, epoch, AppendOrigin.CLIENT, NOW);
            if (!info.ok()) throw new IOException(info.message());
            assertThat(info.firstOffset()).isEqualTo(end);
            expected.appended(end, values, number);
            end += count;
        }

        private void truncate() {
            long offset = random.nextLong(Math.max(log.logStartOffset(), end - 6), end + 1);
            epoch++;
            end = expected.cut(offset, () -> {
                log.truncateTo(offset);
                return log.logEndOffset();
            });
        }

        private void failedIfDown() throws IOException {
            if (files.crashed()) throw new IOException("down");
        }

        private void check(boolean killed) throws IOException {
            assertThat(failures).isEmpty();
            expected.check(log, killed);
        }

        private List<String> records() throws IOException {
            return LogFixture.records(log, log.logStartOffset());
        }

        /** The log can be used and moved as before. */
        private void goOn() throws IOException {
            end = log.logEndOffset();
            epoch = log.lastEpoch().orElse(0) + 1;
            append();
            List<String> before = records();
            store.leftover(ID);
            LogDirectory to = other();
            move = store.beginMove(log, to);
            int attempts = 0;
            while (!moved) {
                assertThat(attempts++).isLessThan(200);
                advanceMove();
            }
            advanceMove();
            // Appended meanwhile, perhaps.
            assertThat(records()).containsAll(before);
            before = records();
            assertThat(log.directory().getParent()).isEqualTo(to.path());
            directories.close(lives);
            reopen();
            assertThat(log.directory().getParent()).isEqualTo(to.path());
            assertThat(records()).isEqualTo(before);
            assertThat(failures).isEmpty();
            directories.close(lives);
        }

        private LogDirectory other() {
            LogDirectory here = store.directoryOf(log).orElseThrow();
            return directories.all().get(directories.all().indexOf(here) == 0 ? 1 : 0);
        }

        private void verify() throws IOException {
            Verification found = Verification.of(files, PATHS);
            assertThat(found.partitions()).isEqualTo(1);
            // High watermarks are written of records that nobody flushed.
            assertThat(found.wrong())
                    .allSatisfy(finding -> assertThat(finding.problem()).isEqualTo("records-missing"));
        }
    }
}
