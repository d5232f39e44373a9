package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.io.CrashingFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A scripted life of a log – appends, rolls, truncations, retention, a moving start, flushes, checkpoints, clean restarts – that is stopped at
 * each call that changes the disk, once as by a kill and once as by a power loss. What a log promises must hold at the next start each
 * time. Names carry the invariants' ids.
 */
class CrashAtEveryCallTest {
    private static final LogConfig PREALLOCATED = config("preallocate", "true");
    private static final LogConfig FSYNCED = config("curia.durability", "fsynced");

    private static final int SCRIPTS = Integer.getInteger("crash.scripts", 1);

    @TempDir
    Path path;

    private static LogConfig config(String name, String value) {
        return LogFixture.withSegmentBytes(
                LogFixture.config("index.interval.bytes", "100", "retention.bytes", "2400", name, value), 1000);
    }

    @Test
    void i1i4i5i6i9EverythingFlushedSurvivesAndNothingElseAppears() {
        crashAtEveryCall(PREALLOCATED);
    }

    @Test
    void i1i4i5i6i9WithZerosBehindTheRecordsToo() {
        crashAtEveryCall(FSYNCED);
    }

    private void crashAtEveryCall(LogConfig config) {
        CrashRuns runs = new CrashRuns(path, (files, random) -> new Script(files, random, config)::play);
        assertThat(runs.ofScripts(SCRIPTS)).isGreaterThan(200L * SCRIPTS);
    }

    private static final class Script {
        private static final int STEPS = 45;

        private final CrashingFileSystem files;
        private final SplittableRandom random;
        private final LogConfig config;
        private final ExpectedLog expected = new ExpectedLog();
        /** The values of each append, which has a producer of its own. */
        private final Map<Integer, List<String>> sent = new HashMap<>();

        private long end;
        private int epoch;
        private int serial;
        private @Nullable LogFixture made;

        Script(CrashingFileSystem files, SplittableRandom random, LogConfig config) {
            this.files = files;
            this.random = random;
            this.config = config;
        }

        private LogFixture fixture() {
            return Objects.requireNonNull(made);
        }

        void play(boolean powerLoss, boolean verify) throws IOException {
            try {
                made = new LogFixture(Path.of("/log"), files, config);
                for (int i = 0; i < STEPS; i++) step();
                fixture().stop();
                failedIfDown();
                expected.promiseAll();
            } catch (IOException | StorageException down) {
                assertThat(files.crashed())
                        .as("failed without a crash: " + down)
                        .isTrue();
            }
            if (powerLoss) files.powerLoss();
            else files.restart();
            if (made == null) {
                made = new LogFixture(Path.of("/log"), files, config);
            } else {
                fixture().failures.clear();
                fixture().reopenOrCreate();
            }
            if (verify) verify();
            check(!powerLoss);
            goOn();
            if (verify) verify();
        }

        private void verify() throws IOException {
            assertThat(Verification.of(files, List.of(fixture().path))).isEqualTo(new Verification(1, List.of()));
        }

        private void step() throws IOException {
            switch (random.nextInt(14)) {
                case 0 -> fixture().log.roll();
                case 1 -> truncate();
                case 2 -> {
                    fixture().log.flush();
                    failedIfDown();
                    expected.promiseAll();
                }
                case 3 -> {
                    long start = fixture().log.logStartOffset();
                    fixture().directory().checkpoint();
                    expected.promiseStart(start);
                }
                case 4 -> {
                    fixture().log.applyRetention(end, LogFixture.NOW);
                    expected.startMayBe(fixture().log.logStartOffset());
                    fixture().log.dropSegmentsBeforeStart();
                    failedIfDown();
                }
                case 5 -> {
                    long start = random.nextLong(fixture().log.logStartOffset(), end + 1);
                    expected.startMayBe(start);
                    fixture().log.incrementLogStartOffset(start);
                }
                case 6 -> {
                    fixture().later.runAll();
                    failedIfDown();
                }
                case 7 -> {
                    fixture().stop();
                    failedIfDown();
                    expected.promiseAll();
                    fixture().reopen();
                }
                default -> append();
            }
        }

        private void append() throws IOException {
            epoch += random.nextInt(4) == 0 ? 1 : 0;
            int count = random.nextInt(1, 4);
            int number = serial++;
            List<String> values = new ArrayList<>();
            for (int i = 0; i < count; i++) values.add("v" + number + "." + i + "x".repeat(random.nextInt(120)));
            expected.trying(end, values, number);
            sent.put(number, values);
            AppendInfo info = append(number, values);
            if (!info.ok()) throw new IOException(info.message());
            assertThat(info.firstOffset()).isEqualTo(end);
            expected.appended(end, values, number);
            end += count;
        }

        private AppendInfo append(int number, List<String> values) {
            return fixture().append(LogFixture.idempotent(number, 0, 0, values.toArray(String[]::new)), epoch);
        }

        private void truncate() {
            PartitionLog log = fixture().log;
            long offset = random.nextLong(Math.max(log.logStartOffset(), end - 6), end + 1);
            epoch++;
            end = expected.cut(offset, () -> {
                log.truncateTo(offset);
                return log.logEndOffset();
            });
        }

        /** Work in the background reports its failure to the directory, not to its caller. */
        private void failedIfDown() throws IOException {
            if (files.crashed()) throw new IOException("down");
        }

        private void check(boolean killed) throws IOException {
            assertThat(fixture().failures).isEmpty();
            checkDuplicates(expected.check(fixture().log, killed));
        }

        /** The newest append is known as one of its producer's. */
        private void checkDuplicates(int serialOfLast) {
            if (serialOfLast < 0) return;
            AppendInfo again = append(serialOfLast, Objects.requireNonNull(sent.get(serialOfLast)));
            assertThat(again.duplicate()).isTrue();
            assertThat(again.lastOffset()).isEqualTo(fixture().log.logEndOffset() - 1);
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
