package dev.curia.replica.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.Background;
import dev.curia.log.DiskReserve;
import dev.curia.log.LogConfig;
import dev.curia.log.LogDirectory;
import dev.curia.log.LogMetrics;
import dev.curia.log.PartitionLog;
import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.io.NioFileSystem;
import dev.curia.testkit.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class CompactionRollTest {
    private static final Duration LAG = Duration.ofSeconds(10);

    @TempDir
    Path path;

    private final ManualClock clock = new ManualClock();
    private final CompactionRoll roll = new CompactionRoll();
    private LogDirectory directory;

    @BeforeEach
    void open() throws IOException {
        directory = LogDirectory.open(
                path,
                "cluster",
                1,
                new LogDirectory.Ports(
                        new NioFileSystem(),
                        new Random(1),
                        new Background(Runnable::run, Runnable::run, (delay, task) -> () -> {}),
                        new DiskReserve(0),
                        new LogMetrics(new SimpleMeterRegistry()),
                        (dir, what, cause) -> {
                            throw new AssertionError(what, cause);
                        }));
    }

    @AfterEach
    void close() {
        directory.close();
    }

    @Test
    void aSegmentWithAnOldRecordIsDueOnceItHasStoodForTheLag() throws IOException {
        PartitionLog log = compacted();
        append(log, clock.wallMillis());
        assertThat(roll.isDue(log, clock)).isFalse();
        clock.advance(LAG);
        assertThat(roll.isDue(log, clock)).as("not older than the lag").isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThat(roll.isDue(log, clock)).isTrue();

        log.roll();
        assertThat(roll.isDue(log, clock)).as("an empty segment").isFalse();
    }

    /** Records may come with any time: not one segment for each of them. */
    @Test
    void oldRecordsDoNotRollAgainAndAgain() throws IOException {
        PartitionLog log = compacted();
        append(log, 1);
        assertThat(roll.isDue(log, clock)).as("seen for the first time").isFalse();
        clock.advance(LAG.minusMillis(1));
        assertThat(roll.isDue(log, clock)).isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThat(roll.isDue(log, clock)).isTrue();
        log.roll();
        append(log, 1);
        assertThat(roll.isDue(log, clock)).as("just rolled").isFalse();
        clock.advance(LAG);
        assertThat(roll.isDue(log, clock)).isTrue();
    }

    @Test
    void recordsWithoutATimeAndLogsWithoutALimitAreNeverDue() throws IOException {
        PartitionLog timeless = compacted();
        append(timeless, -1);
        PartitionLog unlimited = log("unlimited", Map.of("cleanup.policy", "compact"));
        append(unlimited, 1);
        PartitionLog deleting = log("deleting", Map.of("max.compaction.lag.ms", "1"));
        append(deleting, 1);
        for (PartitionLog log : new PartitionLog[] {timeless, unlimited, deleting}) {
            assertThat(roll.isDue(log, clock)).isFalse();
            clock.advance(Duration.ofDays(100));
            assertThat(roll.isDue(log, clock)).isFalse();
        }
    }

    private PartitionLog compacted() throws IOException {
        return log(
                "compacted",
                Map.of("cleanup.policy", "compact", "max.compaction.lag.ms", Long.toString(LAG.toMillis())));
    }

    private PartitionLog log(String topic, Map<String, String> config) throws IOException {
        return directory.create(new TopicPartition(topic, 0), new Uuid(1, topic.hashCode()), LogConfig.of(config));
    }

    private void append(PartitionLog log, long time) {
        MemoryRecords batch =
                MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(time, new byte[1], new byte[1]));
        assertThat(log.appendAsLeader(batch.buffer(), 0, AppendOrigin.CLIENT, clock.wallMillis())
                        .message())
                .isEmpty();
    }
}
