package dev.curia.log;

import dev.curia.log.io.CheckpointFile;
import dev.curia.log.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The file {@code replacement-checkpoint} in a partition's directory: the partition was made anew because its files in another log directory
 * could not be reached. When that directory is back, the later mark tells which of the two is the replica. Immutable.
 *
 * @param brokerEpoch of this broker when it was made
 * @param serial rises within the broker epoch
 */
public record ReplacementMark(long brokerEpoch, long serial) implements Comparable<ReplacementMark> {
    private static final String FILE_NAME = "replacement-checkpoint";
    private static final Comparator<ReplacementMark> ORDER =
            Comparator.comparingLong(ReplacementMark::brokerEpoch).thenComparingLong(ReplacementMark::serial);

    static Optional<ReplacementMark> read(FileSystem files, Path directory) throws IOException {
        CheckpointFile file = new CheckpointFile(files, directory.resolve(FILE_NAME));
        List<String[]> entries = file.read(2);
        if (entries.isEmpty()) return Optional.empty();
        String[] mark = entries.get(0);
        return Optional.of(new ReplacementMark(file.number(mark[0]), file.number(mark[1])));
    }

    void write(FileSystem files, Path directory) throws IOException {
        new CheckpointFile(files, directory.resolve(FILE_NAME)).write(List.of(brokerEpoch + " " + serial));
    }

    @Override
    public int compareTo(ReplacementMark other) {
        return ORDER.compare(this, other);
    }
}
