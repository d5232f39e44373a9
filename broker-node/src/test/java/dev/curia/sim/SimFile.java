package dev.curia.sim;

import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.SplittableRandom;

/** A file's bytes, as written and as they are on disk for sure. As a channel it can be read at a position, which is what the broker does. */
final class SimFile extends FileChannel {
    private static final int BLOCK = 64;

    private byte[] written = new byte[256];
    private int size;
    private byte[] synced = new byte[0];
    private int syncedSize;
    private int dirtyFrom; // before it both are equal

    @Override
    public int write(ByteBuffer source, long position) {
        int count = source.remaining();
        reserve((int) position + count);
        source.get(written, (int) position, count);
        dirtyFrom = (int) Math.min(dirtyFrom, Math.min(position, size));
        size = (int) Math.max(size, position + count);
        return count;
    }

    void extend(long newSize) {
        reserve((int) newSize);
        dirtyFrom = Math.min(dirtyFrom, size);
        size = (int) newSize;
    }

    void cut(long newSize) {
        if (newSize >= size) return;
        Arrays.fill(written, (int) newSize, size, (byte) 0);
        size = (int) newSize;
        dirtyFrom = Math.min(dirtyFrom, size);
    }

    void sync() {
        if (synced.length < size) synced = Arrays.copyOf(synced, written.length);
        if (dirtyFrom < size) System.arraycopy(written, dirtyFrom, synced, dirtyFrom, size - dirtyFrom);
        syncedSize = size;
        dirtyFrom = size;
    }

    /** Each part as it was synced last, as it was written last, or zeros. */
    void losePower(SplittableRandom random) {
        if (dirtyFrom >= size && syncedSize == size) return;
        int length = Math.min(size, syncedSize) + random.nextInt(Math.abs(size - syncedSize) + 1);
        byte[] kept = new byte[Math.max(256, length)];
        boolean blocks = random.nextInt(4) == 0; // mostly one cut, as ordered writes leave it
        int cut = dirtyFrom + random.nextInt(Math.max(1, length - dirtyFrom + 1));
        boolean newer = false;
        for (int at = 0; at < length; at++) {
            if (blocks && at % BLOCK == 0) newer = random.nextBoolean();
            boolean useWritten = blocks ? newer : at < cut;
            if (useWritten) kept[at] = at < size ? written[at] : 0;
            else kept[at] = at < syncedSize ? synced[at] : 0;
        }
        written = kept;
        size = length;
        synced = new byte[0];
        syncedSize = 0;
        dirtyFrom = 0;
        sync();
    }

    private void reserve(int capacity) {
        if (written.length < capacity) written = Arrays.copyOf(written, Math.max(capacity, written.length * 2));
    }

    @Override
    public int read(ByteBuffer target, long position) {
        if (position >= size) return target.hasRemaining() ? -1 : 0;
        int count = (int) Math.min(target.remaining(), size - position);
        target.put(written, (int) position, count);
        return count;
    }

    @Override
    public long size() {
        return size;
    }

    private static UnsupportedOperationException unused() {
        return new UnsupportedOperationException("the broker reads channels at a position only");
    }

    @Override
    public int read(ByteBuffer target) {
        throw unused();
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
        throw unused();
    }

    @Override
    public int write(ByteBuffer source) {
        throw unused();
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        throw unused();
    }

    @Override
    public long position() {
        throw unused();
    }

    @Override
    public FileChannel position(long newPosition) {
        throw unused();
    }

    @Override
    public FileChannel truncate(long newSize) {
        throw unused();
    }

    @Override
    public void force(boolean metaData) {
        throw unused();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
        throw unused();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw unused();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long mapped) {
        throw unused();
    }

    @Override
    public FileLock lock(long position, long length, boolean shared) {
        throw unused();
    }

    @Override
    public FileLock tryLock(long position, long length, boolean shared) {
        throw unused();
    }

    @Override
    protected void implCloseChannel() {}
}
