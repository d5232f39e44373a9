package dev.curia.replica.node;

import java.nio.ByteBuffer;

/**
 * The newest bytes appended by the partitions of one loop, in memory: new ones take the place of the oldest. Takes its memory when the first
 * come. Not thread-safe: {@link RecentAppends} guards it.
 */
final class AppendRing {
    /** What a follower has not taken by then it reads from the file. Some 20 ms of a loop at its fastest. */
    static final int BYTES = 4 << 20;

    private final int capacity;
    private byte[] bytes = {};
    private long end;

    AppendRing(int capacity) {
        this.capacity = capacity;
    }

    boolean fits(int size) {
        return size <= capacity / 4; // one large batch should not drive out all others
    }

    /**
     * @param added {@link #fits}; its position does not change
     * @return where they are
     */
    long add(ByteBuffer added) {
        if (bytes.length == 0) bytes = new byte[capacity];
        long at = end;
        int size = added.remaining();
        int first = Math.min(size, capacity - index(at));
        added.get(added.position(), bytes, index(at), first);
        added.get(added.position() + first, bytes, 0, size - first);
        end += size;
        return at;
    }

    /** Whether what was added there has not been overwritten. */
    boolean holds(long at) {
        return at >= end - capacity;
    }

    void copy(long at, int size, ByteBuffer target) {
        int first = Math.min(size, capacity - index(at));
        target.put(bytes, index(at), first).put(bytes, 0, size - first);
    }

    private int index(long at) {
        return (int) (at % capacity);
    }
}
