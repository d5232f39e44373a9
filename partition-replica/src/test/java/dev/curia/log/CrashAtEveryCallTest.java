package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.inspect.Finding;
import dev.curia.log.inspect.LogTree;
import dev.curia.log.inspect.LogVerifier;
import dev.curia.log.inspect.PartitionFiles;
import dev.curia.log.inspect.PartitionSummary;
import dev.curia.log.inspect.Severity;
import dev.curia.log.io.CrashingFileSystem;
import dev.curia.testkit.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A scripted life of a log – appends, rolls, truncations, retention, a moving start, flushes, checkpoints, clean restarts – that is stopped at
 * each call that changes the disk, once as by a kill and once as by a power loss. What a log promises must hold at the next start each
 * time. Names carry the invariants' ids.
 */
class CrashAtEveryCallTest {
    private static final LogConfig CONFIG = LogFixture.withSegmentBytes(
            LogFixture.config("index.interval.bytes", "100", "retention.bytes", "2400", "preallocate", "true"), 1000);

    private static final int SCRIPTS = Integer.getInteger("crash.scripts", 1);
    /** After one recovery of so many all files are verified, which takes longer than all else. */
    private static final int VERIFY_EVERY = Integer.getInteger("crash.verify.every", 17);

    @TempDir
    Path path;

    private long crashes;

    @Test
    void i1i4i5i6i9EverythingFlushedSurvivesAndNothingElseAppears() {
        Check.forAll(SCRIPTS, SplittableRandom::nextLong, seed -> {
            long calls = run(seed, Long.MAX_VALUE, false);
            for (long call = 1; call <= calls; call++) {
                run(seed, call, false);
                run(seed, call, true);
                crashes += 2;
            }
        });
        System.getLogger(getClass().getName())
                .log(System.Logger.Level.INFO, "{0} crashes in {1} scripts", crashes, SCRIPTS);
        assertThat(crashes).isGreaterThan(200L * SCRIPTS);
    }

