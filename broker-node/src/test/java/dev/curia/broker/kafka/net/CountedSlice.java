package dev.curia.broker.kafka.net;

import dev.curia.log.LogSlice;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Part of a file, counted while it is open. Thread-safe. */
final class CountedSlice implements LogSlice {
    private final FileChannel file;
    private final long position;
    private final int size;
    private final AtomicInteger open;
    private final AtomicBoolean closed = new AtomicBoolean();

    CountedSlice(FileChannel file, long position, int size, AtomicInteger open) {
        this.file = file;
        this.position = position;
        this.size = size;
        this.open = open;
        open.incrementAndGet();
    }

    @Override
    public FileChannel channel() {
        return file;
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
        if (closed.getAndSet(true)) throw new IllegalStateException("a slice was closed twice");
        open.decrementAndGet();
    }
}
