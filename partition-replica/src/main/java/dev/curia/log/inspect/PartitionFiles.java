package dev.curia.log.inspect;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.DirectoryFacts;
import dev.curia.log.epoch.EpochCheckpoint;
import dev.curia.log.io.FileSystem;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The files in one partition's directory, by kind. Immutable.
 *
 * @param name empty when the directory's name is not that of a partition
 * @param offsets by a kind's suffix, the offsets in the names of its files
 * @param others what belongs to no kind: files that are to be removed, or are not ours
 */
public record PartitionFiles(
        Path directory, Optional<TopicPartition> name, Map<String, NavigableSet<Long>> offsets, List<Path> others) {
    private static final List<String> KINDS = List.of(
            SegmentFiles.LOG,
            SegmentFiles.OFFSET_INDEX,
            SegmentFiles.TIME_INDEX,
            SegmentFiles.TXN_INDEX,
            SegmentFiles.SNAPSHOT);
    private static final List<String> NAMED = List.of(EpochCheckpoint.FILE_NAME, DirectoryFacts.PARTITION_METADATA);

    static PartitionFiles of(FileSystem files, Path directory) throws IOException {
        return of(directory, files.list(directory));
    }

    /** Of these files only. */
    static PartitionFiles of(Path directory, List<Path> all) {
        Map<String, NavigableSet<Long>> offsets = new TreeMap<>();
        KINDS.forEach(kind -> offsets.put(kind, new TreeSet<>()));
        List<Path> others = new ArrayList<>();
        for (Path file : all) if (!sort(file, offsets)) others.add(file);
        others.sort(null);
        String name = String.valueOf(directory.toAbsolutePath().normalize().getFileName());
        return new PartitionFiles(directory, DirectoryFacts.partitionName(name), offsets, others);
    }

    /** Whether compaction was putting a segment in the place of others when the broker stopped: the next start finishes that. */
    boolean hasPendingSwap() {
        return others.stream()
                .anyMatch(file -> SegmentFiles.offsetOf(file, SegmentFiles.LOG + SegmentFiles.SWAP)
                        .isPresent());
    }

    /** Without the other segments. */
    PartitionFiles onlySegment(long base) {
        Map<String, NavigableSet<Long>> only = new TreeMap<>();
        KINDS.forEach(kind -> only.put(kind, new TreeSet<>()));
        offsets.forEach((kind, found) -> {
            NavigableSet<Long> kept = new TreeSet<>();
            if (found.contains(base)) kept.add(base);
            only.put(kind, kept);
        });
        return new PartitionFiles(directory, name, only, List.of());
    }

    /** The base offsets of the segments. */
    public NavigableSet<Long> segments() {
        return files(SegmentFiles.LOG);
    }

    /** The offsets of all files of a kind, as {@link SegmentFiles} names them. */
    public NavigableSet<Long> files(String kind) {
        NavigableSet<Long> found = offsets.get(kind);
        return found == null ? new TreeSet<>() : found;
    }

    public boolean has(long offset, String kind) {
        return files(kind).contains(offset);
    }

    public Path file(long offset, String kind) {
        return SegmentFiles.of(directory, offset, kind);
    }

    /** The directory's name. */
    public String label() {
        return String.valueOf(directory.toAbsolutePath().normalize().getFileName());
    }

    /** The base offset of the segment behind this one; the largest number behind the last. */
    public long nextBase(long base) {
        Long next = segments().higher(base);
        return next == null ? Long.MAX_VALUE : next;
    }

    private static boolean sort(Path file, Map<String, NavigableSet<Long>> offsets) {
        if (NAMED.contains(String.valueOf(file.getFileName()))) return true;
        for (Map.Entry<String, NavigableSet<Long>> kind : offsets.entrySet()) {
            OptionalLong offset = SegmentFiles.offsetOf(file, kind.getKey());
            if (offset.isPresent()) return kind.getValue().add(offset.getAsLong());
        }
        return false;
    }
}
