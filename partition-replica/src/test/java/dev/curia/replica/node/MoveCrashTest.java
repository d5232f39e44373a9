package dev.curia.replica.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.AppendInfo;
import dev.curia.log.Background;
import dev.curia.log.DiskReserve;
import dev.curia.log.LogConfig;
import dev.curia.log.LogDirectories;
import dev.curia.log.LogDirectory;
import dev.curia.log.LogMetrics;
import dev.curia.log.LogMove;
import dev.curia.log.LogRead;
import dev.curia.log.LogSlice;
import dev.curia.log.ManualTimers;
import dev.curia.log.PartitionLog;
import dev.curia.log.StorageException;
import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.inspect.Finding;
import dev.curia.log.inspect.LogTree;
import dev.curia.log.inspect.LogVerifier;
import dev.curia.log.inspect.PartitionFiles;
import dev.curia.log.inspect.PartitionSummary;
import dev.curia.log.inspect.Severity;
import dev.curia.log.io.CrashingFileSystem;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.testkit.Check;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
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
    private static final long NOW = 1_700_000_000_000L;
    private static final int SCRIPTS = Integer.getInteger("move.crash.scripts", 1);
    private static final int VERIFY_EVERY = Integer.getInteger("crash.verify.every", 17);
    private static final List<Path> PATHS = List.of(Path.of("/a"), Path.of("/b"));

    @TempDir
    Path path;

    private long crashes;
    private long swaps;

    @Test
    void aCrashAtAnyMomentLeavesTheOldLogOrTheWholeNewOne() {
        Check.forAll(SCRIPTS, SplittableRandom::nextLong, seed -> {
            long calls = run(seed, Long.MAX_VALUE, false);
            for (long call = 1; call <= calls; call++) {
                run(seed, call, false);
                run(seed, call, true);
                crashes += 2;
            }
        });
        assertThat(crashes).isGreaterThan(300L * SCRIPTS);
        assertThat(swaps).as("moves that came to their end").isPositive();
    }

    /** @return how many calls the whole script makes */
    private long run(long seed, long crashAt, boolean powerLoss) throws IOException {
        Path scratch = Files.createTempDirectory(path, "disk");
        CrashingFileSystem files = new CrashingFileSystem(scratch, new SplittableRandom(seed ^ crashAt));
        try {
            boolean verify = Math.floorMod(2 * crashAt + (powerLoss ? 1 : 0), VERIFY_EVERY) == 0;
            Script script = new Script(files, new SplittableRandom(seed));
            long before = files.calls();
            files.crashAt(crashAt == Long.MAX_VALUE ? crashAt : before + crashAt);
            script.play(powerLoss, verify);
            if (crashAt == Long.MAX_VALUE) swaps += script.swapped;
            return files.calls() - before;
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("stopped at call " + crashAt + (powerLoss ? " by a power loss" : " by a kill"), e);
        } finally {
            files.close();
            Files.delete(scratch);
        }
    }

    private record Written(String value, int serial) {}

    private static final class Script {
        private static final int STEPS = 45;

        private final CrashingFileSystem files;
        private final SplittableRandom random;
        private final TreeMap<Long, Written> now = new TreeMap<>();
        private final TreeMap<Long, Written> promised = new TreeMap<>();
        private final Map<Long, List<Written>> ever = new HashMap<>();
        private final List<IOException> failures = new ArrayList<>();
        private ManualTimers later = new ManualTimers();
        private LogDirectories directories;
        private ReplicaStore store;
        private PartitionLog log;
        private @Nullable LogMove move;
        private boolean moved;
        private long lives = 7;
        private long promisedStart;
        private long furthestStart;
        private long end;
        private int epoch;
        private int serial;
        int swapped;

        Script(CrashingFileSystem files, SplittableRandom random) throws IOException {
            this.files = files;
            this.random = random;
            this.directories = directories();
            directories.forgetMissing();
            this.store = new ReplicaStore(directories, () -> lives);
            this.log = open();
            append();
            log.flush();
            promiseAll();
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
            opened.updateConfig(small());
            return opened;
        }

        private static LogConfig small() {
            LogConfig c = LogConfig.of(Map.of("index.interval.bytes", "100"));
            return new LogConfig(
                    700,
                    c.segmentMs(),
                    c.segmentJitterMs(),
                    c.maxIndexBytes(),
                    c.indexIntervalBytes(),
                    c.flushMessages(),
                    c.flushMs(),
                    c.fileDeleteDelayMs(),
                    false,
                    true,
                    -1,
                    -1,
                    false,
                    false,
                    c.batches(),
                    c.compaction());
        }

        private void step() throws IOException {
            switch (random.nextInt(24)) {
                case 0 -> log.roll();
                case 1 -> truncate();
                case 2 -> {
                    log.flush();
                    failedIfDown();
                    promiseAll();
                }
                case 3 -> {
                    long start = log.logStartOffset();
                    store.checkpoint(Map.of(NAME, end));
                    failedIfDown();
                    promisedStart = Math.max(promisedStart, start);
                }
                case 4 -> {
                    long start = random.nextLong(log.logStartOffset(), end + 1);
                    furthestStart = Math.max(furthestStart, start);
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
                default -> advanceMove();
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
                    promiseAll();
                }
                LogMove.Swap result = present.swap();
                failedIfDown();
                assertThat(result).isNotEqualTo(LogMove.Swap.ENDED);
                if (result == LogMove.Swap.DONE) {
                    moved = true;
                    swapped++;
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
            promiseAll();
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
            SimpleRecord[] records = new SimpleRecord[count];
            for (int i = 0; i < count; i++) {
                Written written = new Written("v" + number + "." + i + "x".repeat(random.nextInt(90)), number);
                records[i] = new SimpleRecord(NOW, null, written.value().getBytes(StandardCharsets.UTF_8));
                ever.computeIfAbsent(end + i, o -> new ArrayList<>()).add(written);
            }
            ByteBuffer batch = MemoryRecords.withIdempotentRecords(Compression.NONE, number, (short) 0, 0, records)
                    .buffer();
            AppendInfo info = log.appendAsLeader(batch, epoch, AppendOrigin.CLIENT, NOW);
            if (!info.ok()) throw new IOException(info.message());
            assertThat(info.firstOffset()).isEqualTo(end);
            for (int i = 0; i < count; i++) {
                List<Written> all = Objects.requireNonNull(ever.get(end + i));
                now.put(end + i, all.get(all.size() - 1));
            }
            end += count;
        }

        private void truncate() throws IOException {
            long start = log.logStartOffset();
            long offset = random.nextLong(Math.max(start, end - 6), end + 1);
            TreeMap<Long, Written> before = new TreeMap<>(now);
            Written first = now.get(offset);
            for (TreeMap<Long, Written> each : List.of(now, promised)) {
                each.tailMap(offset, true).clear();
                if (first != null) each.values().removeIf(w -> w.serial() == first.serial());
            }
            epoch++;
            log.truncateTo(offset);
            end = log.logEndOffset();
            now.putAll(before.headMap(end));
            promised.tailMap(end, true).clear();
        }

        private void promiseAll() {
            promised.clear();
            promised.putAll(now);
        }

        private void failedIfDown() throws IOException {
            if (files.crashed()) throw new IOException("down");
        }

        private void check(boolean killed) throws IOException {
            assertThat(failures).isEmpty();
            assertThat(log.isOnline()).isTrue();
            assertThat(log.logStartOffset()).isBetween(promisedStart, Math.max(promisedStart, furthestStart));
            Map<Long, String> found = records();
            assertThat(found).hasSize((int) (log.logEndOffset() - log.logStartOffset()));
            int last = -1;
            for (Map.Entry<Long, String> each : found.entrySet()) {
                Written written = ever.getOrDefault(each.getKey(), List.of()).stream()
                        .filter(w -> w.value().equals(each.getValue()))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("never written: " + each));
                assertThat(written.serial()).as("order at " + each).isGreaterThanOrEqualTo(last);
                last = written.serial();
            }
            TreeMap<Long, Written> kept = killed ? now : promised;
            kept.tailMap(log.logStartOffset(), true)
                    .forEach((offset, written) ->
                            assertThat(found).as("offset %s", offset).containsEntry(offset, written.value()));
        }

        private Map<Long, String> records() throws IOException {
            TreeMap<Long, String> found = new TreeMap<>();
            long offset = log.logStartOffset();
            while (offset < log.logEndOffset()) {
                LogRead read = log.read(offset, 1 << 20, true, Long.MAX_VALUE);
                try (LogSlice slice = read.slice()) {
                    assertThat(slice.size())
                            .as("at %s: %s", offset, read.error())
                            .isPositive();
                    for (Record record :
                            MemoryRecords.readableRecords(slice.toBuffer()).records()) {
                        String value = StandardCharsets.UTF_8
                                .decode(record.value().duplicate())
                                .toString();
                        if (record.offset() >= offset) found.put(record.offset(), value);
                        offset = Math.max(offset, record.offset() + 1);
                    }
                }
            }
            return found;
        }

        /** The log can be used and moved as before. */
        private void goOn() throws IOException {
            end = log.logEndOffset();
            epoch = log.lastEpoch().orElse(0) + 1;
            append();
            Map<Long, String> before = records();
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
            assertThat(records()).containsAllEntriesOf(before);
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

        /** What is on disk, as {@code curia log verify} sees it. */
        private void verify() throws IOException {
            List<Finding> wrong = new ArrayList<>();
            LogVerifier.Sink sink = new LogVerifier.Sink() {
                @Override
                public void finding(@Nullable PartitionFiles partition, Finding finding) {
                    // High watermarks are written of records that nobody flushed.
                    boolean unflushed = finding.problem().equals("records-missing");
                    if (finding.severity() != Severity.NOTE && !unflushed) wrong.add(finding);
                }

                @Override
                public void partition(PartitionSummary summary) {}
            };
            int partitions = 0;
            for (Path each : PATHS) {
                LogTree tree = LogTree.of(files, each);
                partitions += tree.partitions().size();
                new LogVerifier(files, new LogVerifier.Options(true, false), sink, bytes -> {}).verify(tree);
            }
            assertThat(partitions).isEqualTo(1);
            assertThat(wrong).isEmpty();
        }
    }
}
