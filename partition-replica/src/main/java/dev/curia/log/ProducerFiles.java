package dev.curia.log;

import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogFile;
import dev.curia.log.io.SmallFiles;
import dev.curia.log.producer.ProducerStates;
import dev.curia.log.segment.Segment;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log's {@code .snapshot} files: its producers, written at each roll and at close, named by the offset they lead up to. Kept are, as in
 * Kafka, one a segment, named by its base, and the newest. One that was torn by a crash shows by its checksum; an older one, or the log itself,
 * takes its place.
 */
final class ProducerFiles {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerFiles.class);

    private final FileSystem files;
    private final Path directory;

    ProducerFiles(FileSystem files, Path directory) {
        this.files = files;
        this.directory = directory;
    }

    /** Not forced. */
    void write(long offset, ProducerStates producers) throws IOException {
        try (LogFile file = files.open(path(offset))) {
            file.truncate(0);
            file.append(producers.snapshot());
        }
    }

    /** Durable but for the file's name. */
    void writeForced(long offset, ProducerStates producers) throws IOException {
        write(offset, producers);
        force(offset);
    }

    /** Nothing happens when there is none. */
    void force(long offset) throws IOException {
        if (!exists(offset)) return;
        try (LogFile file = files.open(path(offset))) {
            file.force();
        }
    }

    boolean exists(long offset) {
        return files.exists(path(offset));
    }

    /** The snapshot's producers; empty when it is damaged or gone. */
    Optional<ProducerStates> read(long offset) throws IOException {
        if (!exists(offset)) return Optional.empty();
        ByteBuffer content = SmallFiles.read(files, path(offset));
        ProducerStates producers = new ProducerStates();
        return producers.restore(content) ? Optional.of(producers) : Optional.empty();
    }

    /** The file as it is; empty: there is none. */
    Optional<ByteBuffer> content(long offset) throws IOException {
        try {
            return exists(offset) ? Optional.of(SmallFiles.read(files, path(offset))) : Optional.empty();
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }

    /** Takes what {@link #content} gave, not forced. */
    void put(long offset, Optional<ByteBuffer> content) throws IOException {
        if (content.isEmpty()) {
            delete(offset);
            return;
        }
        try (LogFile file = files.open(path(offset))) {
            file.truncate(0);
            file.append(content.get());
        }
    }

    /** Together with the segment that begins there. */
    void delete(long offset) throws IOException {
        files.delete(path(offset));
    }

    /** Segments have been replaced by others, which begin at some of the same offsets: keeps the snapshots of those. */
    void retainBases(List<Segment> old, List<Segment> replacement) throws IOException {
        List<Long> kept = replacement.stream().map(Segment::baseOffset).toList();
        for (Segment segment : old) if (!kept.contains(segment.baseOffset())) delete(segment.baseOffset());
    }

    /** The log starts over: nothing that was known of its producers counts any more. */
    void deleteAll() throws IOException {
        for (long offset : offsets()) delete(offset);
    }

    /** Removes a snapshot that cannot be read. */
    void discard(long offset) throws IOException {
        LOG.warn("{} is damaged and is removed; the producers are found in the log instead", path(offset));
        delete(offset);
    }

    /** Which snapshots there are. */
    NavigableSet<Long> offsets() throws IOException {
        NavigableSet<Long> offsets = new TreeSet<>();
        for (Path file : files.list(directory)) {
            OptionalLong offset = SegmentFiles.offsetOf(file, SegmentFiles.SNAPSHOT);
            if (offset.isPresent()) offsets.add(offset.getAsLong());
        }
        return offsets;
    }

    private Path path(long offset) {
        return SegmentFiles.of(directory, offset, SegmentFiles.SNAPSHOT);
    }
}
