package dev.curia.replica.node;

import dev.curia.common.loop.EventLoop;

/** A thread that owns partitions, and the buffer that they share. */
record PartitionLoop(EventLoop loop, ChunkBuffer buffer) {}
