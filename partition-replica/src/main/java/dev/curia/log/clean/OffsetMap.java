package dev.curia.log.clean;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The newest offset of each key of a log's dirty part, within a fixed number of bytes. Holds no keys but their 128-bit {@link KeyHash} and an
 * offset in 32 bits: 20 bytes a slot, of which the load factor's share is used. Grows with the keys, a shard at a time, so that a few keys take
 * a few kilobytes whatever the budget, and growing never takes more than the budget either. One thread at a time.
 */
final class OffsetMap {
    /** Hash and relative offset. */
    static final int SLOT_BYTES = 2 * Long.BYTES + Integer.BYTES;

    /** How far the largest offset may lie behind the smallest: what fits 32 bits, 0 being an empty slot. */
    static final long MAX_RANGE = 0xFFFF_FFFEL;

    private static final int SHARDS = 32;
    private static final int INITIAL_SLOTS = 64;

    private final KeyHash hash;
    private final double loadFactor;
    private final long baseOffset;
    private final int maxShardSlots;
    private final Shard[] shards;
    private long size;
    private long slots;

    /**
     * @param budgetBytes the most memory this map takes; room for one key is there even if it is less than that takes
     * @param loadFactor which share of the slots may be used
     * @param baseOffset the smallest offset that will be put
     */
    OffsetMap(long budgetBytes, double loadFactor, long baseOffset, KeyHash hash) {
        this.hash = hash;
        this.loadFactor = loadFactor;
        this.baseOffset = baseOffset;
        int shardCount = budgetBytes < (long) SHARDS * INITIAL_SLOTS * SLOT_BYTES * 2 ? 1 : SHARDS;
        // While one shard grows its old half exists beside the new whole.
        double affordable = budgetBytes / (double) SLOT_BYTES / (shardCount + (shardCount > 1 ? 0.5 : 0));
        this.maxShardSlots = (int) Math.max(Math.ceil(1 / loadFactor), Math.min(affordable, 1 << 26));
        this.shards = new Shard[shardCount];
        int initial = shardCount > 1 ? INITIAL_SLOTS : maxShardSlots;
        Arrays.setAll(shards, i -> new Shard(initial));
        this.slots = (long) initial * shardCount;
    }

    /** How many keys are in it. */
    long size() {
        return size;
    }

    /** What it takes at this moment. */
    long bytes() {
        return slots * SLOT_BYTES;
    }

    /**
     * Notes that {@code key} has a record at {@code offset}, which is larger than any before.
     *
     * @return false: there is no room, and nothing was noted. A map without keys has room for one
     */
    boolean put(ByteBuffer key, long offset) {
        long relative = offset - baseOffset;
        if (relative < 0) throw new IllegalArgumentException("offset " + offset + " is below the base " + baseOffset);
        if (relative > MAX_RANGE) return false;
        hash.of(key);
        Shard shard = shardOf(hash.first());
        int slot = shard.find(hash.first(), hash.second());
        if (shard.offsets[slot] == 0) {
            if (shard.count + 1 > loadFactor * shard.capacity()) {
                if (shard.capacity() == maxShardSlots) return false;
                slots += shard.grow(Math.min(maxShardSlots, 2 * shard.capacity()));
                slot = shard.find(hash.first(), hash.second());
            }
            shard.count++;
            size++;
        }
        shard.set(slot, hash.first(), hash.second(), (int) (relative + 1));
        return true;
    }

    /** The newest offset of {@code key}; -1: it has none here. */
    long get(ByteBuffer key) {
        hash.of(key);
        Shard shard = shardOf(hash.first());
        int stored = shard.offsets[shard.find(hash.first(), hash.second())];
        return stored == 0 ? -1 : baseOffset + Integer.toUnsignedLong(stored) - 1;
    }

    /** By the low bits: a shard's slots go by the high ones. */
    private Shard shardOf(long first) {
        return shards[(int) Math.floorMod(first, (long) shards.length)];
    }

    /** Open addressing with linear probing. A free slot always is left, since the load factor is below 1. */
    private static final class Shard {
        private long[] hashes;
        private int[] offsets;
        private int count;

        Shard(int capacity) {
            this.hashes = new long[2 * capacity];
            this.offsets = new int[capacity];
        }

        int capacity() {
            return offsets.length;
        }

        /** Where these bits are, or would go. */
        int find(long first, long second) {
            int capacity = offsets.length;
            int slot = (int) (((first >>> 32) * capacity) >>> 32);
            while (true) {
                if (hashes[2 * slot] == first && hashes[2 * slot + 1] == second) return slot;
                if (offsets[slot] == 0) return slot;
                if (++slot == capacity) slot = 0;
            }
        }

        void set(int slot, long first, long second, int offset) {
            hashes[2 * slot] = first;
            hashes[2 * slot + 1] = second;
            offsets[slot] = offset;
        }

        /** @return by how many slots it grew */
        int grow(int capacity) {
            long[] oldHashes = hashes;
            int[] oldOffsets = offsets;
            hashes = new long[2 * capacity];
            offsets = new int[capacity];
            for (int i = 0; i < oldOffsets.length; i++) {
                if (oldOffsets[i] == 0) continue;
                long first = oldHashes[2 * i];
                long second = oldHashes[2 * i + 1];
                set(find(first, second), first, second, oldOffsets[i]);
            }
            return capacity - oldOffsets.length;
        }
    }
}
