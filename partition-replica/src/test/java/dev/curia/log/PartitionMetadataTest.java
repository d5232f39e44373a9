package dev.curia.log;

import static dev.curia.log.LogFixture.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.log.io.CrashingFileSystem;
import dev.curia.log.io.MalformedFileException;
import dev.curia.log.io.NioFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionMetadataTest {
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

    /** What a power loss leaves of a file that was never forced: nothing, zeros, or a part. */
    @Test
    void ofALogThatWasNeverFlushedItMayBeUnfinished() throws IOException {
        fixture.append(batch("a"), 1);
        for (String left : List.of("", "\0\0\0", "version\0\0", "version: 0\ntopic_id: AAA")) {
            Files.writeString(fixture.file(PartitionMetadata.FILE_NAME), left);
            assertThat(fixture.directory().partitions().get(0).topicId())
                    .as(left)
                    .isEmpty();
        }
    }

    @Test
    void ofALogThatWasFlushedItIsDamaged() throws IOException {
        fixture.append(batch("a"), 1);
        fixture.log.flush();
        Path directory = fixture.log.directory();
        assertThat(PartitionMetadata.read(new NioFileSystem(), directory)).hasValue(LogFixture.TOPIC_ID);
        Files.writeString(fixture.file(PartitionMetadata.FILE_NAME), "version: 0\ntopic_id: AAA");
        assertThatThrownBy(() -> PartitionMetadata.read(new NioFileSystem(), directory))
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining("topic_id: AAA");
    }

    /** A cut writes the epochs before anything was flushed: what they belong to is then on disk, too. */
    @Test
    void afterACutAndAPowerLossItIsWhole(@TempDir Path scratch) throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            Path own = Files.createDirectory(scratch.resolve(Integer.toString(seed)));
            CrashingFileSystem files = new CrashingFileSystem(own, new SplittableRandom(seed));
            LogFixture cut = new LogFixture(Path.of("/logs"), files, LogConfig.defaults());
            cut.append(batch("a"), 1);
            cut.append(batch("b"), 2);
            cut.log.truncateTo(1);
            cut.close();
            files.powerLoss();
            files.restart();
            cut.reopenOrCreate();
            assertThat(cut.directory().partitions().get(0).topicId()).hasValue(LogFixture.TOPIC_ID);
            cut.close();
        }
    }
}
