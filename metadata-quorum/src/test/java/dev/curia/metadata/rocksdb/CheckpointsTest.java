package dev.curia.metadata.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
    @TempDir
    Path directory;

    @Test
    void theNewestIsTheOneOfTheHighestIndexNotOfTheHighestName() throws IOException {
        make("chk-1-9");
        make("chk-2-10");
        make("chk-10-2");
        assertThat(new Checkpoints(directory).newest().orElseThrow().directory().getFileName())
                .hasToString("chk-2-10");
    }

    @Test
    void unfinishedOnesAreNotCheckpointsAndAreDeleted() throws IOException {
        make("chk-1-9");
        make("chk-1-12.tmp");
        make("other");
        Checkpoints checkpoints = new Checkpoints(directory);
        assertThat(checkpoints.newest().orElseThrow().index()).isEqualTo(9);
        checkpoints.deleteUnfinished();
        assertThat(directory.resolve("chk-1-12.tmp")).doesNotExist();
        assertThat(directory.resolve("chk-1-9")).exists();
        assertThat(directory.resolve("other")).exists();
    }

    @Test
    void theChecksumsOfATransferAreNotPartOfIt() throws IOException {
        Path checkpoint = make("chk-1-9");
        Files.writeString(checkpoint.resolve("000001.sst.md5"), "x");
        assertThat(new Checkpoints(directory).newest().orElseThrow().files())
                .containsExactly(checkpoint.resolve("000001.sst"));
    }

    @Test
    void onlyTheNewestAreKept() throws IOException {
        make("chk-1-9");
        make("chk-1-10");
        make("chk-2-11");
        new Checkpoints(directory).keepNewest(2);
        assertThat(directory.resolve("chk-1-9")).doesNotExist();
        assertThat(directory.resolve("chk-1-10")).exists();
        assertThat(directory.resolve("chk-2-11")).exists();
    }

    private Path make(String name) throws IOException {
        Path made = Files.createDirectory(directory.resolve(name));
        Files.writeString(made.resolve("000001.sst"), "table");
        return made;
    }
}