    /** @return how many calls the whole script makes */
    private long run(long seed, long crashAt, boolean powerLoss) throws IOException {
        Path scratch = Files.createTempDirectory(path, "disk");
        CrashingFileSystem files = new CrashingFileSystem(scratch, new SplittableRandom(seed ^ crashAt));
        files.crashAt(crashAt);
        try {
            boolean verify = Math.floorMod(2 * crashAt + (powerLoss ? 1 : 0), VERIFY_EVERY) == 0;
            new Script(files, new SplittableRandom(seed)).play(powerLoss, verify);
            return files.calls();
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
        /** What the log holds; the appends of a run are numbered. */
        private final TreeMap<Long, Written> now = new TreeMap<>();
        /** What it must hold whatever happens. */
        private final TreeMap<Long, Written> promised = new TreeMap<>();
        /** All that ever was at an offset. */
        private final Map<Long, List<Written>> ever = new HashMap<>();

        /** The values of each append, which has a producer of its own. */
        private final Map<Integer, String[]> sent = new HashMap<>();

        private long promisedStart;
        private long furthestStart;
        private long end;
        private int epoch;
        private int serial;
        private @Nullable LogFixture made;

        Script(CrashingFileSystem files, SplittableRandom random) {
            this.files = files;
            this.random = random;
        }

        private LogFixture fixture() {
            return Objects.requireNonNull(made);
        }

        void play(boolean powerLoss, boolean verify) throws IOException {
            try {
                made = new LogFixture(Path.of("/log"), files, CONFIG);
                for (int i = 0; i < STEPS; i++) step();
                fixture().stop();
                failedIfDown();
                promiseAll();
            } catch (IOException | StorageException down) {
                assertThat(files.crashed())
                        .as("failed without a crash: " + down)
                        .isTrue();
            }
            if (powerLoss) files.powerLoss();
            else files.restart();
            if (made == null) {
                made = new LogFixture(Path.of("/log"), files, CONFIG);
            } else {
                fixture().failures.clear();
                fixture().reopenOrCreate();
            }
            if (verify) verify();
            check(!powerLoss);
            goOn();
            if (verify) verify();
        }

        /** What is on disk, as {@code curia log verify} sees it: all is sound, in use as after a clean stop. */
        private void verify() throws IOException {
            List<Finding> wrong = new ArrayList<>();
            LogVerifier.Sink sink = new LogVerifier.Sink() {
                @Override
                public void finding(@Nullable PartitionFiles partition, Finding finding) {
                    if (finding.severity() != Severity.NOTE) wrong.add(finding);
                }

                @Override
                public void partition(PartitionSummary summary) {}
            };
            LogTree tree = LogTree.of(files, fixture().path);
            assertThat(tree.partitions()).hasSize(1);
            new LogVerifier(files, new LogVerifier.Options(true, false), sink, bytes -> {}).verify(tree);
            assertThat(wrong).isEmpty();
        }

        private void step() throws IOException {
            switch (random.nextInt(14)) {
                case 0 -> fixture().log.roll();
                case 1 -> truncate();
                case 2 -> {
                    fixture().log.flush();
                    failedIfDown();
                    promiseAll();
                }
                case 3 -> {
                    long start = fixture().log.logStartOffset();
                    fixture().directory().checkpoint();
                    promisedStart = Math.max(promisedStart, start);
                }
                case 4 -> {
                    fixture().log.applyRetention(end, LogFixture.NOW);
                    furthestStart = Math.max(furthestStart, fixture().log.logStartOffset());
                    fixture().log.dropSegmentsBeforeStart();
                    failedIfDown();
                }
                case 5 -> {
                    long start = random.nextLong(fixture().log.logStartOffset(), end + 1);
                    furthestStart = Math.max(furthestStart, start);
                    fixture().log.incrementLogStartOffset(start);
                }
                case 6 -> {
                    fixture().later.runAll();
                    failedIfDown();
                }
                case 7 -> {
                    fixture().stop();
                    failedIfDown();
                    promiseAll();
                    fixture().reopen();
                }
                default -> append();
            }
        }

        private void append() throws IOException {
            epoch += random.nextInt(4) == 0 ? 1 : 0;
            int count = random.nextInt(1, 4);
            int number = serial++;
            String[] values = new String[count];
            for (int i = 0; i < count; i++) {
                Written written = new Written("v" + number + "." + i + "x".repeat(random.nextInt(120)), number);
                values[i] = written.value();
                ever.computeIfAbsent(end + i, o -> new ArrayList<>()).add(written);
            }
            sent.put(number, values);
            AppendInfo info = fixture().append(LogFixture.idempotent(number, 0, 0, values), epoch);
            if (!info.ok()) throw new IOException(info.message());
            assertThat(info.firstOffset()).isEqualTo(end);
            for (int i = 0; i < count; i++) now.put(end + i, new Written(values[i], number));
            end += count;
        }

        private void truncate() throws IOException {
            long start = fixture().log.logStartOffset();
            long offset = random.nextLong(Math.max(start, end - 6), end + 1);
            TreeMap<Long, Written> before = new TreeMap<>(now);
            // A whole batch goes when the cut is within it; when it fails half way, it may have gone all the same.
            Written first = now.get(offset);
            for (TreeMap<Long, Written> each : List.of(now, promised)) {
                each.tailMap(offset, true).clear();
                if (first != null) each.values().removeIf(w -> w.serial() == first.serial());
            }
            epoch++;
            fixture().log.truncateTo(offset);
            end = fixture().log.logEndOffset();
            now.putAll(before.headMap(end));
            promised.tailMap(end, true).clear();
        }

        private void promiseAll() {
            promised.clear();
            promised.putAll(now);
        }

        /** Work in the background reports its failure to the directory, not to its caller. */
        private void failedIfDown() throws IOException {
            if (files.crashed()) throw new IOException("down");
        }

        private void check(boolean killed) throws IOException {
            PartitionLog log = fixture().log;
            assertThat(fixture().failures).isEmpty();
            assertThat(log.isOnline()).isTrue();
            assertThat(log.logStartOffset()).isBetween(promisedStart, Math.max(promisedStart, furthestStart));
            TreeMap<Long, String> found = new TreeMap<>();
            for (String record : fixture().records()) {
                int at = record.indexOf('=');
                found.put(Long.parseLong(record.substring(0, at)), record.substring(at + 1));
            }
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
            checkDuplicates(found, last);
            TreeMap<Long, Written> kept = killed ? now : promised;
            kept.tailMap(log.logStartOffset(), true)
                    .forEach((offset, written) ->
                            assertThat(found).as("offset %s", offset).containsEntry(offset, written.value()));
        }

        /** The newest append is known as one of its producer's. */
        private void checkDuplicates(NavigableMap<Long, String> found, int serialOfLast) {
            if (found.isEmpty()) return;
            String[] values = Objects.requireNonNull(sent.get(serialOfLast));
            AppendInfo again = fixture().append(LogFixture.idempotent(serialOfLast, 0, 0, values), epoch);
            assertThat(again.duplicate()).isTrue();
            assertThat(again.lastOffset()).isEqualTo(found.lastKey());
        }

        /** The log takes appends, flushes and restarts as before. */
        private void goOn() throws IOException {
            end = fixture().log.logEndOffset();
            epoch = fixture().log.lastEpoch().orElse(0) + 1;
            append();
            List<String> before = fixture().records();
            fixture().restart();
            assertThat(fixture().records()).isEqualTo(before);
            assertThat(fixture().failures).isEmpty();
            fixture().stop();
        }
    }
}
