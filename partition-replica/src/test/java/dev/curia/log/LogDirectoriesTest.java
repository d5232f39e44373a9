package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.LogDirectories.Unopened;
import dev.curia.log.io.SmallDisk;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogDirectoriesTest {
    private static final TopicPartition NAME = new TopicPartition("t", 0);
    private static final Uuid ID = new Uuid(1, 2);

    @TempDir
    Path path;

    private final SmallDisk disk = new SmallDisk();
    private SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<Path> failures = new ArrayList<>();
    private final ManualTimers timers = new ManualTimers();

    private Path one() {
        return path.resolve("one");
    }

    private Path two() {
        return path.resolve("two");
    }

    private LogDirectories open() throws IOException {
        meters = new SimpleMeterRegistry();
        LogDirectory.Ports ports = new LogDirectory.Ports(
                disk,
                new SplittableRandom(),
                new Background(Runnable::run, Runnable::run, timers),
                new DiskReserve(0),
                new LogMetrics(meters),
                (directory, what, cause) -> failures.add(directory));
        return LogDirectories.open(List.of(one(), two()), "c", 1, ports);
    }

    private double gauge(String name, Path directory) {
        return meters.get(name).tag("dir", directory.toString()).gauge().value();
    }

    @Test
    void oneThatCannotBeOpenedIsOfflineAndTheOthersGoOn() throws IOException {
        open().close();
        disk.at(two()).breakDown();
        try (LogDirectories directories = open()) {
            assertThat(directories.all()).extracting(LogDirectory::path).containsExactly(one());
            assertThat(directories.unopened())
                    .singleElement()
                    .satisfies(away -> assertThat(away.path()).isEqualTo(two()))
                    .extracting(Unopened::reason)
                    .asString()
                    .contains("Input/output error");
            assertThat(directories.someMissing()).isTrue();
            directories.forgetMissing();
            assertThat(directories.someMissing()).isTrue();
            assertThat(gauge("curia_log_directory_offline", two())).isEqualTo(1);
            assertThat(gauge("curia_log_directory_offline", one())).isZero();
        }
    }

    @Test
    void malformedIdentityAndMissingMountAreNoReasonToStopEither() throws IOException {
        open().close();
        Files.writeString(two().resolve("meta.properties"), "version=9");
        try (LogDirectories directories = open()) {
            assertThat(directories.unopened()).extracting(Unopened::path).containsExactly(two());
        }
        Files.delete(two().resolve("meta.properties"));
        Files.move(two(), path.resolve("elsewhere"));
        Files.writeString(two(), "not a directory");
        try (LogDirectories directories = open()) {
            assertThat(directories.unopened()).extracting(Unopened::path).containsExactly(two());
        }
    }

    @Test
    void whenNoneCanBeOpenedThereIsNothingToDo() {
        disk.at(one()).breakDown();
        disk.at(two()).breakDown();
        assertThatThrownBy(this::open)
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContainingAll(one().toString(), two().toString(), "Input/output error");
    }

    @Test
    void whereAllIsNewSomethingMayHaveBeenLost() throws IOException {
        for (int start = 0; start < 2; start++) {
            try (LogDirectories directories = open()) {
                assertThat(directories.someMissing()).isTrue();
            }
        }
        settled();
        try (LogDirectories directories = open()) {
            assertThat(directories.someMissing()).isFalse();
        }
    }

    private void settled() throws IOException {
        try (LogDirectories directories = open()) {
            directories.forgetMissing();
        }
    }

    @Test
    void aReplacedDirectoryIsNoticedUntilItsContentIsMadeAnew() throws IOException {
        settled();
        Files.move(two(), path.resolve("broken"));
        try (LogDirectories directories = open()) {
            assertThat(directories.unopened()).isEmpty();
            assertThat(directories.all()).hasSize(2);
            assertThat(directories.someMissing()).isTrue();
        }
        try (LogDirectories directories = open()) {
            assertThat(directories.someMissing()).isTrue();
            directories.forgetMissing();
            assertThat(directories.someMissing()).isFalse();
        }
        try (LogDirectories directories = open()) {
            assertThat(directories.someMissing()).isFalse();
        }
    }

    @Test
    void aFailureTakesOneDirectoryOfflineAndIsToldOnce() throws IOException {
        try (LogDirectories directories = open()) {
            List<String> told = new ArrayList<>();
            directories.onFailure(() -> told.add("failure"));
            disk.at(two()).breakDown();
            timers.runAll();
            timers.runAll();
            assertThat(failures).containsExactly(two());
            assertThat(told).hasSize(1);
            assertThat(directories.anyOnline()).isTrue();
            assertThat(directories.forNewPartition(d -> 0))
                    .get()
                    .extracting(LogDirectory::path)
                    .isEqualTo(one());
            disk.at(one()).breakDown();
            timers.runAll();
            assertThat(directories.anyOnline()).isFalse();
            assertThat(directories.forNewPartition(d -> 0)).isEmpty();
        }
    }

    @Test
    void fullDirectoriesGetNoPartitionsUntilThereIsRoom() throws IOException {
        try (LogDirectories directories = open()) {
            disk.at(one()).setRoom(0);
            LogDirectory full = directories.all().get(0);
            assertThatThrownBy(() -> full.create(NAME, ID, LogConfig.defaults()))
                    .isInstanceOf(dev.curia.log.io.NoSpaceException.class);
            assertThat(full.isFull()).isTrue();
            assertThat(full.isOnline()).isTrue();
            assertThat(directories.forNewPartition(d -> 0))
                    .get()
                    .extracting(LogDirectory::path)
                    .isEqualTo(two());
            assertThat(gauge("curia_log_directory_full", one())).isEqualTo(1);
            disk.at(one()).setRoom(1L << 30);
            for (int i = 0; i < 10; i++) timers.runAll();
            assertThat(full.isFull()).isFalse();
            full.create(NAME, ID, LogConfig.defaults());
            assertThat(failures).isEmpty();
        }
    }

    @Test
    void whatIsSetAsideIsKeptUntilDroppedOrUntilRoomIsNeeded() throws IOException {
        try (LogDirectories directories = open()) {
            LogDirectory directory = directories.all().get(0);
            TopicPartition other = new TopicPartition("t", 1);
            for (TopicPartition name : List.of(NAME, other)) {
                directory.create(name, ID, LogConfig.defaults());
                directory.release(name);
                directory.setAside(name);
            }
            assertThat(directory.partitions()).isEmpty();
            assertThat(damaged()).hasSize(2);
            directory.dropSetAside(NAME);
            assertThat(damaged()).hasSize(1).allMatch(p -> p.toString().contains("t-1."));
            disk.at(one()).setRoom(0);
            assertThatThrownBy(() -> directory.create(NAME, ID, LogConfig.defaults()))
                    .isInstanceOf(IOException.class);
            timers.runAll();
            assertThat(damaged()).isEmpty();
        }
    }

    private List<Path> damaged() throws IOException {
        return disk.list(one()).stream()
                .filter(p -> p.toString().endsWith("-damaged"))
                .toList();
    }
}
