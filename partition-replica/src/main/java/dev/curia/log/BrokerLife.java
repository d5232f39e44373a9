package dev.curia.log;

import dev.curia.log.io.CheckpointFile;
import dev.curia.log.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * The file {@code broker-epoch-checkpoint} of a log directory: the epoch of the broker process that writes here, and since when its machine runs.
 * When a process ends in any way, what it wrote is still there while the machine runs on; so a later process can tell whether all of it is.
 * Not thread-safe.
 */
final class BrokerLife {
    static final String FILE_NAME = "broker-epoch-checkpoint";

    private final CheckpointFile file;

    BrokerLife(FileSystem files, Path directory) {
        this.file = new CheckpointFile(files, directory.resolve(FILE_NAME));
    }

    /** The epoch of the last process that registered; empty: none has since the machine was started. */
    OptionalLong survived(String machineBoot) throws IOException {
        List<String[]> lines = file.read(2);
        if (lines.isEmpty() || !lines.get(0)[1].equals(machineBoot)) return OptionalLong.empty();
        return OptionalLong.of(file.number(lines.get(0)[0]));
    }

    void write(long brokerEpoch, String machineBoot) throws IOException {
        file.write(List.of(brokerEpoch + " " + machineBoot));
    }
}
