package dev.curia.broker.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.kafka.api.LogDirs.Held;
import dev.curia.broker.kafka.api.LogDirs.LogDir;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.Background;
import dev.curia.log.DiskReserve;
import dev.curia.log.LogConfig;
import dev.curia.log.LogDirectories;
import dev.curia.log.LogDirectory;
import dev.curia.log.LogMetrics;
import dev.curia.log.PartitionLog;
import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.io.NioFileSystem;
import dev.curia.proto.common.v1.ErrorCode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostedLogDirsTest {
    private static final TopicPartition NAME = new TopicPartition("t", 3);

    @TempDir
    Path path;

    private LogDirectories open(String... names) throws IOException {
        LogDirectory.Ports ports = new LogDirectory.Ports(
                new NioFileSystem(),
                new SplittableRandom(1),
                new Background(Runnable::run, Runnable::run, (delayNanos, task) -> () -> {}),
                new DiskReserve(0),
                new LogMetrics(new SimpleMeterRegistry()),
                (directory, what, cause) -> {});
        return LogDirectories.open(List.of(names).stream().map(path::resolve).toList(), "c", 1, ports);
    }

    private String absolute(String name) {
        return path.resolve(name).toAbsolutePath().toString();
    }

    @Test
    void partitionsAndRoomOfWhatIsOnlineAndTheNameOfWhatIsNot() throws IOException {
        Files.writeString(path.resolve("unusable"), "not a directory");
        try (LogDirectories directories = open("good", "failing", "unusable")) {
            LogDirectory good = directories.all().get(0);
            LogDirectory failing = directories.all().get(1);
            PartitionLog log = good.create(NAME, new Uuid(1, 2), LogConfig.defaults());
            failing.create(new TopicPartition("t", 4), new Uuid(1, 2), LogConfig.defaults());
            ByteBuffer batch = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[100]))
                    .buffer();
            log.appendAsLeader(batch, 0, AppendOrigin.CLIENT, 0);

            failing.fail("writing", new IOException("gone"));

            List<LogDir> described = new HostedLogDirs(directories, List::of, (p, d) -> ErrorCode.NONE).describe();
            assertThat(described)
                    .extracting(LogDir::path)
                    .containsExactly(absolute("good"), absolute("failing"), absolute("unusable"));
            assertThat(described.get(0).online()).isTrue();
            assertThat(described.get(0).partitions()).containsExactly(new Held(NAME, batch.limit()));
            assertThat(described.get(0).totalBytes())
                    .isGreaterThanOrEqualTo(described.get(0).usableBytes());
            assertThat(described.get(0).usableBytes()).isPositive();
            assertThat(described.subList(1, 3))
                    .allSatisfy(dir -> assertThat(dir).isEqualTo(new LogDir(dir.path(), false, -1, -1, List.of())));
        }
    }
}
