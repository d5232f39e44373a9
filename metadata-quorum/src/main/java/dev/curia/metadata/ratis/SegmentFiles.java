package dev.curia.metadata.ratis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.util.SizeInBytes;

/** The Raft log of a stopped node, read from its files. */
final class SegmentFiles {
    private SegmentFiles() {}

    /**
     * Hands every whole entry over, in order. A half-written last entry was never acknowledged and is passed over.
     *
     * @throws IOException when a file is damaged
     */
    static void read(Path current, Consumer<LogEntryProto> entries) throws IOException {
        List<LogSegmentPath> segments;
        try (Stream<Path> files = Files.list(current)) {
            segments = files.map(LogSegmentPath::matchLogSegment)
                    .filter(Objects::nonNull)
                    .sorted(Comparator.comparing(LogSegmentPath::getStartEnd))
                    .toList();
        }
        for (LogSegmentPath segment : segments) {
            LogSegment.readSegmentFile(
                    segment.getPath().toFile(),
                    segment.getStartEnd(),
                    SizeInBytes.valueOf(RatisSettings.MAX_ENTRY_BYTES),
                    CorruptionPolicy.EXCEPTION,
                    null,
                    entries);
        }
    }
}
