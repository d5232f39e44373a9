package dev.curia.log.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Disks with so much room and no more, which can die. Thread-safe. */
public final class SmallDisk implements FileSystem {
    private static final long TOTAL = 1L << 30;

    private final FileSystem files = new NioFileSystem();
    private final Map<Path, Mount> mounts = new ConcurrentHashMap<>();
    private final Mount root = new Mount();

    /** One disk. */
    public static final class Mount {
        private long room = TOTAL; // guarded by this
        private volatile boolean broken;

        private Mount() {}

        /** From now on this many bytes can be written; what is cut or removed does not make room. */
        public synchronized void setRoom(long bytes) {
            room = bytes;
        }

        /** From now on everything fails. */
        public void breakDown() {
            broken = true;
        }

        public void repair() {
            broken = false;
        }

        private void check() throws IOException {
            if (broken) throw new IOException("Input/output error (injected)");
        }

        /** How many of them can be written. */
        private synchronized long take(long bytes) {
            long taken = Math.min(room, bytes);
            room -= taken;
            return taken;
        }

        private synchronized long room() {
            return room;
        }
    }

    /** The disk that is mounted there, from now on. */
    public Mount at(Path directory) {
        return mounts.computeIfAbsent(directory, path -> new Mount());
    }

    public void setRoom(long bytes) {
        root.setRoom(bytes);
    }

    private Mount of(Path path) {
        for (Map.Entry<Path, Mount> mount : mounts.entrySet()) {
            if (path.startsWith(mount.getKey())) return mount.getValue();
        }
        return root;
    }

    private Mount checked(Path path) throws IOException {
        Mount mount = of(path);
        mount.check();
        return mount;
    }

    private static NoSpaceException full() {
        return new NoSpaceException(new IOException("No space left on device (injected)"));
    }

    @Override
    public LogFile open(Path file) throws IOException {
        return new Limited(files, file, checked(file), false);
    }

    @Override
    public LogFile openReadOnly(Path file) throws IOException {
        return new Limited(files, file, checked(file), true);
    }

    @Override
    public boolean exists(Path path) {
        return !of(path).broken && files.exists(path);
    }

    @Override
    public long lastModifiedMillis(Path file) throws IOException {
        checked(file);
        return files.lastModifiedMillis(file);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        checked(directory);
        return files.list(directory);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        Mount mount = checked(directory);
        if (!files.exists(directory) && mount.take(1) == 0) throw full();
        files.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        checked(to);
        files.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        checked(path);
        files.delete(path);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        checked(directory);
        files.forceDirectory(directory);
    }

    @Override
    public Space space(Path directory) throws IOException {
        return new Space(checked(directory).room(), TOTAL);
    }

    @Override
    public AutoCloseable lock(Path file) throws IOException {
        checked(file);
        return files.lock(file);
    }

    private static final class Limited implements LogFile {
        private final LogFile file;
        private final Mount mount;

        Limited(FileSystem files, Path path, Mount mount, boolean readOnly) throws IOException {
            this.file = readOnly ? files.openReadOnly(path) : files.open(path);
            this.mount = mount;
        }

        @Override
        public void write(long position, ByteBuffer... sources) throws IOException {
            mount.check();
            long end = position;
            for (ByteBuffer source : sources) end += source.remaining();
            long growth = Math.max(0, end - file.size());
            long taken = mount.take(growth);
            if (taken == growth) {
                file.write(position, sources);
                return;
            }
            long at = position;
            long fitting = end - position - (growth - taken);
            for (ByteBuffer source : sources) {
                int part = (int) Math.min(fitting, source.remaining());
                file.write(at, source.slice(source.position(), part));
                at += part;
                fitting -= part;
            }
            throw full();
        }

        @Override
        public void preallocate(long size) throws IOException {
            mount.check();
            file.preallocate(size);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            mount.check();
            return file.read(target, position);
        }

        @Override
        public long size() throws IOException {
            mount.check();
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            mount.check();
            file.truncate(size);
        }

        @Override
        public void force() throws IOException {
            mount.check();
            file.force();
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
