package dev.curia.metadata.rocksdb;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoint directories {@code chk-<term>-<index>} under one parent. Anything else there ({@code .tmp} of an unfinished
 * checkpoint) is not a checkpoint. Stateless but for the parent's path: every call reads the directory. Thread-safe.
 */
public final class Checkpoints {
    private static final Pattern NAME = Pattern.compile("chk-(\\d{1,19})-(\\d{1,19})");

    /** A whole checkpoint. Ordered by log position. */
    public record Checkpoint(Path directory, long term, long index) implements Comparable<Checkpoint> {
        private static final Comparator<Checkpoint> BY_POSITION =
                Comparator.comparingLong(Checkpoint::index).thenComparingLong(Checkpoint::term);

        @Override
        public int compareTo(Checkpoint other) {
            return BY_POSITION.compare(this, other);
        }

        /** Its files, without the checksums that a snapshot transfer leaves beside them. */
        public List<Path> files() throws IOException {
            return regularFiles(directory).stream()
                    .filter(file -> !file.getFileName().toString().endsWith(".md5"))
                    .toList();
        }
    }

    private final Path parent;

    public Checkpoints(Path parent) {
        this.parent = parent;
    }

    /** Where a checkpoint of this position belongs. */
    public Path directoryOf(long term, long index) {
        return parent.resolve("chk-" + term + "-" + index);
    }

    public Optional<Checkpoint> newest() throws IOException {
        return all().stream().max(Comparator.naturalOrder());
    }

    /** Deletes what was left unfinished. Only while no checkpoint is being taken. */
    public void deleteUnfinished() throws IOException {
        for (Path path : children()) {
            String name = path.getFileName().toString();
            if (name.startsWith("chk-") && !NAME.matcher(name).matches()) Directories.delete(path);
        }
    }

    /** Deletes all but the {@code count} newest. */
    public void keepNewest(int count) throws IOException {
        List<Checkpoint> oldestFirst = all().stream().sorted().toList();
        for (Checkpoint old : oldestFirst.subList(0, Math.max(0, oldestFirst.size() - count))) {
            Directories.delete(old.directory());
        }
    }

    /** Makes an installed checkpoint survive a power cut: its files, its directory and the entry in the parent. */
    public void force(Checkpoint checkpoint) throws IOException {
        for (Path file : regularFiles(checkpoint.directory())) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
        Directories.force(checkpoint.directory());
        Directories.force(parent);
    }

    private List<Checkpoint> all() throws IOException {
        List<Checkpoint> found = new ArrayList<>();
        for (Path path : children()) {
            Matcher matcher = NAME.matcher(path.getFileName().toString());
            if (matcher.matches()) {
                found.add(new Checkpoint(path, Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))));
            }
        }
        return found;
    }

    private List<Path> children() throws IOException {
        if (!Files.isDirectory(parent)) return List.of();
        try (Stream<Path> children = Files.list(parent)) {
            return children.toList();
        }
    }

    private static List<Path> regularFiles(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
