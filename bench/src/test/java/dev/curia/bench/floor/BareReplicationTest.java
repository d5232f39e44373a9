package dev.curia.bench.floor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.SystemClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BareReplicationTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void eachRecordIsWrittenByEachReplica(int followers) throws IOException {
        try (BareReplication replication = new BareReplication(followers, directory, new SystemClock())) {
            assertThat(replication.cpuMicros(1_000, 0.02, 0.1)).isPositive();
        }
        List<Long> sizes = sizes();
        assertThat(sizes).hasSize(1 + followers);
        assertThat(sizes.get(0)).isPositive();
        assertThat(sizes).containsOnly(sizes.get(0));
    }

    private List<Long> sizes() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.toFile().length()).toList();
        }
    }
}
