package dev.curia.log.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.batch.BatchView;
import dev.curia.log.clean.CleanerQueue.Claim;
import dev.curia.log.io.NioFileSystem;
import dev.curia.log.producer.AbortedTxn;
import dev.curia.log.segment.OpenFiles;
import dev.curia.log.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CleanerQueueTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long NOW_MILLIS = 1_000_000;

    @TempDir
    Path path;

    private final CleanerQueue queue = new CleanerQueue(15 * SECOND);

    /** A log of two segments of which the second, of so many records, is dirty. */
    private final class FakeLog implements CleanableLog {
        final TopicPartition name;
        final Contents contents;

        FakeLog(String topic, int dirtyRecords, long maxLagMs, long firstTimestamp) throws IOException {
            this.name = new TopicPartition(topic, 0);
            Path directory = Files.createDirectories(path.resolve(topic));
            OpenFiles files = new OpenFiles(new NioFileSystem(), 10);
            CompactionPolicy policy = new CompactionPolicy(0, 0, maxLagMs, 0.5, 1 << 20, 1 << 20, 100);
            this.contents = new Contents(
                    policy,
                    List.of(
                            segment(files, directory, 0, 10, 0),
                            segment(files, directory, 10, dirtyRecords, firstTimestamp)),
                    10 + dirtyRecords,
                    10 + dirtyRecords,
                    0,
                    0);
        }

        private static Segment segment(OpenFiles files, Path directory, long base, int records, long time)
                throws IOException {
            Segment segment = Segment.create(files, directory, base, "", 0);
            for (int i = 0; i < records; i++) {
                ByteBuffer batch = MemoryRecords.withRecords(
                                base + i, Compression.NONE, 0, new SimpleRecord(time, new byte[1], new byte[1]))
                        .buffer();
                segment.append(batch, new BatchView(), 100, 0);
            }
            segment.seal();
            return segment;
        }

        @Override
        public TopicPartition name() {
            return name;
        }

        @Override
        public Optional<Contents> contents() {
            return Optional.of(contents);
        }

        @Override
        public boolean isCurrent(Contents contents) {
            return true;
        }

        @Override
        public long cleanedTo() {
            return 10;
        }

        @Override
        public void cleanedTo(Contents contents, long offset) {}

        @Override
        public Map<Long, LastRecord> lastRecords() {
            return Map.of();
        }

        @Override
        public List<AbortedTxn> abortedTransactions(long start, long end) {
            return List.of();
        }

        @Override
        public Segment newSegment(long baseOffset, long mostBytes) {
            throw new UnsupportedOperationException("nothing is cleaned here");
        }

        @Override
        public void replace(Contents contents, List<Segment> old, Segment cleaned, long deletesRemovedTo) {
            throw new UnsupportedOperationException("nothing is cleaned here");
        }
    }

    private FakeLog add(String topic, int dirtyRecords) throws IOException {
        return add(topic, dirtyRecords, Long.MAX_VALUE, 0);
    }

    private FakeLog add(String topic, int dirtyRecords, long maxLagMs, long firstTimestamp) throws IOException {
        FakeLog log = new FakeLog(topic, dirtyRecords, maxLagMs, firstTimestamp);
        queue.add(log);
        return log;
    }

    private Claim claim(long nowNanos) {
        return queue.claim(NOW_MILLIS, nowNanos).orElseThrow();
    }

    @Test
    void theDirtiestComesFirstAndTheCleanNever() throws IOException {
        add("clean", 5);
        FakeLog dirty = add("dirty", 20);
        FakeLog dirtier = add("dirtier", 40);

        assertThat(claim(0).log).isSameAs(dirtier);
        assertThat(claim(0).log).isSameAs(dirty);
        assertThat(queue.claim(NOW_MILLIS, 0)).isEmpty();
        assertThat(queue.maxDirtyRatio()).isEqualTo(5 / 15.0);
    }

    @Test
    void whoIsOverTheMaximumLagComesBeforeTheDirtiest() throws IOException {
        add("dirty", 40);
        add("late", 1, 1_000, NOW_MILLIS - 2_000);
        FakeLog later = add("later", 1, 1_000, NOW_MILLIS - 3_000);
        add("young", 1, 1_000, NOW_MILLIS - 500);

        assertThat(claim(0).log).isSameAs(later);
        assertThat(claim(0).log.name().topic()).isEqualTo("late");
        assertThat(claim(0).log.name().topic()).isEqualTo("dirty");
        assertThat(queue.claim(NOW_MILLIS, 0)).isEmpty();
    }

    /** A failure delays one log, for ever longer but never for ever, and no other. */
    @Test
    void whatFailedIsTriedAgainAfterAWhile() throws IOException {
        FakeLog bad = add("bad", 40);
        add("good", 20);
        long now = 0;
        long wait = 15 * SECOND;
        for (int failure = 1; failure <= 12; failure++) {
            Claim claim = claim(now);
            assertThat(claim.log).isSameAs(bad);
            queue.failed(claim, new IOException("damaged"), NOW_MILLIS + failure, now);
            assertThat(queue.uncleanable()).isEqualTo(1);
            assertThat(queue.lastFailureMillis()).isEqualTo(NOW_MILLIS + failure);
            for (long then : new long[] {now, now + wait - 1}) {
                Claim other = claim(then);
                assertThat(other.log.name().topic()).isEqualTo("good");
                queue.aborted(other);
            }
            now += wait;
            wait = Math.min(2 * wait, 600 * SECOND);
        }
        assertThat(queue.oldestOverdueNanos(now)).isEqualTo(now);

        queue.cleaned(claim(now), true);
        assertThat(queue.uncleanable()).isZero();
        assertThat(claim(now).log).as("its failures are forgotten").isSameAs(bad);
    }

    @Test
    void whatIsPausedIsStoppedAndLeftAlone() throws IOException {
        FakeLog log = add("log", 20);
        Claim claim = claim(0);

        CompletableFuture<Void> idle = queue.pause(log.name());
        assertThat(claim.isStopped()).isTrue();
        assertThat(idle).isNotDone();
        queue.aborted(claim);
        assertThat(idle).isDone();
        assertThat(queue.claim(NOW_MILLIS, 0)).isEmpty();
        assertThat(queue.pause(log.name())).isDone();

        queue.resume(log.name());
        assertThat(claim(0).log).isSameAs(log);
    }

    @Test
    void whatIsRemovedIsStoppedAndForgotten() throws IOException {
        FakeLog log = add("log", 20);
        FakeLog other = new FakeLog("other", 20, Long.MAX_VALUE, 0);
        assertThat(queue.remove(other)).isDone();
        Claim claim = claim(0);

        CompletableFuture<Void> idle = queue.remove(log);
        assertThat(claim.isStopped()).isTrue();
        assertThat(idle).isNotDone();
        queue.failed(claim, new IOException("damaged"), NOW_MILLIS, 0);
        assertThat(idle).isDone();
        assertThat(queue.claim(NOW_MILLIS, 1_000 * SECOND)).isEmpty();
        assertThat(queue.uncleanable()).isZero();
        assertThat(queue.oldestOverdueNanos(5)).isZero();
    }

    @Test
    void afterAPartialCleaningItIsStillDue() throws IOException {
        add("log", 20);
        queue.cleaned(claim(3), false);

        assertThat(queue.oldestOverdueNanos(10)).isEqualTo(7);
        queue.cleaned(claim(10), true);
        assertThat(queue.oldestOverdueNanos(11)).isZero();
    }
}
