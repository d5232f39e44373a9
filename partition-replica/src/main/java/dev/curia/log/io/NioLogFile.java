package dev.curia.log.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A {@link FileChannel}. */
final class NioLogFile implements LogFile {
    private final Path path;
    private final FileChannel channel;
    // The channel's position, which only the writing thread moves; -1: not known.
    private long writtenTo = -1;

    /** @param path where the file is opened; it may be moved meanwhile */
    NioLogFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    @Override
    public void write(long position, ByteBuffer... sources) throws IOException {
        if (position != writtenTo) channel.position(position);
        writtenTo = -1;
        long end = position;
        for (ByteBuffer source : sources) end += source.remaining();
        try {
            writeAll(sources);
        } catch (IOException e) {
            throw NoSpaceException.orOther(e, path);
        }
        writtenTo = end;
    }

    @Override
    public void preallocate(long size) throws IOException {
        try {
            if (channel.size() < size) channel.write(ByteBuffer.allocate(1), size - 1);
        } catch (IOException e) {
            throw NoSpaceException.orOther(e, path);
        }
    }

    private void writeAll(ByteBuffer... sources) throws IOException {
        int first = 0;
        while (first < sources.length) {
            if (!sources[first].hasRemaining()) first++;
            else if (first == sources.length - 1) channel.write(sources[first]);
            else channel.write(sources, first, sources.length - first);
        }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        int total = 0;
        while (target.hasRemaining()) {
            int read = channel.read(target, position + total);
            if (read < 0) break;
            total += read;
        }
        return total;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public void truncate(long size) throws IOException {
        channel.truncate(size);
        writtenTo = -1;
    }

    @Override
    public void force() throws IOException {
        channel.force(false);
    }

    @Override
    public FileChannel channel() {
        return channel;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
