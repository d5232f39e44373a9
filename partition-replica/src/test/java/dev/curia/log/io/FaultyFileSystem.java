package dev.curia.log.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A real file system that remembers what was forced. {@link #powerLoss} takes back a random part of all the rest: the ends of files, new
 * names, replacements. Single calls can be made to fail or to tear. Not thread-safe.
 */
public final class FaultyFileSystem implements FileSystem {
    private final SmallDisk disk = new SmallDisk();
    private final SplittableRandom random;
    private final Map<Path, Long> forcedSizes = new HashMap<>();
    private final Set<Path> unforcedNames = new HashSet<>();
    private final Map<Path, byte[]> replaced = new HashMap<>();
    private int failingForces;
    private int tornWrites;

    public FaultyFileSystem(SplittableRandom random) {
        this.random = random;
    }

    /** The next force of any file fails, and what it was to force may be lost. */
    public void failNextForce() {
        failingForces++;
    }

    /** The next append writes only a part, then fails. */
    public void tearNextWrite() {
        tornWrites++;
    }

    /** From now on this many bytes can be written: a write beyond them is done in part and fails. */
    public void setRoom(long bytes) {
        disk.setRoom(bytes);
    }

    /** As if the machine had lost power: call when nothing has a file open, then open everything again. */
    public void powerLoss() throws IOException {
        for (Map.Entry<Path, byte[]> entry : replaced.entrySet()) {
            if (random.nextBoolean() && disk.exists(entry.getKey())) Files.write(entry.getKey(), entry.getValue());
        }
        for (Path file : Set.copyOf(unforcedNames)) {
            if (random.nextBoolean()) disk.delete(file);
        }
        for (Map.Entry<Path, Long> entry : forcedSizes.entrySet()) loseTail(entry.getKey(), entry.getValue());
        replaced.clear();
        unforcedNames.clear();
        forcedSizes.clear();
    }

    private void loseTail(Path path, long forced) throws IOException {
        if (!disk.exists(path) || Files.isDirectory(path)) return;
        try (LogFile file = disk.open(path)) {
            long unforced = file.size() - forced;
            if (unforced > 0) file.truncate(forced + random.nextLong(unforced + 1));
        }
    }

    @Override
    public LogFile open(Path file) throws IOException {
        if (!disk.exists(file)) {
            unforcedNames.add(file);
            forcedSizes.put(file, 0L);
        }
        return wrap(file, disk.open(file));
    }

    @Override
    public LogFile openReadOnly(Path file) throws IOException {
        if (!disk.exists(file)) throw new NoSuchFileException(file.toString());
        return disk.openReadOnly(file);
    }

    @Override
    public boolean exists(Path path) {
        return disk.exists(path);
    }

    @Override
    public long lastModifiedMillis(Path file) throws IOException {
        return disk.lastModifiedMillis(file);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        byte[] before = Files.isRegularFile(to) ? Files.readAllBytes(to) : null;
        disk.rename(from, to);
        if (before == null) unforcedNames.add(to);
        else replaced.putIfAbsent(to, before);
        unforcedNames.remove(from);
        Long forced = forcedSizes.remove(from);
        if (forced != null) forcedSizes.put(to, forced);
    }

    @Override
    public void delete(Path path) throws IOException {
        disk.delete(path);
        forcedSizes.remove(path);
        unforcedNames.remove(path);
        replaced.remove(path);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        disk.forceDirectory(directory);
        unforcedNames.removeIf(file -> directory.equals(file.getParent()));
        replaced.keySet().removeIf(file -> directory.equals(file.getParent()));
    }

    @Override
    public Space space(Path directory) throws IOException {
        return disk.space(directory);
    }

    @Override
    public AutoCloseable lock(Path file) throws IOException {
        return disk.lock(file);
    }

    private LogFile wrap(Path path, LogFile file) throws IOException {
        forcedSizes.putIfAbsent(path, file.size());
        return new FaultyFile(path, file);
    }

    private final class FaultyFile implements LogFile {
        private final Path path;
        private final LogFile file;

        FaultyFile(Path path, LogFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public void write(long position, ByteBuffer... sources) throws IOException {
            if (tornWrites == 0) {
                file.write(position, sources);
                return;
            }
            tornWrites--;
            ByteBuffer first = sources[0];
            file.write(position, first.slice(first.position(), random.nextInt(first.remaining())));
            throw new IOException("Input/output error (injected)");
        }

        @Override
        public void preallocate(long size) throws IOException {
            file.preallocate(size);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
            forcedSizes.computeIfPresent(path, (p, forced) -> Math.min(forced, size));
        }

        @Override
        public void force() throws IOException {
            if (failingForces > 0) {
                failingForces--;
                throw new IOException("Input/output error (injected)");
            }
            file.force();
            forcedSizes.put(path, file.size());
        }

        @Override
        public FileChannel channel() {
            return file.channel();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
