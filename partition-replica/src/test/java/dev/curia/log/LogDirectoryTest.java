package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogFile;
import dev.curia.log.io.NioFileSystem;
import dev.curia.testkit.Await;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogDirectoryTest {
    private static final TopicPartition NAME = new TopicPartition("a-b.c", 3);
    private static final Uuid ID = Uuid.random(new SplittableRandom(3));

    @TempDir
    Path path;

    @Test
    void aNewDirectoryGetsAnIdentityThatStays() throws IOException {
        Uuid id;
        try (LogDirectory directory = open("c", 1)) {
            id = directory.id();
            assertThat(directory.stoppedCleanly()).isFalse();
        }
        assertThat(Files.readString(path.resolve("meta.properties")))
                .isEqualTo("version=1\ncluster.id=c\nnode.id=1\ndirectory.id=" + id + "\n");
        try (LogDirectory directory = open("c", 1)) {
            assertThat(directory.id()).isEqualTo(id);
        }
    }

    @Test
    void anothersDirectoryIsRefused() throws IOException {
        open("cluster-a", 1).close();
        assertThatThrownBy(() -> open("cluster-b", 1))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContainingAll("cluster-a", "cluster-b", path.toString());
        assertThatThrownBy(() -> open("cluster-a", 22))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContainingAll("node 1", "node 22");
        open("cluster-a", 1).close();
    }

    @Test
    void aSecondUserIsRefused() throws IOException {
        try (LogDirectory directory = open("c", 1)) {
            assertThatThrownBy(() -> open("c", 1))
                    .isInstanceOf(LogDirectoryException.class)
                    .hasMessageContainingAll("in use", directory.path().toString());
        }
    }

    @Test
    void partitionsAreListedWithTheirTopicIds() throws IOException {
        try (LogDirectory directory = open("c", 1)) {
            directory.create(NAME, ID, LogConfig.defaults());
            Files.createDirectories(path.resolve("no partition"));
            assertThat(directory.partitions())
                    .containsExactly(new PartitionDirectory(NAME, Optional.of(ID), path.resolve("a-b.c-3")));
            assertThat(Files.readString(path.resolve("a-b.c-3/partition.metadata")))
                    .isEqualTo("version: 0\ntopic_id: " + ID);
            assertThatThrownBy(() -> directory.open(NAME, Uuid.ZERO, LogConfig.defaults()))
                    .hasMessageContainingAll(ID.toString(), Uuid.ZERO.toString());
        }
    }

    @Test
    void aDeletedPartitionIsGoneAndLeavesNoOffsets() throws IOException {
        try (LogDirectory directory = open("c", 1)) {
            PartitionLog log = directory.create(NAME, ID, LogConfig.defaults());
            log.appendAsLeader(LogFixture.batch("a"), 0, AppendOrigin.CLIENT, LogFixture.NOW);
            log.flush();
            directory.checkpoint();
            directory.checkpointHighWatermarks(Map.of(NAME, 1L));
            directory.delete(NAME);
            assertThat(directory.partitions()).isEmpty();
            assertThat(new NioFileSystem().list(path))
                    .noneMatch(p -> p.toString().endsWith("-delete"));
            directory.create(NAME, Uuid.ZERO, LogConfig.defaults());
            assertThat(directory.highWatermark(NAME)).isZero();
            assertThat(Files.readString(path.resolve("recovery-point-offset-checkpoint")))
                    .isEqualTo("0\n0\n");
        }
    }

    @Test
    void deletionWaitsForAFlushThatIsUnderWay() throws Exception {
        deleteDuringFlush("open", "leader-epoch-checkpoint.tmp");
    }

    @Test
    void aFlushMayFindThatTheFilesWereLetGoOf() throws Exception {
        deleteDuringFlush("force", "00000000000000000000.log");
    }

    /** @param call of the disk that the flush has begun when the deletion comes, and that ends when the deletion waits */
    private void deleteDuringFlush(String call, String file) throws Exception {
        CountDownLatch flushing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        FileSystem slow = stopping(FileSystem.class, new NioFileSystem(), "", (name, what) -> {
            if (!name.equals(call) || !what.endsWith(file)) return;
            flushing.countDown();
            goOn.await();
        });
        try (LogDirectory directory = LogDirectory.open(path, "c", 1, ports(slow))) {
            PartitionLog log = directory.create(NAME, ID, LogConfig.defaults());
            log.appendAsLeader(LogFixture.batch("a"), 0, AppendOrigin.CLIENT, LogFixture.NOW);
            FutureTask<Void> flush = new FutureTask<>(
                    () -> {
                        log.roll();
                        log.flush();
                    },
                    null);
            new Thread(flush).start();
            flushing.await();
            FutureTask<Void> deletion = new FutureTask<>(() -> {
                directory.delete(NAME);
                return null;
            });
            Thread deleting = new Thread(deletion);
            deleting.start();
            Await.until(
                    "the deletion waits, or is over",
                    Duration.ofSeconds(10),
                    () -> deletion.isDone() || deleting.getState() == Thread.State.BLOCKED);
            goOn.countDown();
            flush.get();
            deletion.get();
            assertThat(directory.partitions()).isEmpty();
            log.flush();
        }
    }

    private interface Stop {
        void at(String call, String file) throws Exception;
    }

    /** A disk, or an open file of it, that asks before each call. */
    private static <T> T stopping(Class<T> type, T real, String file, Stop stop) {
        return type.cast(Proxy.newProxyInstance(
                LogDirectoryTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    String name = type == FileSystem.class && arguments != null ? arguments[0].toString() : file;
                    stop.at(method.getName(), name);
                    try {
                        Object result = method.invoke(real, arguments);
                        return result instanceof LogFile opened ? stopping(LogFile.class, opened, name, stop) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    @Test
    void checkpointsSurvive() throws IOException {
        try (LogDirectory directory = open("c", 1)) {
            directory.checkpointHighWatermarks(Map.of(NAME, 17L));
        }
        assertThat(Files.readString(path.resolve("replication-offset-checkpoint")))
                .isEqualTo("0\n1\na-b.c 3 17\n");
        try (LogDirectory directory = open("c", 1)) {
            assertThat(directory.highWatermarks()).containsExactly(Map.entry(NAME, 17L));
        }
    }

    @Test
    void aMalformedCheckpointIsNamed() throws IOException {
        open("c", 1).close();
        Files.writeString(path.resolve("replication-offset-checkpoint"), "0\n2\na 1 2\n");
        assertThatThrownBy(() -> open("c", 1)).hasMessageContainingAll("replication-offset-checkpoint", "announces 2");
    }

    @Test
    void severalDirectoriesShareThePartitions() throws IOException {
        List<Path> paths = List.of(path.resolve("one"), path.resolve("two"));
        try (LogDirectories directories = LogDirectories.open(paths, "c", 1, ports())) {
            for (int i = 0; i < 4; i++) {
                TopicPartition name = new TopicPartition("t", i);
                directories
                        .forNewPartition(directory -> directory.logs().size())
                        .orElseThrow()
                        .create(name, ID, LogConfig.defaults());
                assertThat(directories.find(name)).isPresent();
            }
            assertThat(directories.all()).allMatch(directory -> directory.logs().size() == 2);
            directories.close(5);
        }
        try (LogDirectories directories = LogDirectories.open(paths, "c", 1, ports())) {
            assertThat(directories.intactBrokerEpoch(Optional.empty())).hasValue(5);
        }
        try (LogDirectories directories = LogDirectories.open(paths, "c", 1, ports())) {
            assertThat(directories.intactBrokerEpoch(Optional.empty())).isEmpty();
        }
    }

    private LogDirectory open(String clusterId, int nodeId) throws IOException {
        return LogDirectory.open(path, clusterId, nodeId, ports());
    }

    private static LogDirectory.Ports ports() {
        return ports(new NioFileSystem());
    }

    private static LogDirectory.Ports ports(FileSystem files) {
        return new LogDirectory.Ports(
                files,
                new SplittableRandom(),
                new Background(Runnable::run, Runnable::run, new ManualTimers()),
                new DiskReserve(0),
                new LogMetrics(new SimpleMeterRegistry()),
                (path, what, cause) -> {
                    throw new AssertionError(what, cause);
                });
    }
}
