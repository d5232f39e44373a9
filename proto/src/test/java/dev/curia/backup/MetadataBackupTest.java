package dev.curia.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.proto.metadata.v1.BackupHeader;
import dev.curia.proto.metadata.v1.ConfigRecord;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetadataBackupTest {
    private static final BackupHeader HEADER = BackupHeader.newBuilder()
            .setClusterId("cluster")
            .setIndex(42)
            .setTerm(3)
            .setSavedAtMs(1_000)
            .build();

    @TempDir
    Path directory;

    @Test
    void whatWasWrittenIsReadAgain() throws IOException {
        Path file = written();
        MetadataBackup backup = MetadataBackup.read(file);
        assertThat(backup.header()).isEqualTo(HEADER);
        assertThat(backup.records()).containsExactly(config("a"), config("b"), config("c"));
        assertThat(directory).isDirectoryContaining(path -> path.equals(file));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .as("it holds what passwords are checked with")
                .isEqualTo("rw-------");
    }

    @Test
    void anyBitThatFlipsAndAnyByteThatLacksIsFound() throws IOException {
        byte[] whole = Files.readAllBytes(written());
        Path copy = directory.resolve("copy");
        for (int i = 0; i < whole.length; i++) {
            byte[] flipped = whole.clone();
            flipped[i] ^= 0x10;
            Files.write(copy, flipped);
            assertThatThrownBy(() -> MetadataBackup.read(copy)).isInstanceOf(BackupException.class);
            Files.write(copy, Arrays.copyOf(whole, i));
            assertThatThrownBy(() -> MetadataBackup.read(copy)).isInstanceOf(BackupException.class);
        }
        Files.write(copy, Arrays.copyOf(whole, whole.length + 1));
        assertThatThrownBy(() -> MetadataBackup.read(copy)).hasMessageContaining("something follows its end");
    }

    @Test
    void aNewerFormatAndAnotherFileAreRefusedInWords() throws IOException {
        Path file = written();
        byte[] bytes = Files.readAllBytes(file);
        bytes[MetadataBackup.MAGIC.length + 3] = 2;
        Files.write(file, bytes);
        assertThatThrownBy(() -> MetadataBackup.read(file))
                .hasMessageContaining("is of format 2, but this build reads format 1");
        Files.writeString(file, "something else altogether");
        assertThatThrownBy(() -> MetadataBackup.read(file)).hasMessageContaining("is no backup of the metadata");
    }

    @Test
    void aFileIsNeverWrittenOverAndAnUnfinishedOneLeavesNothing() throws IOException {
        Path file = written();
        assertThatThrownBy(() -> new BackupWriter(file, HEADER)).isInstanceOf(FileAlreadyExistsException.class);
        try (BackupWriter writer = new BackupWriter(directory.resolve("other"), HEADER)) {
            writer.add(List.of(config("a")));
        }
        try (var left = Files.list(directory)) {
            assertThat(left).containsExactly(file);
        }
    }

    private Path written() throws IOException {
        Path file = directory.resolve("backup");
        try (BackupWriter writer = new BackupWriter(file, HEADER)) {
            writer.add(List.of(config("a"), config("b")));
            writer.add(List.of(config("c")));
            writer.finish();
        }
        return file;
    }

    private static MetadataRecord config(String key) {
        return MetadataRecord.newBuilder()
                .setConfig(ConfigRecord.newBuilder().setKey(key))
                .build();
    }
}
