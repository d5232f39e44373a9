package dev.curia.log;

import static dev.curia.log.LogFixture.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.id.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CleanShutdownTest {
    private static final TopicPartition OTHER = new TopicPartition("payments", 3);
    private static final String SEGMENT = "00000000000000000000.log";

    @TempDir
    Path path;

    private LogFixture fixture;

    @BeforeEach
    void open() throws IOException {
        fixture = new LogFixture(path);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Killed, started, and told to stop before the metadata quorum told it of its partitions: their tails are not checked yet. */
    @Test
    void aStopBeforeTheLogsWereScannedIsNotClean() throws IOException {
        fixture.append(batch("a"), 1);
        long whole = Files.size(fixture.file(SEGMENT));
        fixture.append(batch("b"), 4);
        Path file = fixture.file(SEGMENT);
        fixture.close();
        Files.write(file, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
        fixture.reopenWithoutLogs();
        fixture.stop();
        fixture.reopen();
        assertThat(fixture.directory().stoppedCleanly()).isFalse();
        assertThat(fixture.directory().cleanShutdownBrokerEpoch()).isEmpty();
        assertThat(fixture.records()).containsExactly("0=a", "1=b");
        assertThat(fixture.log.epochAt(0)).hasValue(1);
        assertThat(fixture.log.epochAt(1)).hasValue(4);
        assertThat(Files.size(file)).isEqualTo(2 * whole);
        fixture.restart();
        assertThat(fixture.directory().stoppedCleanly()).isTrue();
        assertThat(fixture.log.epochAt(1)).hasValue(4);
    }

    @Test
    void aStopIsNotCleanWhileOneOfTwoLogsWasNotScanned() throws IOException {
        fixture.directory().create(OTHER, LogFixture.TOPIC_ID, LogConfig.defaults());
        fixture.crash();
        fixture.restart();
        assertThat(fixture.directory().stoppedCleanly()).isFalse();
        fixture.directory().open(OTHER, LogFixture.TOPIC_ID, LogConfig.defaults());
        fixture.restart();
        assertThat(fixture.directory().stoppedCleanly()).isTrue();
    }

    @Test
    void aPartitionThatWasDeletedDoesNotKeepItsDirectoryUnclean() throws IOException {
        fixture.directory().create(OTHER, LogFixture.TOPIC_ID, LogConfig.defaults());
        fixture.crash();
        fixture.directory().delete(OTHER);
        fixture.restart();
        assertThat(fixture.directory().stoppedCleanly()).isTrue();
    }

    /** Nothing was changed: a broker that is stopped again before it registered has still all that it had at its last stop. */
    @Test
    void aStopBeforeTheBrokerRegisteredKeepsTheLastBrokerEpoch() throws IOException {
        fixture.append(batch("a"), 1);
        fixture.stop();
        fixture.reopenWithoutLogs();
        fixture.directory().close(-1);
        fixture.reopen();
        assertThat(fixture.directory().stoppedCleanly()).isTrue();
        assertThat(fixture.directory().cleanShutdownBrokerEpoch()).hasValue(7);
        assertThat(fixture.records()).containsExactly("0=a");
    }

    @Test
    void aLogThatWasFoundDamagedKeepsItsDirectoryUnclean() throws IOException {
        fixture.append(batch("a"), 1);
        fixture.log.giveUp("a replica differs");
        fixture.restart();
        assertThat(fixture.directory().stoppedCleanly()).isFalse();
    }

    @Test
    void aLogThatWasLetGoOfAsItIsKeepsItsDirectoryUnclean() throws IOException {
        fixture.append(batch("a"), 1);
        fixture.directory().release(LogFixture.NAME);
        fixture.restart();
        assertThat(fixture.directory().stoppedCleanly()).isFalse();
        assertThat(fixture.log.epochAt(0)).hasValue(1);
    }

    @Test
    void aLogThatCouldNotBeOpenedKeepsItsDirectoryUnclean() throws IOException {
        fixture.append(batch("a"), 1);
        fixture.log.flush();
        fixture.directory().checkpoint();
        Path file = fixture.file(SEGMENT);
        fixture.close();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(fixture::reopen).isInstanceOf(DamagedLogException.class);
        fixture.stop();
        assertThatThrownBy(fixture::reopen).isInstanceOf(DamagedLogException.class);
    }
}
