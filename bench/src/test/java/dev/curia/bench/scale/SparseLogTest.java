package dev.curia.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.Background;
import dev.curia.log.DiskReserve;
import dev.curia.log.LogConfig;
import dev.curia.log.LogDirectory;
import dev.curia.log.LogMetrics;
import dev.curia.log.io.LogFile;
import dev.curia.log.io.NioFileSystem;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparseLogTest {
    @TempDir
    Path directory;

    @Test
    void aBatchOfZerosIsWholeAndAsLongAsItShouldBe() {
        ByteBuffer bytes = new ZeroBatch(1_000_000).at(42);
        assertThat(bytes.remaining()).isEqualTo(1_000_000);
        RecordBatch batch =
                MemoryRecords.readableRecords(bytes).batches().iterator().next();
        batch.ensureValid();
        assertThat(batch.sizeInBytes()).isEqualTo(1_000_000);
        assertThat(batch.maxTimestamp()).isEqualTo(42);
        assertThat(batch.iterator().next().timestamp()).isEqualTo(42);
        assertThat(SparseFiles.written(bytes)).isLessThan(2_000);
    }

    @Test
    void holesReadAsTheZerosThatWereWritten() throws Exception {
        byte[] bytes = new byte[300_000];
        Arrays.fill(bytes, 0, 5_000, (byte) 7);
        bytes[100_000] = 9;
        ByteBuffer source = ByteBuffer.wrap(bytes);
        Path path = directory.resolve("file");
        try (LogFile file = new SparseFiles(new NioFileSystem()).open(path)) {
            file.append(source);
            assertThat(source.hasRemaining()).isFalse();
            file.append(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        }
        byte[] read = Files.readAllBytes(path);
        assertThat(Arrays.copyOf(read, bytes.length)).isEqualTo(bytes);
        assertThat(Arrays.copyOfRange(read, bytes.length, read.length)).containsExactly(1, 2, 3);
    }

    @Test
    void aLogGrowsToItsSizeAndIsAsAnyOther() throws Exception {
        TopicPartition partition = new TopicPartition("large", 0);
        dev.curia.common.id.Uuid id = new dev.curia.common.id.Uuid(1, 2);
        try (LogDirectory made = open()) {
            made.create(partition, id, LogConfig.of(Map.of()));
            made.close(1);
        }
        SparseLog log = new SparseLog(directory, "large", new Uuid(1, 2));
        log.growTo(2_000_000, 1_000);
        log.growTo(3_000_000, 1_000);
        try (LogDirectory opened = open()) {
            assertThat(opened.stoppedCleanly()).isTrue();
            var found = opened.open(partition, id, LogConfig.of(Map.of()));
            assertThat(found.logEndOffset()).isEqualTo(3);
            assertThat(found.sizeInBytes()).isEqualTo(3_000_000);
            assertThat(found.offsetForTimestamp(1_002, 3).orElseThrow().offset())
                    .isEqualTo(2);
        }
    }

    private LogDirectory open() throws Exception {
        return LogDirectory.open(
                directory,
                "bench",
                1,
                new LogDirectory.Ports(
                        new NioFileSystem(),
                        new SplittableRandom(1),
                        new Background(Runnable::run, Runnable::run, (delayNanos, task) -> () -> {}),
                        new DiskReserve(0),
                        new LogMetrics(new SimpleMeterRegistry()),
                        (failed, what, cause) -> {}));
    }
}
