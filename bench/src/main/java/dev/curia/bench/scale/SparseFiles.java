package dev.curia.bench.scale;

import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * A file system whose files have holes where only zeros follow what else is written at once: they read as if these were there, and take no room.
 * As thread-safe as that below.
 */
record SparseFiles(FileSystem below) implements FileSystem {
    /** Fewer zeros than that are written: file systems keep no smaller holes. */
    private static final int LEAST_HOLE = 64 << 10;

    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(16 << 20).asReadOnlyBuffer();

    /** How many bytes of a buffer, from its position on, there are before it is only zeros, found in steps: a few more may be counted. */
    static int written(ByteBuffer source) {
        ByteBuffer rest = source.duplicate();
        int step = 1 << 10;
        for (int at = source.position(); at < source.limit(); at += step, step *= 2) {
            rest.position(at);
            if (rest.mismatch(ZEROS.slice(0, rest.remaining())) < 0) return at - source.position();
        }
        return source.remaining();
    }

    @Override
    public LogFile open(Path file) throws IOException {
        return new SparseFile(below.open(file));
    }

    private record SparseFile(LogFile below) implements LogFile {
        @Override
        public void write(long position, ByteBuffer... sources) throws IOException {
            ByteBuffer only = sources[0];
            if (sources.length > 1 || only.remaining() < LEAST_HOLE || only.remaining() > ZEROS.capacity()) {
                below.write(position, sources);
                return;
            }
            int bytes = only.remaining();
            int limit = only.limit();
            below.write(position, only.limit(only.position() + written(only)));
            only.limit(limit).position(limit);
            below.preallocate(position + bytes);
        }

        @Override
        public void preallocate(long size) throws IOException {
            below.preallocate(size);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return below.read(target, position);
        }

        @Override
        public long size() throws IOException {
            return below.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            below.truncate(size);
        }

        @Override
        public void force() throws IOException {
            below.force();
        }

        @Override
        public FileChannel channel() {
            return below.channel();
        }

        @Override
        public void close() throws IOException {
            below.close();
        }
    }

    @Override
    public LogFile openReadOnly(Path file) throws IOException {
        return below.openReadOnly(file);
    }

    @Override
    public boolean exists(Path path) {
        return below.exists(path);
    }

    @Override
    public long lastModifiedMillis(Path file) throws IOException {
        return below.lastModifiedMillis(file);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return below.list(directory);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        below.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        below.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        below.delete(path);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        below.forceDirectory(directory);
    }

    /** Holes take none: as if there were any amount. */
    @Override
    public Space space(Path directory) throws IOException {
        return new Space(Long.MAX_VALUE / 2, below.space(directory).total());
    }

    @Override
    public AutoCloseable lock(Path file) throws IOException {
        return below.lock(file);
    }
}
