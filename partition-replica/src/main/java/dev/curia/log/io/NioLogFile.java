package dev.curia.log.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A {@link FileChannel} whose position always is its end. */
final class NioLogFile implements LogFile {
    private final FileChannel channel;

    NioLogFile(FileChannel channel) {
        this.channel = channel;
    }

    @Override
    public void append(ByteBuffer... sources) throws IOException {
        if (sources.length == 1) {
            while (sources[0].hasRemaining()) channel.write(sources[0]);
            return;
        }
        int first = 0;
        while (first < sources.length) {
            if (sources[first].hasRemaining()) channel.write(sources, first, sources.length - first);
            else first++;
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
        channel.position(size);
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
