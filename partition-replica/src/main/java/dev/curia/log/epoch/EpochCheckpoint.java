package dev.curia.log.epoch;

import dev.curia.log.io.CheckpointFile;
import dev.curia.log.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The file {@code leader-epoch-checkpoint}: version 0, the number of entries, then "epoch startOffset" a line. Not thread-safe. */
public final class EpochCheckpoint {
    public static final String FILE_NAME = "leader-epoch-checkpoint";

    private final CheckpointFile file;

    public EpochCheckpoint(FileSystem files, Path partitionDirectory) {
        this.file = new CheckpointFile(files, partitionDirectory.resolve(FILE_NAME));
    }

    public EpochHistory read() throws IOException {
        List<EpochHistory.Entry> entries = new ArrayList<>();
        for (String[] fields : file.read(2)) {
            entries.add(new EpochHistory.Entry((int) file.number(fields[0]), file.number(fields[1])));
        }
        return EpochHistory.of(entries);
    }

    public void write(EpochHistory history) throws IOException {
        file.write(history.entries().stream()
                .map(entry -> entry.epoch() + " " + entry.startOffset())
                .toList());
    }
}
