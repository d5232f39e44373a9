package dev.curia.log;

import dev.curia.log.io.LogFile;
import dev.curia.log.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/** A slice that holds its segment's file open. */
final class FileSlice implements LogSlice {
    /** Nothing, of no file. */
    static final LogSlice EMPTY = new Empty();

    private final Segment segment;
    private final LogFile file;
    private final int position;
    private final int size;
    private final AtomicBoolean open = new AtomicBoolean(true);

    private FileSlice(Segment segment, LogFile file, int position, int size) {
        this.segment = segment;
        this.file = file;
        this.position = position;
        this.size = size;
    }

    static LogSlice of(Segment segment, int position, int size) throws IOException {
        return new FileSlice(segment, segment.file().acquire(), position, size);
    }

    /** Where the batch begins that follows; {@code logEnd} when nothing does. */
    long offsetBehind(LogView view, long logEnd) throws IOException {
        int next = view.indexOf(segment.baseOffset()) + 1;
        if (position + size >= view.endOf(segment)) {
            return next < view.segments().size() ? view.segments().get(next).baseOffset() : logEnd;
        }
        ByteBuffer offset = ByteBuffer.allocate(Long.BYTES);
        if (file.read(offset, (long) position + size) < Long.BYTES) {
            throw new IOException(segment.path() + " ends before position " + (position + size));
        }
        return offset.getLong(0);
    }

    @Override
    public FileChannel channel() {
        return file.channel();
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void close() {
        if (open.getAndSet(false)) segment.file().release();
    }

    private static final class Empty implements LogSlice {
        @Override
        public FileChannel channel() {
            throw new IllegalStateException("an empty slice has no file: look at its size first");
        }

        @Override
        public long position() {
            return 0;
        }

        @Override
        public int size() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
