package dev.curia.sim;

import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogFile;
import dev.curia.log.io.NoSpaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A broker's disk in memory, which outlives its processes. It promises only what POSIX does: bytes are durable after their file's force, names
 * after their directory's. {@link #powerLoss} keeps, of everything else, an arbitrary part. It can be full.
 */
final class SimDisk implements FileSystem {
    private static final long TOTAL = 1L << 30;

    private final SplittableRandom random;
    private SortedMap<Path, SimFile> names = new TreeMap<>();
    private final SortedMap<Path, SimFile> durable = new TreeMap<>();
    private final TreeSet<Path> directories = new TreeSet<>();
    /** What happened to a directory's names since it was forced. */
    private final Map<Path, List<Consumer<SortedMap<Path, SimFile>>>> changes = new TreeMap<>();

    private final List<SimFile> files = new ArrayList<>();
    private boolean full;
    private int boots;

    SimDisk(SplittableRandom random) {
        this.random = random;
    }

    void full(boolean isFull) {
        full = isFull;
    }

    /** Names the time since the machine was last started. */
    String boot() {
        return "boot-" + boots;
    }

    /** The machine lost power. */
    void powerLoss() {
        boots++;
        for (List<Consumer<SortedMap<Path, SimFile>>> each : changes.values()) {
            boolean ordered = random.nextBoolean();
            int prefix = random.nextInt(each.size() + 1);
            for (int i = 0; i < each.size(); i++) {
                if (ordered ? i < prefix : random.nextBoolean()) each.get(i).accept(durable);
            }
        }
        changes.clear();
        files.retainAll(durable.values());
        for (SimFile file : files) file.losePower(random);
        names = new TreeMap<>(durable);
        names.keySet().forEach(name -> createDirectories(parent(name))); // also where a rename did not come to disk
        // A directory may have come to disk without what is in it.
        directories.removeIf(
                each -> names.keySet().stream().noneMatch(name -> name.startsWith(each)) && random.nextBoolean());
    }

    private void changeNames(Path directory, Consumer<SortedMap<Path, SimFile>> change) {
        change.accept(names);
        changes.computeIfAbsent(directory, d -> new ArrayList<>()).add(change);
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    private void needRoom(Path path) throws IOException {
        if (full) throw new NoSpaceException(new IOException("no room for " + path));
    }

    @Override
    public LogFile open(Path path) throws IOException {
        SimFile file = names.get(path);
        if (file == null) {
            needRoom(path);
            SimFile fresh = new SimFile();
            files.add(fresh);
            changeNames(parent(path), all -> all.put(path, fresh));
            file = fresh;
        }
        return new Open(path, file);
    }

    @Override
    public LogFile openReadOnly(Path path) throws IOException {
        SimFile file = names.get(path);
        if (file == null) throw new NoSuchFileException(path.toString());
        return new Open(path, file);
    }

    @Override
    public boolean exists(Path path) {
        return names.containsKey(path) || directories.contains(path);
    }

    @Override
    public long lastModifiedMillis(Path file) {
        return 0;
    }

    @Override
    public List<Path> list(Path directory) {
        TreeSet<Path> found = new TreeSet<>();
        for (Path path : names.keySet()) {
            if (path.startsWith(directory))
                found.add(directory.resolve(directory.relativize(path).getName(0)));
        }
        for (Path each : directories) if (directory.equals(each.getParent())) found.add(each);
        return List.copyOf(found);
    }

    @Override
    public void createDirectories(Path directory) {
        for (Path each = directory; each != null; each = each.getParent()) directories.add(each);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        if (!exists(from)) throw new NoSuchFileException(from.toString());
        if (directories.contains(from)) createDirectories(to);
        changeNames(parent(from), all -> {
            for (Path path : List.copyOf(all.keySet())) {
                if (!path.startsWith(from)) continue;
                Path target = path.equals(from) ? to : to.resolve(from.relativize(path));
                SimFile moved = all.remove(path);
                if (moved != null) all.put(target, moved);
            }
        });
        directories.removeIf(each -> each.startsWith(from));
    }

    @Override
    public void delete(Path path) {
        if (!exists(path)) return;
        changeNames(parent(path), all -> all.keySet().removeIf(each -> each.startsWith(path)));
        directories.removeIf(each -> each.startsWith(path));
    }

    @Override
    public void forceDirectory(Path directory) {
        List<Consumer<SortedMap<Path, SimFile>>> all = changes.remove(directory);
        if (all != null) all.forEach(change -> change.accept(durable));
    }

    @Override
    public Space space(Path directory) {
        return new Space(full ? 0 : TOTAL / 2, TOTAL);
    }

    @Override
    public AutoCloseable lock(Path file) {
        return () -> {};
    }

    private final class Open implements LogFile {
        private final Path path;
        private final SimFile file;

        Open(Path path, SimFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public void write(long position, ByteBuffer... sources) throws IOException {
            long bytes = 0;
            for (ByteBuffer source : sources) bytes += source.remaining();
            if (position + bytes > file.size()) needRoom(path);
            long at = position;
            for (ByteBuffer source : sources) at += file.write(source, at);
        }

        @Override
        public void preallocate(long size) throws IOException {
            if (file.size() >= size) return;
            needRoom(path);
            file.extend(size);
        }

        @Override
        public int read(ByteBuffer target, long position) {
            return Math.max(0, file.read(target, position));
        }

        @Override
        public long size() {
            return file.size();
        }

        @Override
        public void truncate(long size) {
            file.cut(size);
        }

        @Override
        public void force() {
            file.sync();
        }

        @Override
        public FileChannel channel() {
            return file;
        }

        @Override
        public void close() {}
    }
}
