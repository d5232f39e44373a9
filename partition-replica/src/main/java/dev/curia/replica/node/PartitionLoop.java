package dev.curia.replica.node;

import dev.curia.common.loop.EventLoop;

/** A thread that owns partitions, and the memory that they share. */
record PartitionLoop(EventLoop loop, ChunkBuffer buffer, AppendRing ring) {
    static PartitionLoop of(EventLoop loop) {
        return new PartitionLoop(loop, new ChunkBuffer(), new AppendRing(AppendRing.BYTES));
    }
}
