package dev.curia.log.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A disk that stops at a chosen call, as a process that is killed or a machine that loses power. It promises only what POSIX does: bytes are
 * durable after their file's force, names after their directory's. {@link #powerLoss} keeps, of everything else, an arbitrary part: of a
 * file each block as it was forced last, as it was written last, or zeros; of a directory's changes any of them. Not thread-safe.
 */
public final class CrashingFileSystem implements FileSystem {
    private static final int BLOCK = 64;

    private final Path scratch;
    private final SplittableRandom random;
    private SortedMap<Path, Inode> names = new TreeMap<>();
    private SortedMap<Path, Inode> durable = new TreeMap<>();
    private final TreeSet<Path> directories = new TreeSet<>();
    /** What happened to a directory's names since it was forced. */
    private final Map<Path, List<Consumer<SortedMap<Path, Inode>>>> changes = new HashMap<>();

    private final List<Inode> inodes = new ArrayList<>();
    private long calls;
    private long crashAt = Long.MAX_VALUE;

    /** @param scratch a real directory for the files' bytes */
    public CrashingFileSystem(Path scratch, SplittableRandom random) {
        this.scratch = scratch;
        this.random = random;
    }

    /** How many calls changed something so far. */
    public long calls() {
        return calls;
    }

    /** The call of this number, as {@link #calls} counts them, has a part of its effect at most; from it on every call fails. */
    public void crashAt(long call) {
        crashAt = call;
    }

    public boolean crashed() {
        return calls >= crashAt;
    }

    /** The process died: what it wrote is there. */
    public void restart() {
        crashAt = Long.MAX_VALUE;
    }

    /** The machine lost power, then came up again. */
    public void powerLoss() throws IOException {
        restart();
        for (Map.Entry<Path, List<Consumer<SortedMap<Path, Inode>>>> each : changes.entrySet()) {
            boolean ordered = random.nextBoolean();
            int prefix = random.nextInt(each.getValue().size() + 1);
            for (int i = 0; i < each.getValue().size(); i++) {
                if (ordered ? i < prefix : random.nextBoolean())
                    each.getValue().get(i).accept(durable);
            }
        }
        changes.clear();
        for (Inode inode : inodes) inode.losePower();
        names = new TreeMap<>(durable);
    }

    private void changeNames(Path directory, Consumer<SortedMap<Path, Inode>> change) {
        change.accept(names);
        changes.computeIfAbsent(directory, d -> new ArrayList<>()).add(change);
    }

    /** @return whether this is the call at which everything stops */
    private boolean step() throws IOException {
        if (crashed()) throw new IOException("the machine is down");
        return ++calls >= crashAt;
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    private static IOException down() {
        return new IOException("the machine went down");
    }

    @Override
    public LogFile open(Path file) throws IOException {
        Inode inode = names.get(file);
        if (inode == null) {
            if (step()) throw down();
            Inode fresh = new Inode(inodes.size());
            inodes.add(fresh);
            changeNames(parent(file), all -> all.put(file, fresh));
            inode = fresh;
        }
        return new File(inode);
    }

    @Override
    public LogFile openReadOnly(Path file) throws IOException {
        Inode inode = names.get(file);
        if (inode == null) throw new NoSuchFileException(file.toString());
        return new File(inode);
    }

    @Override
    public boolean exists(Path path) {
        // After a power loss files may be back whose directory had been renamed or removed.
        return names.containsKey(path)
                || directories.contains(path)
                || names.keySet().stream().anyMatch(each -> each.startsWith(path));
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
        return List.copyOf(found);
    }

    @Override
    public void createDirectories(Path directory) {
        for (Path each = directory; each != null; each = each.getParent()) directories.add(each);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        boolean last = step();
        if (last && random.nextBoolean()) throw down();
        if (!exists(from)) throw new NoSuchFileException(from.toString());
        if (directories.contains(from)) createDirectories(to);
        changeNames(parent(from), all -> {
            for (Path path : List.copyOf(all.keySet())) {
                if (!path.startsWith(from)) continue;
                Path target = path.equals(from) ? to : to.resolve(from.relativize(path));
                all.put(target, all.remove(path));
            }
        });
        directories.remove(from);
        if (last) throw down();
    }

    @Override
    public void delete(Path path) throws IOException {
        if (!exists(path)) return;
        boolean last = step();
        if (last && random.nextBoolean()) throw down();
        changeNames(parent(path), all -> all.keySet().removeIf(each -> each.startsWith(path)));
        directories.remove(path);
        if (last) throw down();
    }

    @Override
    public Space space(Path directory) {
        return new Space(1 << 30, 1 << 30);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        boolean last = step();
        if (last && random.nextBoolean()) throw down();
        List<Consumer<SortedMap<Path, Inode>>> all = changes.remove(directory);
        if (all != null) all.forEach(change -> change.accept(durable));
        if (last) throw down();
    }

    @Override
    public AutoCloseable lock(Path file) {
        return () -> {};
    }

    private final class Inode {
        private final FileChannel channel;
        private byte[] forced = new byte[0];

        Inode(int number) throws IOException {
            channel = FileChannel.open(
                    scratch.resolve("inode-" + number),
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        }

        byte[] content() throws IOException {
            ByteBuffer all = ByteBuffer.allocate((int) channel.size());
            while (all.hasRemaining() && channel.read(all, all.position()) >= 0) {}
            return all.array();
        }

        void losePower() throws IOException {
            byte[] written = content();
            int length = Math.min(written.length, forced.length)
                    + random.nextInt(Math.abs(written.length - forced.length) + 1);
            byte[] kept = new byte[length];
            int mode = random.nextInt(4); // mostly one cut, as ordered writes leave it
            int cut = random.nextInt(length + 1);
            for (int at = 0; at < length; at++) {
                boolean newer = mode > 0 ? at < cut : blockIsNew(at, kept);
                byte[] source = newer ? written : forced;
                kept[at] = at < source.length ? source[at] : 0;
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(kept), 0);
            forced = kept;
        }

        private boolean choice;

        private boolean blockIsNew(int at, byte[] kept) {
            if (at % BLOCK == 0 && kept.length > 0) choice = random.nextBoolean();
            return choice;
        }
    }

    private final class File implements LogFile {
        private final Inode inode;

        File(Inode inode) {
            this.inode = inode;
        }

        @Override
        public void write(long position, ByteBuffer... sources) throws IOException {
            boolean last = step();
            long at = position;
            for (ByteBuffer source : sources) {
                ByteBuffer part = source;
                if (last) part = source.slice(source.position(), random.nextInt(source.remaining() + 1));
                while (part.hasRemaining()) at += inode.channel.write(part, at);
                if (last) throw down();
            }
        }

        @Override
        public void preallocate(long size) throws IOException {
            if (step()) throw down();
            if (size() < size) inode.channel.write(ByteBuffer.allocate(1), size - 1);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            if (crashed()) throw new IOException("the machine is down");
            int total = 0;
            while (target.hasRemaining()) {
                int read = inode.channel.read(target, position + total);
                if (read < 0) break;
                total += read;
            }
            return total;
        }

        @Override
        public long size() throws IOException {
            return inode.channel.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            boolean last = step();
            if (last && random.nextBoolean()) throw down();
            inode.channel.truncate(size);
            if (last) throw down();
        }

        @Override
        public void force() throws IOException {
            boolean last = step();
            if (last && random.nextBoolean()) throw down();
            inode.forced = inode.content();
            if (last) throw down();
        }

        @Override
        public FileChannel channel() {
            return inode.channel;
        }

        @Override
        public void close() {}
    }

    /** Lets go of the real files. */
    public void close() throws IOException {
        for (Inode inode : inodes) inode.channel.close();
        try (var files = Files.list(scratch)) {
            for (Path file : files.toList()) Files.delete(file);
        }
    }
}
