package dev.curia.log.segment;

import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Kafka's file names in a partition's directory: a 20-digit offset and what the file holds. */
public final class SegmentFiles {
    public static final String LOG = ".log";
    public static final String OFFSET_INDEX = ".index";
    public static final String TIME_INDEX = ".timeindex";
    public static final String TXN_INDEX = ".txnindex";
    public static final String SNAPSHOT = ".snapshot";
    /** The kinds of files that a segment may have. */
    public static final List<String> OF_A_SEGMENT = List.of(LOG, OFFSET_INDEX, TIME_INDEX, TXN_INDEX);
    /** Behind the name of a file that is to be removed. */
    public static final String DELETED = ".deleted";

    /** Behind the name of a file that compaction is writing: it counts for nothing. */
    public static final String CLEANED = ".cleaned";
    /** Behind the name of a file that is complete and takes the place of others, see {@code SegmentSwaps}. */
    public static final String SWAP = ".swap";

    private static final int DIGITS = 20;

    private SegmentFiles() {}

    public static Path of(Path directory, long offset, String suffix) {
        return directory.resolve(String.format("%020d", offset) + suffix);
    }

    /** The offset in a file's name; empty when the file is not of that kind. */
    public static OptionalLong offsetOf(Path file, String suffix) {
        String name = String.valueOf(file.getFileName());
        if (name.length() != DIGITS + suffix.length() || !name.endsWith(suffix)) return OptionalLong.empty();
        try {
            return OptionalLong.of(Long.parseLong(name.substring(0, DIGITS)));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** Removes a segment's files from a partition's directory. */
    public static void delete(FileSystem files, Path directory, long base) throws IOException {
        for (String suffix : OF_A_SEGMENT) files.delete(of(directory, base, suffix));
    }

    /** The bytes of the segments in a partition's directory that reach behind {@code offset}, by the files' names and sizes. */
    public static long bytesAbove(FileSystem files, Path directory, long offset) throws IOException {
        TreeMap<Long, Path> segments = new TreeMap<>();
        for (Path file : files.list(directory)) {
            offsetOf(file, LOG).ifPresent(base -> segments.put(base, file));
        }
        Long first = segments.floorKey(offset);
        long bytes = 0;
        for (Path file : segments.tailMap(first == null ? 0 : first, true).values()) {
            try (LogFile open = files.openReadOnly(file)) {
                bytes += open.size();
            }
        }
        return bytes;
    }
}
