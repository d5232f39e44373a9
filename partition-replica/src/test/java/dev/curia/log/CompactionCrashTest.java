package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.clean.CleaningAbortedException;
import dev.curia.log.io.CrashingFileSystem;
import dev.curia.testkit.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two compactions of a log that is on disk, stopped at each call that changes the disk, once as by a kill and once as by a power loss. */
class CompactionCrashTest {
    private static final int SCRIPTS = Integer.getInteger("crash.scripts", 1);
    private static final Duration RETENTION = Duration.ofHours(1);

    @TempDir
    Path path;

    private long crashes;

    @Test
    void i25i26i27EitherTheOldSegmentsOrTheNewOneAreThere() {
        Check.forAll(SCRIPTS, SplittableRandom::nextLong, seed -> {
            Outcome whole = run(seed, Long.MAX_VALUE, false, null);
            for (long call = 1; call <= whole.calls(); call++) {
                run(seed, call, false, whole);
                run(seed, call, true, whole);
                crashes += 2;
            }
        });
        System.getLogger(getClass().getName())
                .log(System.Logger.Level.INFO, "{0} crashes in {1} scripts", crashes, SCRIPTS);
        assertThat(crashes).isGreaterThan(100L * SCRIPTS);
    }

    /** @param calls that the two compactions make */
    private record Outcome(long calls, List<String> contents) {}

    private Outcome run(long seed, long crashAt, boolean powerLoss, @Nullable Outcome expected) throws IOException {
        Path scratch = Files.createTempDirectory(path, "disk");
        CrashingFileSystem files = new CrashingFileSystem(scratch, new SplittableRandom(seed ^ crashAt));
        try (CompactionFixture log = new CompactionFixture(
                Path.of("/log"),
                files,
                CompactionFixture.CLEANER,
                "delete.retention.ms",
                Long.toString(RETENTION.toMillis()),
                "index.interval.bytes",
                "100")) {
            Script script = new Script(log, new SplittableRandom(seed));
            script.write();
            long before = files.calls();
            if (crashAt < Long.MAX_VALUE) files.crashAt(before + crashAt);
            script.compactTwice(files);
            long calls = files.calls() - before;
            if (expected != null) {
                assertThat(files.crashed()).isTrue();
                if (powerLoss) files.powerLoss();
                else files.restart();
                log.fixture.failures.clear();
                log.fixture.reopenOrCreate();
                script.check();
                script.compactTwice(files);
            }
            script.check();
            assertThat(log.fixture.failures).isEmpty();
            List<String> contents = log.contents();
            if (expected != null) assertThat(contents).isEqualTo(expected.contents());
            return new Outcome(calls, contents);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("stopped at call " + crashAt + (powerLoss ? " by a power loss" : " by a kill"), e);
        } finally {
            files.close();
            Files.delete(scratch);
        }
    }

    private static final class Script {
        private final CompactionFixture log;
        private final KeyedHistory history;
        private final SplittableRandom random;
        private Set<Long> written = Set.of();

        Script(CompactionFixture log, SplittableRandom random) {
            this.log = log;
            this.random = random;
            this.history = new KeyedHistory(log, random, 8);
        }

        void write() throws IOException {
            for (int i = 0; i < 50; i++) {
                history.append();
                if (random.nextInt(8) == 0) log.log().roll();
            }
            history.endTransactions();
            log.log().roll();
            history.append();
            history.endTransactions();
            log.log().flush();
            log.fixture.directory().checkpoint();
            written = history.present();
        }

        /** The second time tombstones and markers go, and with them files of aborted transactions. */
        void compactTwice(CrashingFileSystem files) {
            for (int i = 0; i < 2 && !files.crashed(); i++) {
                log.clean();
                log.clock.advance(RETENTION.multipliedBy(2));
                if (files.crashed()) return;
                log.fixture.later.runAll();
                forget(files);
            }
        }

        /** As if no compaction had been: all is looked at again. */
        private void forget(CrashingFileSystem files) {
            if (files.crashed()) return;
            try {
                log.port().cleanedTo(log.port().contents().orElseThrow(), 0);
            } catch (IOException | CleaningAbortedException e) {
                assertThat(files.crashed()).as("failed without a crash: " + e).isTrue();
            }
        }

        void check() throws IOException {
            assertThat(log.log().isOnline()).isTrue();
            history.check(log.log().logEndOffset());
            assertThat(written).containsAll(history.present());
        }
    }
}
