package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.clean.CleanerConfig;
import dev.curia.log.io.NioFileSystem;
import dev.curia.testkit.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random histories, compacted again and again in virtual time and little memory, against {@link KeyedHistory}'s opinion of them. */
class CompactionPropertyTest {
    private static final Duration RETENTION = Duration.ofHours(1);
    private static final int RUNS = Integer.getInteger("compaction.runs", 25);

    @TempDir
    Path path;

    @Test
    void i25i26i27NewestValuesAndOrderSurviveAnyCompactions() {
        Check.forAll(RUNS, SplittableRandom::nextLong, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            CleanerConfig config = new CleanerConfig(
                    true, 1, random.nextInt(1, 500), 0.9, random.nextInt(64, 4_096), Double.MAX_VALUE, 15_000);
            Path directory = Files.createTempDirectory(path, "run");
            try (CompactionFixture log = new CompactionFixture(
                    directory,
                    new NioFileSystem(),
                    config,
                    "delete.retention.ms",
                    Long.toString(RETENTION.toMillis()),
                    "index.interval.bytes",
                    "100")) {
                new Run(log, random).steps(120);
            }
        });
    }

    private static final class Run {
        private final CompactionFixture log;
        private final SplittableRandom random;
        private final KeyedHistory history;
        /** When each tombstone must still be there. */
        private final Map<Long, Long> keptUntil = new HashMap<>();

        private long highWatermark;
        private long replicated;

        Run(CompactionFixture log, SplittableRandom random) {
            this.log = log;
            this.random = random;
            this.history = new KeyedHistory(log, random, random.nextInt(2, 20));
        }

        void steps(int count) throws IOException {
            for (int i = 0; i < count; i++) {
                switch (random.nextInt(20)) {
                    case 0, 1 -> log.log().roll();
                    case 2, 3 -> clean();
                    case 4 -> log.clock.advance(RETENTION.dividedBy(random.nextLong(1, 4)));
                    case 5 -> truncate();
                    case 6 -> restart();
                    default -> history.append();
                }
            }
            history.endTransactions();
            log.log().roll();
            log.clock.advance(RETENTION.multipliedBy(2));
            highWatermark = log.log().logEndOffset();
            clean();
            history.checkClean(log.port().cleanedTo());
        }

        private void clean() throws IOException {
            long watermark = random.nextLong(highWatermark, log.log().logEndOffset() + 1);
            highWatermark = Math.max(highWatermark, batchBoundary(watermark));
            log.stableEnd = log.log().lastStableOffset(highWatermark);
            replicated = random.nextBoolean()
                    ? replicated
                    : random.nextLong(replicated, Math.max(replicated, log.stableEnd) + 1);
            log.replicatedEnd = random.nextInt(8) == 0 ? 0 : replicated;
            long cleanedBefore = log.port().cleanedTo();
            Set<Long> before = history.present();

            log.clean();

            long cleanedTo = log.port().cleanedTo();
            history.check(highWatermark);
            if (cleanedTo > cleanedBefore) history.checkClean(cleanedTo);
            Set<Long> after = history.present();
            assertThat(before).as("nothing appears").containsAll(after);
            for (long tombstone : history.tombstones(log.log().logEndOffset())) {
                long until = keptUntil.getOrDefault(tombstone, Long.MAX_VALUE);
                boolean mustStay = log.clock.wallMillis() < until || tombstone >= log.replicatedEnd;
                if (mustStay && before.contains(tombstone)) assertThat(after).contains(tombstone);
            }
            for (long tombstone : history.tombstones(cleanedTo)) {
                keptUntil.putIfAbsent(tombstone, log.clock.wallMillis() + RETENTION.toMillis());
            }
            assertThat(log.fixture.failures).isEmpty();
            assertThat(log.metric("curia_cleaner_runs", "result", "failed")).isZero();
        }

        private long batchBoundary(long offset) throws IOException {
            long boundary = 0;
            for (var batch : log.batches()) if (batch.nextOffset() <= offset) boundary = batch.nextOffset();
            return boundary;
        }

        private void truncate() throws IOException {
            log.log().truncateTo(random.nextLong(highWatermark, log.log().logEndOffset() + 1));
            history.truncated(log.log().logEndOffset());
            keptUntil.keySet().removeIf(offset -> offset >= log.log().logEndOffset());
            history.check(highWatermark);
        }

        /** Also without snapshots: then the producers are found in what compaction left. */
        private void restart() throws IOException {
            Map<Long, String> producers = KeyedHistory.known(log.log());
            log.fixture.stop();
            if (random.nextBoolean()) {
                try (Stream<Path> files = Files.list(log.log().directory())) {
                    for (Path file : files.toList()) {
                        if (file.toString().endsWith(".snapshot")) Files.delete(file);
                    }
                }
            }
            log.fixture.reopen();
            assertThat(KeyedHistory.known(log.log())).isEqualTo(producers);
            history.check(highWatermark);
        }
    }
}
